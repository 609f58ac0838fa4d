// Mazes as a domain of the solver: as text and tokens, and the check of an answer by the maze alone. Any shortest path
// solves a maze, whichever the search would find first.

import type { Vocabulary } from '../../common/dataset-card.ts';
import { UserError } from '../../common/errors.ts';
import { cellNames, type MazeShape } from '../../common/puzzles/maze/cells.ts';
import { createAnswerChecker, createMazeCheck } from '../../common/puzzles/maze/check.ts';
import { formatMaze, parseMazeLines } from '../../common/puzzles/maze/text.ts';
import type { Domain } from './domains.ts';
import { generateFreshMazes } from './fresh-maze.ts';

/** @throws UserError when the vocabulary is not that of mazes */
export function createMazeDomain({ gridRows, gridColumns, tokens }: Vocabulary): Domain {
  requireMazeTokens(tokens);
  const shape = { rows: gridRows, columns: gridColumns };
  const findFault = createMazeCheck(shape);
  const check = createAnswerChecker(shape);
  return {
    drawing: 'cells',
    parse(text, number) {
      const what = `Puzzle ${number} is no ${gridRows}×${gridColumns} maze`;
      const parsed = parseMazeLines(text, shape);
      if ('problem' in parsed) {
        const remedy =
          'give one character a cell, all in one line or each row in a line of its own; spaces count';
        throw new UserError({ what, ...parsed.problem, remedy });
      }
      const fault = findFault(parsed.cells);
      if (fault === undefined) return Int32Array.from(parsed.cells);
      throw new UserError({ what, found: fault, expected: 'one S, one G and a way between them' });
    },
    split: (text) => splitMazes(text, shape),
    format(cells) {
      const text = formatMaze(cells);
      const rows = Array.from({ length: gridRows }, (_, row) =>
        text.slice(row * gridColumns, (row + 1) * gridColumns),
      );
      return rows.join('\n');
    },
    check(question, answer) {
      const maze = Uint8Array.from(question);
      const fault = findFault(maze);
      if (fault !== undefined) return { valid: false, reason: `the maze itself is at fault: ${fault}` };
      const verdict = check(maze, answer);
      return verdict.shortest ? { valid: true } : { valid: false, reason: verdict.reason };
    },
    generate: (dataset, request) => generateFreshMazes(shape, dataset, request),
  };
}

/** Mazes in one line each, or drawn row by row one below the other, with empty lines between or without. */
function splitMazes(text: string, { rows, columns }: MazeShape): string[] {
  const blocks = text.replaceAll('\r', '').split(/\n{2,}/);
  return blocks.flatMap((block) => {
    const lines = block.replace(/^\n+|\n+$/g, '').split('\n');
    if (lines.length === 1 && lines[0] === '') return [];
    if (lines.every((line) => line.length === rows * columns)) return lines;
    if (lines.length % rows !== 0) return [lines.join('\n')];
    return Array.from({ length: lines.length / rows }, (_, index) =>
      lines.slice(index * rows, (index + 1) * rows).join('\n'),
    );
  });
}

function requireMazeTokens(tokens: readonly string[]): void {
  if (tokens.length === cellNames.length && tokens.every((name, token) => name === cellNames[token])) return;
  throw new UserError({
    what: 'The vocabulary of the model is not that of mazes',
    found: `the tokens ${tokens.join(' ')}`,
    expected: cellNames.join(' '),
    remedy: 'export the model again with `trm export`',
  });
}
