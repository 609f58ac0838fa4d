// Which solutions training knows: the cheap invariant holds for all symmetric grids, and the answer is that of
// comparing canonical forms one by one.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createCanonicalizer } from '../../../common/puzzles/sudoku/canonical.ts';
import { randomGrid } from '../../../common/puzzles/sudoku/generate.ts';
import { sudokuGeometry } from '../../../common/puzzles/sudoku/geometry.ts';
import { applySymmetry, randomSymmetry } from '../../../common/puzzles/sudoku/symmetry.ts';
import { gridKey } from '../../../common/puzzles/sudoku/text.ts';
import { createRandom } from '../../../common/random.ts';
import { buildDataset } from '../../../worker/dataset/build.ts';
import { openDataset } from '../../../worker/dataset/open.ts';
import { readTrainingSolutions, symmetryInvariant } from '../../../worker/solve/training-solutions.ts';
import { testContext } from '../job-context.ts';
import { temporaryFolder } from '../tiny-experiment.ts';

const limits = { minimumClues: 0, maximumClues: 0, minimumRating: 0, seed: 4 };

for (const size of [6, 9] as const) {
  describe(`${size}×${size}`, () => {
    const geometry = sudokuGeometry(size);

    test('the invariant is the same for all symmetric grids', () => {
      fc.assert(
        fc.property(fc.nat(), (seed) => {
          const random = createRandom(seed, 'invariant');
          const grid = randomGrid(geometry, random);
          const copy = applySymmetry(geometry, randomSymmetry(geometry, random), grid);
          assert.equal(symmetryInvariant(geometry, copy), symmetryInvariant(geometry, grid));
        }),
      );
    });

    test('training has a grid exactly when it has one of the same canonical form', async () => {
      await using root = await temporaryFolder();
      const folder = join(root.path, 'dataset');
      const counts = { trainPuzzles: 30, testPuzzles: 2, testShare: 0.5, augmentations: 1 };
      await buildDataset({ build: { kind: 'sudoku', size, ...counts, ...limits }, name: 'training', folder });
      const dataset = openDataset(folder);
      const split = dataset.split('train');
      const cells = new Int32Array(geometry.cellCount);
      const solutions = Array.from({ length: split.exampleCount }, (_, example) => {
        split.copyLabels(example, cells, 0);
        return Uint8Array.from(cells, (token) => token - 1);
      });
      const toDigits = (tokens: ArrayLike<number>) => Uint8Array.from(tokens, (token) => token - 1);
      const fromDigits = (digits: ArrayLike<number>) => Int32Array.from(digits, (digit) => digit + 1);
      const training = await readTrainingSolutions(split, { geometry, toDigits, fromDigits }, testContext());
      dataset.close();

      const canonicalize = createCanonicalizer(geometry);
      const keyOf = (grid: Uint8Array) => gridKey(canonicalize(grid).grid);
      const classes = new Set(solutions.map(keyOf));
      const random = createRandom(0, 'grids');
      const copies = solutions.map((grid) => applySymmetry(geometry, randomSymmetry(geometry, random), grid));
      const others = Array.from({ length: 60 }, () => randomGrid(geometry, random));
      for (const grid of [...solutions, ...copies, ...others]) {
        assert.equal(training.has(grid), classes.has(keyOf(grid)));
      }
      const unknown = others.filter((grid) => !training.has(grid)).length;
      assert.ok(unknown > 0 && (size === 9 || unknown < others.length));
    });
  });
}

test('the invariant is different for most 9×9 grids', () => {
  const geometry = sudokuGeometry(9);
  const random = createRandom(0, 'different');
  const invariants = Array.from({ length: 300 }, () =>
    symmetryInvariant(geometry, randomGrid(geometry, random)),
  );
  assert.ok(new Set(invariants).size > 290);
});
