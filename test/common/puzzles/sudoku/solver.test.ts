import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { checkAnswer } from '../../../../common/puzzles/sudoku/check.ts';
import { sudokuGeometry } from '../../../../common/puzzles/sudoku/geometry.ts';
import { createSolver } from '../../../../common/puzzles/sudoku/solver.ts';
import { formatGrid, parsePuzzle } from '../../../../common/puzzles/sudoku/text.ts';
import { createRandom } from '../../../../common/random.ts';
import { readSudokuRows, sampleFile } from './samples.ts';

test('solves the sample puzzles with the ratings that another program gave them', () => {
  const solve = createSolver(sudokuGeometry(9));
  for (const { question, answer, rating } of [
    ...readSudokuRows(sampleFile('train')),
    ...readSudokuRows(sampleFile('test')),
  ]) {
    const { solutionCount, guesses, grid } = solve(parsePuzzle(question).cells);
    assert.deepEqual(
      { solutionCount, guesses, answer: formatGrid(grid ?? []) },
      { solutionCount: 1, guesses: rating, answer },
    );
  }
});

/** All 4×4 grids by trying every digit in every cell. */
function allGridsByTrial(): number[][] {
  const geometry = sudokuGeometry(4);
  const sharesUnit = (one: number, other: number) =>
    [geometry.rowUnit, geometry.columnUnit, geometry.boxUnit].some((units) => units[one] === units[other]);
  const extend = (grid: number[]): number[][] =>
    grid.length === 16
      ? [grid]
      : [1, 2, 3, 4]
          .filter((digit) => grid.every((other, cell) => other !== digit || !sharesUnit(cell, grid.length)))
          .flatMap((digit) => extend([...grid, digit]));
  return extend([]);
}

test('counts the solutions of any 4×4 puzzle as trying everything does', () => {
  const grids = allGridsByTrial();
  assert.equal(grids.length, 288);
  const solve = createSolver(sudokuGeometry(4));
  const anyPuzzle = fc.oneof(
    fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 16, maxLength: 16 }),
    fc
      .tuple(fc.constantFrom(...grids), fc.array(fc.boolean(), { minLength: 16, maxLength: 16 }))
      .map(([grid, given]) => grid.map((digit, cell) => (given[cell] ? digit : 0))),
  );
  fc.assert(
    fc.property(anyPuzzle, fc.integer({ min: 1, max: 300 }), (puzzle, limit) => {
      const expected = grids.filter((grid) =>
        puzzle.every((digit, cell) => digit === 0 || digit === grid[cell]),
      );
      const found: string[] = [];
      const { solutionCount, grid } = solve(puzzle, {
        limit,
        onSolution: (solution) => found.push(formatGrid(solution)),
      });
      assert.equal(solutionCount, Math.min(limit, expected.length));
      assert.equal(found.length, solutionCount);
      assert.equal(new Set(found).size, solutionCount);
      const all = new Set(expected.map(formatGrid));
      assert.ok(found.every((text) => all.has(text)));
      assert.equal(grid === undefined ? undefined : formatGrid(grid), found[0]);
    }),
  );
});

test('a random order gives other grids, and the same seed the same one', () => {
  const geometry = sudokuGeometry(9);
  const solve = createSolver(geometry);
  const empty = new Uint8Array(81);
  const grids = [1, 1, 2].map((seed) => {
    const { grid } = solve(empty, { limit: 1, random: createRandom(seed) });
    assert.ok(grid !== undefined);
    assert.deepEqual(checkAnswer(geometry, empty, grid), { valid: true });
    return formatGrid(grid);
  });
  assert.equal(grids[0], grids[1]);
  assert.notEqual(grids[0], grids[2]);
});

test('givens that contradict each other have no solution', () => {
  const solve = createSolver(sudokuGeometry(9));
  const puzzle = new Uint8Array(81);
  puzzle[0] = 5;
  puzzle[8] = 5;
  assert.deepEqual(solve(puzzle), { solutionCount: 0, guesses: 0, grid: undefined });
});
