// All 2,000 real puzzles that lie beside the checkout; some of them may not be kept in it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sudokuGeometry } from '../../../../common/puzzles/sudoku/geometry.ts';
import { createSolver } from '../../../../common/puzzles/sudoku/solver.ts';
import { formatGrid, parsePuzzle } from '../../../../common/puzzles/sudoku/text.ts';
import { readSudokuRows } from './samples.ts';

for (const [split, count] of [
  ['train', 1500],
  ['test', 500],
] as const) {
  test(`solves and rates the ${count} puzzles of ${split}.csv`, () => {
    const solve = createSolver(sudokuGeometry(9));
    const rows = readSudokuRows(new URL(`../../../../../shared/data/sudoku/${split}.csv`, import.meta.url));
    assert.equal(rows.length, count);
    for (const { question, answer, rating } of rows) {
      const { solutionCount, guesses, grid } = solve(parsePuzzle(question).cells);
      assert.deepEqual(
        { solutionCount, guesses, answer: formatGrid(grid ?? []) },
        { solutionCount: 1, guesses: rating, answer },
      );
    }
  });
}
