import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import { findConflict } from '../../../../common/puzzles/sudoku/check.ts';
import { randomGrid } from '../../../../common/puzzles/sudoku/generate.ts';
import { sudokuGeometry, sudokuSizes } from '../../../../common/puzzles/sudoku/geometry.ts';
import {
  applySymmetry,
  identitySymmetry,
  randomSymmetry,
} from '../../../../common/puzzles/sudoku/symmetry.ts';
import { symmetryCount } from '../../../../common/puzzles/sudoku/symmetry-class.ts';
import { parsePuzzle } from '../../../../common/puzzles/sudoku/text.ts';
import { createRandom } from '../../../../common/random.ts';

const digits = z.array(z.number());
const goldenSchema = z.object({
  question: z.string(),
  answer: z.string(),
  augmentations: z.array(
    z.object({
      digit_map: digits,
      transpose: z.boolean(),
      row_perm: digits,
      col_perm: digits,
      board: z.array(digits),
      solution: z.array(digits),
    }),
  ),
});

test('applies given permutations as the reference implementation does', () => {
  const file = new URL('../../../golden/small/sudoku.json', import.meta.url);
  const golden = goldenSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  assert.equal(golden.augmentations.length > 0, true);
  for (const { digit_map, transpose, row_perm, col_perm, board, solution } of golden.augmentations) {
    const symmetry = {
      transpose,
      rows: Uint8Array.from(row_perm),
      columns: Uint8Array.from(col_perm),
      digits: Uint8Array.from(digit_map),
    };
    const transform = (text: string) => [
      ...applySymmetry(sudokuGeometry(9), symmetry, parsePuzzle(text).cells),
    ];
    assert.deepEqual(transform(golden.question), board.flat());
    assert.deepEqual(transform(golden.answer), solution.flat());
  }
});

for (const size of sudokuSizes) {
  test(`symmetries of ${size}×${size} keep the rules and the number of givens`, () => {
    const geometry = sudokuGeometry(size);
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const random = createRandom(seed, 'symmetry test');
        const grid = randomGrid(geometry, random);
        const puzzle = grid.map((digit) => (random.integer(2) === 0 ? 0 : digit));
        const symmetry = randomSymmetry(geometry, random);
        const newGrid = applySymmetry(geometry, symmetry, grid);
        const newPuzzle = applySymmetry(geometry, symmetry, puzzle);
        assert.equal(findConflict(geometry, newGrid), undefined);
        assert.ok(newGrid.every((digit) => digit !== 0));
        assert.equal(
          newPuzzle.filter((digit) => digit !== 0).length,
          puzzle.filter((digit) => digit !== 0).length,
        );
        assert.ok(newPuzzle.every((digit, cell) => digit === 0 || digit === newGrid[cell]));
      }),
      { numRuns: 50 },
    );
  });
}

test('the identity changes nothing', () => {
  const geometry = sudokuGeometry(6);
  const grid = randomGrid(geometry, createRandom(1));
  assert.deepEqual(applySymmetry(geometry, identitySymmetry(geometry), grid), grid);
});

test('all symmetries are drawn, equally often', () => {
  const geometry = sudokuGeometry(4);
  const random = createRandom(0, 'uniformity');
  const draws = 200_000;
  const counts = new Map<string, number>();
  for (let draw = 0; draw < draws; draw++) {
    const { transpose, rows, columns, digits: labels } = randomSymmetry(geometry, random);
    const name = `${transpose} ${rows} ${columns} ${labels}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  assert.equal(counts.size, symmetryCount(geometry));
  const expected = draws / counts.size;
  const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  // Mean 3071 and standard deviation 78 when all are equally likely; the seed is fixed.
  assert.ok(chiSquare < 3071 + 5 * 78, `chi square ${chiSquare}`);
});

test('the numbers of symmetries are those of the literature', () => {
  assert.deepEqual(
    sudokuSizes.map((size) => symmetryCount(sudokuGeometry(size))),
    [24 * 128, 720 * 3456, 362880 * 3359232],
  );
});
