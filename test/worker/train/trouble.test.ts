// What a training job says when it cannot go on: one clear error, and nothing good is lost.

import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Experiment, experimentSchema } from '../../../common/config/experiment.ts';
import { UserError } from '../../../common/errors.ts';
import { loadCheckpoint } from '../../../worker/checkpoint/load.ts';
import { evaluateJob } from '../../../worker/evaluate/evaluate.ts';
import type { JobContext } from '../../../worker/job.ts';
import { startRuntime } from '../../../worker/runtime.ts';
import { trainJob } from '../../../worker/train/run.ts';
import { buildTinyDataset, temporaryFolder, tinyExperiment } from '../tiny-experiment.ts';

const context: JobContext = {
  emit: () => undefined,
  signal: new AbortController().signal,
  progress: () => undefined,
};
const experiment = tinyExperiment({ steps: 6, checkpointEverySteps: 3 });
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let dataset: string;

before(async () => {
  await startRuntime();
  folder = await temporaryFolder();
  dataset = await buildTinyDataset(experiment, join(folder.path, 'dataset'));
});
after(() => folder[Symbol.asyncDispose]());

async function train(run: string, changed: Experiment = experiment, datasetFolder = dataset) {
  const runFolder = join(folder.path, run);
  await mkdir(runFolder, { recursive: true });
  return trainJob({ kind: 'train', runId: run, runFolder, experiment: changed, datasetFolder }, context);
}

test('a loss that turns NaN ends the run and leaves the earlier checkpoints whole', async () => {
  await train('diverges', tinyExperiment({ steps: 3, warmupSteps: 1, checkpointEverySteps: 3 }));
  const root = join(folder.path, 'diverges', 'checkpoints');
  const before3 = await readFile(join(root, 'step-000000003', 'model.safetensors'));
  const wild = tinyExperiment({
    steps: 60,
    warmupSteps: 1,
    keepCheckpoints: 60,
    checkpointEverySteps: 3,
    learningRate: 1,
    weightDecay: 100,
    minimumLearningRateRatio: 1,
  });
  await assert.rejects(train('diverges', wild), (error) => {
    assert.ok(error instanceof UserError);
    assert.match(
      error.message,
      /^(?:The loss stopped being a number at step \d+|The weights are no longer finite after step \d+)\n/,
    );
    assert.match(
      error.message,
      /expected: (?:a finite loss|finite numbers)\n {2}to do: {4}.*training\.learningRate/,
    );
    return true;
  });
  const kept = await readdir(root);
  assert.ok(kept.includes('step-000000003'));
  assert.deepEqual(await readFile(join(root, 'step-000000003', 'model.safetensors')), before3);
  for (const name of kept) await (await loadCheckpoint(join(root, name))).weights('raw');
});

test('a resumed run must be the same run on the same data', async () => {
  await train('changed');
  const checkpoint = join(folder.path, 'changed', 'checkpoints', 'step-000000006');
  const longer = tinyExperiment({ steps: 9, checkpointEverySteps: 3 });
  await assert.rejects(train('changed', { ...longer, seed: 5 }), {
    message: [
      "The run cannot go on: its seed differs from the checkpoint's",
      `  where:    ${checkpoint}`,
      '  found:    5',
      '  expected: 0',
      '  to do:    start a new run with the changed config',
    ].join('\n'),
  });
  const differently = (training: Record<string, unknown>) =>
    tinyExperiment({ steps: 9, checkpointEverySteps: 3, ...training });
  for (const [name, before, now] of [
    ['optimizer', 'adam-atan2', 'muon'],
    ['microBatches', 1, 2],
    ['candidates', 1, 2],
    ['trainOnly', 'all', 'embeddings'],
    ['answerLoss', 'stablemax', 'softmax'],
  ] as const) {
    await assert.rejects(train('changed', differently({ [name]: now })), {
      message: [
        `The run cannot go on: its ${name} differs from the checkpoint's`,
        `  where:    ${checkpoint}`,
        `  found:    ${JSON.stringify(now)}`,
        `  expected: ${JSON.stringify(before)}`,
        '  to do:    start a new run with the changed config',
      ].join('\n'),
    });
  }
  const other = tinyExperiment();
  if (other.dataset.build?.kind === 'sudoku') other.dataset.build.seed = 9;
  const otherDataset = await buildTinyDataset(other, join(folder.path, 'other'));
  await assert.rejects(train('changed', longer, otherDataset), {
    message: /^The run cannot go on: the dataset tiny has changed since\n/,
  });
  const { steps, finished } = await train('changed', longer);
  assert.deepEqual({ steps, finished }, { steps: 9, finished: true });
});

