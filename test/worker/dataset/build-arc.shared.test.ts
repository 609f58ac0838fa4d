// The official ARC tasks: how many there are, and which subsets leak into which.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { arcBuildSchema } from '../../../common/config/dataset-arc.ts';
import { readSubset } from '../../../worker/dataset/arc-source.ts';
import { buildDataset } from '../../../worker/dataset/build.ts';
import { openDataset } from '../../../worker/dataset/open.ts';
import { verifyDataset } from '../../../worker/dataset/verify.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const folder = join(import.meta.dirname, '../../../../shared/data/arc-agi');

test('all tasks of the five subsets are read', () => {
  const counts = ['training', 'evaluation', 'training2', 'evaluation2', 'concept'].map((subset) => {
    const { tasks } = readSubset(folder, subset);
    const pairs = (part: 'train' | 'test') => tasks.reduce((sum, task) => sum + task[part].length, 0);
    return [subset, tasks.length, pairs('train'), pairs('test')];
  });
  assert.deepEqual(counts, [
    ['training', 400, 1302, 416],
    ['evaluation', 400, 1363, 419],
    ['training2', 1000, 3232, 1076],
    ['evaluation2', 120, 358, 172],
    ['concept', 160, 427, 480],
  ]);
});

/** How many tested tasks leak, by id, by pairs and by a test pair. */
async function countLeaks(target: string, subsets: string[], testSubset: string): Promise<number[]> {
  const build = arcBuildSchema.parse({ kind: 'arc', folder, subsets, testSubset, augmentations: 0 });
  const { leakageChecks } = await buildDataset({ build, name: 'arc', folder: target, replace: true });
  return leakageChecks.map(({ result }) => Number(/tasks, (\d+) have/.exec(result)?.[1]));
}

test('leaking subsets are found', async (context) => {
  const target = join(temporaryFolder(context), 'arc');
  assert.deepEqual(await countLeaks(target, ['training2', 'evaluation'], 'evaluation'), [376, 375, 376]);
  assert.deepEqual(await countLeaks(target, ['evaluation2', 'evaluation'], 'evaluation'), [6, 6, 6]);
  assert.deepEqual(await countLeaks(target, ['training', 'evaluation', 'concept'], 'evaluation'), [0, 1, 1]);
  assert.deepEqual(await countLeaks(target, ['training', 'training2'], 'training2'), [391, 392, 392]);
  assert.deepEqual(
    await countLeaks(target, ['training2', 'evaluation2', 'concept'], 'evaluation2'),
    [0, 0, 0],
  );
});

test('ARC-AGI-1 with a few variants: the sizes of both splits, and every example is verified', async (context) => {
  const target = join(temporaryFolder(context), 'arc');
  const subsets = ['training', 'evaluation', 'concept'];
  const build = arcBuildSchema.parse({
    kind: 'arc',
    folder,
    subsets,
    testSubset: 'evaluation',
    augmentations: 2,
  });
  await buildDataset({ build, name: 'arc', folder: target });
  const dataset = openDataset(target);
  const sizes = (['train', 'test'] as const).map((name) => {
    const { groupCount, puzzleCount, exampleCount } = dataset.split(name);
    return [groupCount, puzzleCount, exampleCount];
  });
  dataset.close();
  assert.deepEqual(sizes, [
    [960, 3 * 960, 3 * (1302 + 416 + 1363 + 427 + 480)],
    [400, 3 * 400, 3 * 419],
  ]);
  const { checks } = await verifyDataset(target);
  assert.deepEqual(
    checks.filter(({ passed }) => !passed).map(({ name }) => name),
    ['No tested task in another subset, by its pairs', 'No test pair among the learned pairs'],
  );
});
