// The profile job on a tiny experiment: by config and by checkpoint, with TensorFlow's own trace where the addon is built.

import assert from 'node:assert/strict';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import type { JobSpecOf } from '../../../common/jobs.ts';
import { profileResultSchema } from '../../../common/profile.ts';
import { JobCancelled } from '../../../worker/job.ts';
import { loadNativeAddon } from '../../../worker/native/native.ts';
import { profileJob } from '../../../worker/profile/profile.ts';
import { startRuntime } from '../../../worker/runtime.ts';
import { trainJob } from '../../../worker/train/run.ts';
import { testContext } from '../job-context.ts';
import { buildTinyDataset, temporaryFolder, tinyExperiment } from '../tiny-experiment.ts';

before(() => startRuntime());

function specOf(changes: Partial<JobSpecOf<'profile'>>): JobSpecOf<'profile'> {
  return {
    kind: 'profile',
    experiment: null,
    checkpointFolder: null,
    datasetFolders: [],
    steps: 2,
    traceFile: null,
    replace: false,
    ...changes,
  };
}

/** The passes of T = 2, n = 1, those of the second cycle with gradients. */
const passes = ['cycle 1/low', 'cycle 1/high', 'cycle 2/low', 'cycle 2/high'];

test('a config is profiled before its dataset exists, and its trace is written', async () => {
  await using folder = await temporaryFolder();
  const traceFile = join(folder.path, 'trace.json');
  const datasetFolders = [join(folder.path, 'absent')];
  const experiment = tinyExperiment();
  const context = testContext();
  const { kind, ...result } = await profileJob(specOf({ experiment, datasetFolders, traceFile }), context);
  assert.equal(kind, 'profile');
  assert.deepEqual(profileResultSchema.parse(result), result);

  const isTraced = loadNativeAddon() !== null;
  assert.deepEqual(
    [result.executor, result.method, result.data, result.batchSize, result.traceFile],
    ['captured', isTraced ? 'traced' : 'eager kernels', 'made up', 8, traceFile],
  );
  assert.deepEqual(
    result.steps.map(({ step }) => step),
    [2, 3],
  );
  assert.deepEqual(
    result.phases.map(({ name }) => name),
    ['data', 'feed', 'step', 'fetch', 'checkpoint'],
  );
  assert.ok(Math.abs(result.phases.reduce((sum, { share }) => sum + share, 0) - 1) < 1e-9);
  const levels = (direction: string) =>
    new Set(result.byLevel.flatMap((each) => (each.direction === direction ? [each.level] : [])));
  assert.deepEqual(
    passes.map((pass) => [levels('forward').has(pass), levels('backward').has(pass)]),
    [
      [true, false],
      [true, false],
      [true, true],
      [true, true],
    ],
  );
  for (const part of ['embedding', 'heads', 'loss', 'optimizer', 'EMA', 'data replacement', 'metrics']) {
    assert.ok(levels('forward').has(part), part);
  }
  const sum = (entries: { operations: number }[]) =>
    entries.reduce((total, each) => total + each.operations, 0);
  const { operations } = result.traced;
  assert.deepEqual(
    [sum(result.byGroup), sum(result.byOperation), sum(result.byLevel)],
    [operations, operations, operations],
  );
  assert.ok(result.traced.flops > 0);
  assert.equal(result.memory.peakBytes !== null && result.memory.peakBytes > 0, isTraced);

  const { traceEvents } = JSON.parse(await readFile(traceFile, 'utf8'));
  const kernels = traceEvents.filter(
    (event: { ph: string; pid: number }) => event.ph === 'X' && event.pid === 3,
  );
  assert.equal(kernels.length, operations);
  assert.deepEqual(await readdir(folder.path), ['trace.json']);

  await assert.rejects(profileJob(specOf({ experiment, datasetFolders, traceFile }), context), {
    details: {
      what: 'The trace file exists already',
      where: traceFile,
      expected: 'a file that is free',
      remedy: 'choose another with --trace, or replace it with --replace',
    },
  });
});

test('a checkpoint is profiled on its data, eagerly where its run is eager', async () => {
  await using folder = await temporaryFolder();
  const experiment = tinyExperiment({ steps: 3, warmupSteps: 1, executor: 'eager' });
  const datasetFolder = await buildTinyDataset(experiment, join(folder.path, 'tiny'));
  const runFolder = join(folder.path, 'run');
  await mkdir(runFolder);
  const run = { kind: 'train' as const, runId: 'run', runFolder, experiment, datasetFolder };
  const { lastCheckpoint } = await trainJob(run, testContext());
  const spec = specOf({ checkpointFolder: lastCheckpoint, datasetFolders: [datasetFolder], steps: 1 });
  const result = await profileJob(spec, testContext());
  assert.deepEqual(
    [result.name, result.executor, result.method, result.data, result.steps.map(({ step }) => step)],
    ['tiny', 'eager', 'eager kernels', 'dataset', [5]],
  );
  assert.deepEqual(result.memory.timeline, []);
  assert.deepEqual(result.remarks, [
    'The step runs eagerly here: operations are timed call by call, and memory over time is not known.',
  ]);
  assert.ok(result.byOperation.some(({ operation }) => operation === 'BatchMatMul'));
});

test('a profile can be cancelled', async () => {
  await using folder = await temporaryFolder();
  const spec = specOf({ experiment: tinyExperiment(), datasetFolders: [join(folder.path, 'absent')] });
  await assert.rejects(profileJob(spec, testContext('measuring steps 1/3 steps')), JobCancelled);
  await assert.rejects(profileJob(spec, testContext('tracing operations 0/3 steps')), JobCancelled);
});
