// Importing and exporting as jobs: the reference's checkpoint becomes a run whose weights are the golden ones, and goes
// out again bit by bit.

import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { JobSpecOf } from '../../../common/jobs.ts';
import { loadCheckpoint } from '../../../worker/checkpoint/load.ts';
import { decodeSafetensors, encodeSafetensors } from '../../../worker/checkpoint/safetensors.ts';
import { buildDataset } from '../../../worker/dataset/build.ts';
import { exportWeightsJob } from '../../../worker/interchange/export-weights.ts';
import { importJob } from '../../../worker/interchange/import.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { testContext } from '../job-context.ts';

const golden = fileURLToPath(new URL('../../golden/trm-mlp', import.meta.url));
const compiled = join(golden, 'checkpoint_compiled.pt');
const goldenWeights = decodeSafetensors(readFileSync(join(golden, 'weights.safetensors')), 'golden').tensors;

interface Place {
  root: string;
  datasetFolder: string;
}

/** A dataset with the sizes of the golden checkpoint: 4×4 Sudoku has 16 cells and 6 tokens. */
async function makePlace(t: TestContext): Promise<Place> {
  const root = temporaryFolder(t);
  const datasetFolder = join(root, 'datasets', 'four');
  const build = {
    kind: 'sudoku' as const,
    size: 4 as const,
    trainPuzzles: 5,
    testPuzzles: 2,
    testShare: 0.2,
    minimumClues: 0,
    maximumClues: 0,
    minimumRating: 0,
    augmentations: 0,
    seed: 0,
  };
  await buildDataset({ name: 'four', build, folder: datasetFolder });
  return { root, datasetFolder };
}

function specOf(
  { root, datasetFolder }: Place,
  changes: Partial<JobSpecOf<'import'>> = {},
): JobSpecOf<'import'> {
  return {
    kind: 'import',
    name: 'golden',
    runId: 'run-1',
    runFolder: join(root, 'runs', 'run-1'),
    file: compiled,
    entry: null,
    datasetName: 'four',
    datasetFolder,
    experiment: null,
    overrides: [],
    referenceConfig: null,
    step: null,
    environment: { createdAt: '2026-01-01T00:00:00.000Z' },
    ...changes,
  };
}

test('a checkpoint of the reference becomes a run with its weights', async (t) => {
  const place = await makePlace(t);
  const overrides = [
    'model.highCycles=2',
    'model.lowCycles=2',
    'model.expansion=2',
    'halting.maximumSteps=4',
  ];
  const spec = specOf(place, { overrides, step: 7 });
  const { elapsedMs: _time, sizeBytes: _size, model, ...result } = await importJob(spec, testContext());
  assert.deepEqual(result, {
    kind: 'import',
    runId: 'run-1',
    step: 7,
    checkpointFolder: join(spec.runFolder, 'checkpoints', 'step-000000007'),
    format: 'pt',
    sourceSha256: '68ed0f10ceae86fb725b5bbddc5bce4d3189d67f97b5563490c549792e075d18',
    configFile: null,
    tensors: 15,
    parameters: 77250,
    ignored: [],
    assumptions: [
      'the puzzle embeddings have 5 rows, the dataset four has 1 puzzle identifiers: row k is taken to be that of identifier k',
    ],
  });
  const checkpoint = await loadCheckpoint(result.checkpointFolder);
  assert.deepEqual(await checkpoint.weights('ema'), inOrderOf(await checkpoint.weights('raw')));
  assert.deepEqual(
    await checkpoint.weights('ema'),
    inOrderOf(goldenWeights, await checkpoint.weights('raw')),
  );
  assert.deepEqual(checkpoint.experiment.model, model);
  const { highCycles, lowCycles, expansion, puzzleEmbeddingLength } = model;
  assert.deepEqual([highCycles, lowCycles, expansion, puzzleEmbeddingLength], [2, 2, 2, 2]);
  assert.equal(checkpoint.experiment.halting.maximumSteps, 4);
  const events = readFileSync(join(spec.runFolder, 'events.jsonl'), 'utf8').trimEnd().split('\n');
  assert.deepEqual(
    events.map((line) => JSON.parse(line).type),
    ['segment', 'checkpoint', 'end'],
  );
});

function inOrderOf<T>(
  tensors: Map<string, T>,
  order: ReadonlyMap<string, unknown> = tensors,
): Map<string, T> {
  return new Map([...order.keys()].map((name) => [name, tensors.get(name) as T]));
}

