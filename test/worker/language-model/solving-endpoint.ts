// Endpoints that answer 4×4 Sudoku questions rightly, or rightly for another puzzle.

import { sudokuGeometry } from '../../../common/puzzles/sudoku/geometry.ts';
import { createSolver } from '../../../common/puzzles/sudoku/solver.ts';
import { answerWith, type Behaviour, type Received } from './endpoint-server.ts';

const solve = createSolver(sudokuGeometry(4));

/** The puzzle in the text of a question; 0 for a blank. */
export function readPuzzle({ body }: Received): number[] {
  const lines = (body.messages.at(-1)?.content ?? '').split('\n');
  const rows = lines.filter((line) => /^([1-4.] ){3}[1-4.]$/.test(line));
  return rows.flatMap((row) => row.split(' ').map((cell) => (cell === '.' ? 0 : Number(cell))));
}

export const solveRightly: Behaviour = (response, received, times) => {
  answerWith(written(solve(readPuzzle(received)).grid))(response, received, times);
};

/** A grid that keeps the rules of Sudoku, but not the givens of the puzzle. */
export const ignoreGivens: Behaviour = (response, received, times) => {
  const solution = solve(readPuzzle(received)).grid ?? new Uint8Array(16);
  answerWith(written(solution.map((digit) => (digit % 4) + 1)))(response, received, times);
};

function written(grid: Uint8Array = new Uint8Array(16)): string {
  const rows = Array.from({ length: 4 }, (_, row) => [...grid.subarray(row * 4, row * 4 + 4)].join(' '));
  return `<answer>\n${rows.join('\n')}\n</answer>`;
}
