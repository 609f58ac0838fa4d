// The 200 published mazes that lie beside the checkout, with their copies, checked again by the verification.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { mazeCsvBuildSchema } from '../../../common/config/dataset-maze.ts';
import { buildDataset } from '../../../worker/dataset/build.ts';
import { verifyDataset } from '../../../worker/dataset/verify.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const sharedFile = (split: string) =>
  fileURLToPath(new URL(`../../../../shared/data/maze/${split}.csv`, import.meta.url));

test('imports all rows of both files; every answer is the one that our search finds first', async (context) => {
  const folder = join(temporaryFolder(context), 'data');
  const files = { trainFile: sharedFile('train'), testFile: sharedFile('test') };
  const build = mazeCsvBuildSchema.parse({ kind: 'maze-csv', ...files });
  const warnings: string[] = [];
  const onWarning = (message: string) => warnings.push(message);
  const card = await buildDataset({ build, name: 'data', folder, onWarning });
  const { train, test } = card.splits;
  assert.deepEqual([train.puzzles, train.examples, test.puzzles, test.examples], [120, 960, 80, 80]);
  assert.deepEqual(warnings, []);
  for (const split of [train, test]) {
    assert.equal(split.counts['answers that are another shortest path than the first'], 0);
    assert.deepEqual(
      split.distributions['cells of the shortest path'],
      split.distributions['rating in the file'],
    );
    assert.equal(split.distributions['cells of the shortest path']?.minimum, 110);
  }
  const { checks } = await verifyDataset(folder);
  assert.deepEqual(
    checks.filter((check) => !check.passed),
    [],
  );
});
