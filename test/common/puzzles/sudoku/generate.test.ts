import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { checkAnswer } from '../../../../common/puzzles/sudoku/check.ts';
import {
  countClues,
  digPuzzle,
  randomGrid,
  tryGeneratePuzzle,
} from '../../../../common/puzzles/sudoku/generate.ts';
import { sudokuGeometry, sudokuSizes } from '../../../../common/puzzles/sudoku/geometry.ts';
import { createSolver } from '../../../../common/puzzles/sudoku/solver.ts';
import { createRandom } from '../../../../common/random.ts';

for (const size of sudokuSizes) {
  const geometry = sudokuGeometry(size);
  const solve = createSolver(geometry);

  test(`puzzles of ${size}×${size} have one solution and need every given`, () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const random = createRandom(seed, 'generate test');
        const grid = randomGrid(geometry, random, solve);
        assert.deepEqual(checkAnswer(geometry, new Uint8Array(geometry.cellCount), grid), { valid: true });
        const puzzle = digPuzzle(geometry, grid, 0, random, solve);
        assert.deepEqual(solve(puzzle).grid, grid);
        assert.equal(solve(puzzle).solutionCount, 1);
        for (const [cell, digit] of puzzle.entries()) {
          if (digit !== 0) assert.equal(solve(puzzle.with(cell, 0)).solutionCount, 2);
        }
      }),
      { numRuns: 20 },
    );
  });

  test(`puzzles of ${size}×${size} keep limits of clues and rating`, () => {
    const random = createRandom(0, 'limits test');
    const [minimumClues, maximumClues] = { 4: [5, 8], 6: [12, 15], 9: [25, 30] }[size] as [number, number];
    const clueCounts = new Set<number>();
    for (let index = 0; index < 200; index++) {
      const limits = { minimumClues, maximumClues, minimumRating: size === 9 ? 2 : 0 };
      const generated = tryGeneratePuzzle(
        geometry,
        randomGrid(geometry, random, solve),
        limits,
        random,
        solve,
      );
      if (generated === undefined) continue;
      const { puzzle, clues, rating } = generated;
      assert.equal(countClues(puzzle), clues);
      assert.equal(solve(puzzle).solutionCount, 1);
      assert.equal(solve(puzzle).guesses, rating);
      assert.ok(clues >= minimumClues && clues <= maximumClues && rating >= limits.minimumRating);
      clueCounts.add(clues);
    }
    assert.ok(clueCounts.size > 2, `clue counts ${[...clueCounts]}`);
  });
}

test('a number of clues aimed at is met where the solution stays unique', () => {
  const geometry = sudokuGeometry(9);
  const random = createRandom(3, 'target test');
  assert.equal(countClues(digPuzzle(geometry, randomGrid(geometry, random), 40, random)), 40);
});