test('damaged checkpoints are told from whole ones', async () => {
  await train('damaged');
  const checkpoint = join(folder.path, 'damaged', 'checkpoints', 'step-000000006');
  const model = join(checkpoint, 'model.safetensors');
  const whole = await readFile(model);
  const flipped = Buffer.from(whole);
  flipped.writeUInt8(flipped.readUInt8(5000) ^ 1, 5000);
  await writeFile(model, flipped);
  const longer = tinyExperiment({ steps: 9 });
  await assert.rejects(train('damaged', longer), {
    message: /^The checkpoint is damaged: a file is not what was saved\n {2}where: {4}.*model\.safetensors\n/,
  });
  await writeFile(model, whole);
  await truncate(model, whole.length - 1);
  await assert.rejects(train('damaged', longer), {
    message: new RegExp(`found: {4}${whole.length - 1} bytes with SHA-256`),
  });
  await rm(model);
  await assert.rejects(train('damaged', longer), { message: /found: {4}there is no such file or folder/ });
  await writeFile(model, whole);
  await writeFile(join(checkpoint, 'checkpoint.json'), '{"formatVersion":');
  await assert.rejects(train('damaged', longer), { message: /^The checkpoint description is damaged\n/ });
});

test('a checkpoint of another shape is refused', async () => {
  await train('reshaped');
  const checkpoint = join(folder.path, 'reshaped', 'checkpoints', 'step-000000006');
  const path = join(checkpoint, 'checkpoint.json');
  const manifest = JSON.parse(await readFile(path, 'utf8'));
  manifest.experiment.model.hiddenSize = 16;
  await writeFile(path, JSON.stringify(manifest));
  const { weights } = await loadCheckpoint(checkpoint);
  await assert.rejects(weights('raw'), {
    message: [
      'The checkpoint does not fit its model',
      `  where:    ${join(checkpoint, 'model.safetensors')}`,
      '  found:    model.inner.H_init of shape [32]',
      '  expected: model.inner.H_init of shape [16]',
      '  to do:    use a checkpoint that was trained with this model and dataset',
    ].join('\n'),
  });
});

test('evaluation says what it measured and refuses data of another size', async () => {
  await train('evaluated');
  const checkpointFolder = join(folder.path, 'evaluated', 'checkpoints', 'step-000000006');
  const spec = {
    kind: 'evaluate' as const,
    checkpointFolder,
    split: 'test' as const,
    weights: 'ema' as const,
    batchSize: 5,
    maximumPuzzles: 0,
    maximumSteps: 0,
    mode: 'fixed' as const,
    haltThreshold: 0.5,
  };
  const result = await evaluateJob({ ...spec, datasetFolder: dataset }, context);
  const stored = (await loadCheckpoint(checkpointFolder)).evaluation;
  assert.deepEqual({ ...result, elapsedMs: 0 }, { kind: 'evaluate', ...stored, elapsedMs: 0 });
  assert.equal(result.puzzleCount, 20);

  const nine = experimentSchema.parse({
    ...experiment,
    dataset: {
      name: 'nine',
      build: { kind: 'sudoku', size: 9, trainPuzzles: 3, testPuzzles: 2, testShare: 0.5 },
    },
  });
  const datasetFolder = await buildTinyDataset(nine, join(folder.path, 'nine'));
  await assert.rejects(evaluateJob({ ...spec, datasetFolder }, context), {
    message: [
      'The dataset does not fit the model',
      `  where:    ${datasetFolder}`,
      '  found:    puzzles of 81 cells',
      '  expected: 16 cells, as in tiny, on which the model was trained',
      '  to do:    choose the dataset of the training, or one of the same kind and size',
    ].join('\n'),
  });
  await assert.rejects(evaluateJob({ ...spec, datasetFolder, checkpointFolder: folder.path }, context), {
    message: /^There is no checkpoint here\n/,
  });
});
