import assert from 'node:assert/strict';
import { test } from 'node:test';
import { datasetBuildSchema, sudokuBuildSchema } from '../../../common/config/dataset.ts';

const smallest = { kind: 'sudoku', size: 4, trainPuzzles: 10, testPuzzles: 5 };

test('a Sudoku build has defaults for all but its size and its numbers of puzzles', () => {
  assert.deepEqual(datasetBuildSchema.parse(smallest), {
    ...smallest,
    testShare: 0.2,
    minimumClues: 0,
    maximumClues: 0,
    minimumRating: 0,
    augmentations: 0,
    seed: 0,
  });
});

test('impossible combinations of a Sudoku build are refused with the reason', () => {
  const issues = (change: Record<string, unknown>) =>
    sudokuBuildSchema
      .safeParse({ ...smallest, ...change })
      .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  assert.equal(issues({ size: 9, augmentations: 3, minimumClues: 20, maximumClues: 20 }), undefined);
  assert.deepEqual(issues({ augmentations: 3 }), [
    'augmentations: 0 for 4×4 puzzles: there are only two 4×4 grids up to symmetry, so copies would leak test grids into training',
  ]);
  assert.deepEqual(issues({ minimumClues: 8, maximumClues: 7 }), [
    'maximumClues: at least minimumClues, or 0 for no limit',
  ]);
  assert.deepEqual(issues({ size: 9, maximumClues: 16 }), [
    'maximumClues: at least 4 for 4×4, 8 for 6×6 and 17 for 9×9, since fewer givens leave several solutions; or 0 for no limit',
  ]);
  assert.deepEqual(issues({ minimumClues: 16 }), ['minimumClues: fewer than there are cells']);
});
