// The 2,000 real puzzles that lie beside the checkout, with augmentations, checked again by the verification.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { sudokuCsvBuildSchema } from '../../../common/config/dataset.ts';
import { buildDataset } from '../../../worker/dataset/build.ts';
import { verifyDataset } from '../../../worker/dataset/verify.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const sharedFile = (split: string) =>
  fileURLToPath(new URL(`../../../../shared/data/sudoku/${split}.csv`, import.meta.url));

test('imports all rows; no solution class is in both files', async (context) => {
  const folder = join(temporaryFolder(context), 'data');
  const files = { trainFile: sharedFile('train'), testFile: sharedFile('test') };
  const build = sudokuCsvBuildSchema.parse({ kind: 'sudoku-csv', ...files, augmentations: 3 });
  const card = await buildDataset({ build, name: 'data', folder });
  assert.deepEqual(
    [card.splits.train.puzzles, card.splits.train.examples, card.splits.test.examples],
    [1500, 6000, 500],
  );
  assert.deepEqual(
    card.splits.train.distributions['rating (guesses)'],
    card.splits.train.distributions['rating in the file'],
  );
  assert.deepEqual(
    [card.splits.train.counts['solution classes'], card.splits.test.counts['solution classes']],
    [1446, 484],
  );
  const { checks } = await verifyDataset(folder, { sampleSize: 200 });
  assert.deepEqual(
    checks.filter((check) => !check.passed),
    [],
  );
});
