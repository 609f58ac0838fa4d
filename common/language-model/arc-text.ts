// Tasks of ARC as text: the demonstrations of the task and one test input, colours as digits.

import type { Vocabulary } from '../dataset-card.ts';
import { cropGrid, decodeGrid, encodeGrid, paddingToken } from '../puzzles/arc/tokens.ts';
import type { Grid } from '../puzzles/dihedral.ts';
import { readCells, writeCells } from './character-grid.ts';
import type { PuzzleText } from './puzzle-text.ts';

export function createArcText({ gridRows: side }: Vocabulary): PuzzleText {
  const write = (tokens: ArrayLike<number>) => {
    const { grid, columns } = readFrame(tokens, side);
    return writeCells(Array.from(grid, String), Math.max(1, columns));
  };
  return {
    contents: 'the demonstrations of one ARC task and one of its test inputs, without the output',
    demonstrations: 'of the puzzle',
    describe: (input, demonstrations) =>
      [
        'Grids of colours, written as digits from 0 to 9, are changed by a rule that is the same in all examples.',
        ...demonstrations.flatMap((pair, index) => [
          '',
          `Example ${index + 1}, input:`,
          write(pair.input),
          `Example ${index + 1}, output:`,
          write(pair.label),
        ]),
        '',
        'Test input:',
        write(input),
        '',
        'Find the rule and write the output for the test input, digits with spaces between them. It may have another ' +
          'size than the input.',
      ].join('\n'),
    read(block) {
      const read = readCells(block);
      if ('problem' in read) return read;
      const [rows, columns] = [read.rows.length, read.rows[0]?.length ?? 0];
      if (rows > side || columns > side) {
        return { problem: `the grid has ${rows}×${columns} cells, more than ${side}×${side}` };
      }
      const cells = read.rows.flat();
      const wrong = cells.findIndex((character) => !/^[0-9]$/.test(character));
      if (wrong !== -1) {
        const place = `row ${Math.floor(wrong / columns) + 1}, column ${(wrong % columns) + 1}`;
        return { problem: `${place} holds ${JSON.stringify(cells[wrong])}` };
      }
      const frame = new Uint8Array(side * side);
      encodeGrid({ grid: Uint8Array.from(cells, Number), rows, columns }, side, frame);
      return { answer: Int32Array.from(frame) };
    },
  };
}

/** The grid on a frame, wherever it stands there; cells that do not count are padding. */
function readFrame(tokens: ArrayLike<number>, side: number): Grid {
  const cells = Int32Array.from(tokens, (token) => Math.max(paddingToken, token));
  return decodeGrid(cells, side) ?? cropGrid(cells, side);
}
