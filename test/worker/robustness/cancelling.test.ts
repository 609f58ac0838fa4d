// The robustness job ends where it is told to, in the making of puzzles as in their solving, and reports its progress.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JobCancelled } from '../../../worker/job.ts';
import { robustnessJob } from '../../../worker/robustness/robustness.ts';
import { startRuntime } from '../../../worker/runtime.ts';
import { makeTinyCheckpoint } from '../export/tiny-checkpoint.ts';
import { testContext } from '../job-context.ts';
import { temporaryFolder } from '../tiny-experiment.ts';

test('a cancelled job ends, and a whole one counts up to its end', async () => {
  await startRuntime();
  await using root = await temporaryFolder();
  const tiny = await makeTinyCheckpoint(root.path);
  const spec = {
    kind: 'robustness',
    subject: { checkpointFolder: tiny.folder, weights: 'ema' },
    label: 'tiny',
    datasetFolder: tiny.datasetFolder,
    suites: ['unsolvable'],
    perSuite: 10,
    seed: 0,
    confident: 0.5,
    maximumSteps: 0,
    halting: null,
  } as const;
  for (const report of ['untouched test puzzles 0/20 puzzles', 'no solution 10/20 puzzles']) {
    await assert.rejects(
      robustnessJob({ ...spec, suites: ['unsolvable'] }, testContext(report)),
      JobCancelled,
    );
  }
  const context = testContext();
  await robustnessJob({ ...spec, suites: ['unsolvable'] }, context);
  assert.deepEqual(context.reports, [
    'untouched test puzzles 0/20 puzzles',
    'untouched test puzzles 10/20 puzzles',
    'no solution 10/20 puzzles',
    'no solution 20/20 puzzles',
    'all suites 20/20 puzzles',
  ]);
});
