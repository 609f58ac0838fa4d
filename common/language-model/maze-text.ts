// Mazes as text: # for a wall, a full stop for an open cell, S, G, and o for the path in answers.

import type { Vocabulary } from '../dataset-card.ts';
import { cellCharacters, open } from '../puzzles/maze/cells.ts';
import { readTokens, writeCells } from './character-grid.ts';
import type { PuzzleText } from './puzzle-text.ts';

/** As in `cellCharacters`, but a space would be lost between cells. */
const characters = [...cellCharacters].map((character, value) => (value === open ? '.' : character));

export function createMazeText({ gridRows: rows, gridColumns: columns }: Vocabulary): PuzzleText {
  return {
    contents: `what a maze is and one ${rows}×${columns} maze, without its path`,
    demonstrations: 'none',
    describe: (input) =>
      [
        `This is a maze of ${rows} rows and ${columns} columns: # is a wall, a full stop an open cell, S the start, ` +
          'G the goal.',
        '',
        writeCells(
          Array.from(input, (value) => characters[value] ?? '?'),
          columns,
        ),
        '',
        'Find a shortest path from S to G that goes up, down, left and right through open cells only.',
        `Write all ${rows} rows of the maze again with spaces between the cells, and o in place of the full stop in ` +
          'every cell of the path between S and G. Change nothing else.',
      ].join('\n'),
    read(block) {
      return readTokens(block, { rows, columns }, (character) => {
        const value = characters.indexOf(character);
        return value < 1 ? undefined : value;
      });
    },
  };
}