describe('out again', () => {
  for (const format of ['pt', 'safetensors'] as const) {
    test(`as ${format}, and in once more, the bytes are the same`, async (t) => {
      const place = await makePlace(t);
      const { checkpointFolder } = await importJob(specOf(place), testContext());
      const outputFile = join(place.root, `step_12.${format}`);
      const exported = await exportWeightsJob(
        {
          kind: 'export-weights',
          checkpointFolder,
          outputFile,
          format,
          weights: 'ema',
          compiled: format === 'pt',
          replace: false,
        },
        testContext(),
      );
      const { file, tensors } = exported;
      assert.deepEqual({ file, tensors, format: exported.format }, { file: outputFile, tensors: 15, format });
      const again = specOf(place, {
        file: outputFile,
        runId: 'run-2',
        runFolder: join(place.root, 'runs', 'run-2'),
      });
      const imported = await importJob(again, testContext());
      assert.equal(imported.step, 12);
      const bytes = (folder: string) => readFileSync(join(folder, 'model.safetensors'));
      assert.deepEqual(bytes(imported.checkpointFolder), bytes(checkpointFolder));
    });
  }

  test('a file that is there is not overwritten unless asked', async (t) => {
    const place = await makePlace(t);
    const { checkpointFolder } = await importJob(specOf(place), testContext());
    const outputFile = join(place.root, 'kept.pt');
    writeFileSync(outputFile, 'mine');
    const spec = {
      kind: 'export-weights',
      checkpointFolder,
      outputFile,
      format: 'pt',
      weights: 'ema',
      compiled: true,
    } as const;
    await assert.rejects(exportWeightsJob({ ...spec, replace: false }, testContext()), {
      message: [
        'The output file exists already',
        `  where:    ${outputFile}`,
        '  expected: a file that is free',
        '  to do:    choose another with --output, or replace it with --replace',
      ].join('\n'),
    });
    assert.equal(readFileSync(outputFile, 'utf8'), 'mine');
    await exportWeightsJob({ ...spec, replace: true }, testContext());
    assert.equal(readFileSync(outputFile).subarray(0, 2).toString(), 'PK');
  });
});

test("the reference's config is read where it lies beside the file", async (t) => {
  const place = await makePlace(t);
  const file = join(place.root, 'step_65100');
  copyFileSync(compiled, file);
  writeFileSync(
    join(place.root, 'all_config.yaml'),
    'arch: {name: recursive_reasoning.trm@X, hidden_size: 32, L_layers: 2, H_cycles: 2, L_cycles: 2, expansion: 2, ' +
      'num_heads: 2, mlp_t: true, pos_encodings: none, puzzle_emb_len: 2, puzzle_emb_ndim: 32, halt_max_steps: 4}\n' +
      'lr: 0.001\nglobal_batch_size: 4\nema: true\n',
  );
  const result = await importJob(specOf(place, { file }), testContext());
  const { experiment, step } = await loadCheckpoint(result.checkpointFolder);
  const { training, halting, model } = experiment;
  assert.deepEqual(
    {
      step,
      config: result.configFile,
      assumed: result.assumptions.length,
      steps: training.steps,
      learningRate: training.learningRate,
      batchSize: training.batchSize,
      maximumSteps: halting.maximumSteps,
      heads: model.heads,
    },
    {
      step: 65100,
      config: join(place.root, 'all_config.yaml'),
      assumed: 1,
      steps: 65100,
      learningRate: 0.001,
      batchSize: 4,
      maximumSteps: 4,
      heads: 2,
    },
  );
});

describe('what does not fit leaves nothing behind', () => {
  async function requireRefusal(place: Place, changes: Partial<JobSpecOf<'import'>>, expected: RegExp) {
    const spec = specOf(place, changes);
    await assert.rejects(importJob(spec, testContext()), expected);
    assert.equal(existsSync(spec.runFolder), false);
    assert.deepEqual(existsSync(join(place.root, 'runs')) ? readdirSync(join(place.root, 'runs')) : [], []);
  }
  test('a model of other settings', async (t) => {
    await requireRefusal(
      await makePlace(t),
      { overrides: ['model.hiddenSize=64', 'model.layers=1'] },
      /The checkpoint does not fit the model and the dataset\n {2}where: .*\n {2}found: {4}\d+ of 15 tensors that do not fit\n {2}expected: the 11 tensors of the model\n[\s\S]*model\.inner\.H_init has another shape\n {4}found: {4}shape \[32\] of type F32\n {4}expected: shape \[64\]/,
    );
  });
  test('a weight that is no number', async (t) => {
    const place = await makePlace(t);
    const file = join(place.root, 'broken.safetensors');
    const broken = new Map(goldenWeights);
    broken.set('model.inner.q_head.bias', { shape: [2], values: Float32Array.of(1, Number.NaN) });
    writeFileSync(file, Buffer.concat(encodeSafetensors(broken, {})));
    await requireRefusal(
      place,
      { file },
      /holds a weight that is no finite number\n {2}where: .*broken\.safetensors, model\.inner\.q_head\.bias\[1\]\n {2}found: {4}NaN/,
    );
  });
  test('whole numbers in place of weights', async (t) => {
    const place = await makePlace(t);
    const file = join(place.root, 'whole.safetensors');
    const whole = new Map(goldenWeights).set('model.inner.q_head.bias', {
      shape: [2],
      values: Int32Array.of(1, 2),
    });
    writeFileSync(file, Buffer.concat(encodeSafetensors(whole, {})));
    await requireRefusal(
      place,
      { file },
      /model\.inner\.q_head\.bias holds other values than weights\n {4}found: {4}shape \[2\] of type I32/,
    );
  });
});
