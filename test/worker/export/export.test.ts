// The export job on a checkpoint of random weights: what it writes, what it measures, and what it refuses.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { datasetBuildSchema } from '../../../common/config/dataset.ts';
import { deviceFigureSchema } from '../../../common/device-figures.ts';
import type { JobSpecOf } from '../../../common/jobs.ts';
import { pairedDifference, proportion } from '../../../common/statistics.ts';
import packageInformation from '../../../package.json' with { type: 'json' };
import { decodeModel } from '../../../worker/capture/onnx/schema.ts';
import { loadCheckpoint } from '../../../worker/checkpoint/load.ts';
import { buildDataset } from '../../../worker/dataset/build.ts';
import { measureAgreement } from '../../../worker/export/agreement.ts';
import { deviceJob } from '../../../worker/export/device.ts';
import { encodeCheckpoint } from '../../../worker/export/encode.ts';
import { exportJob } from '../../../worker/export/export.ts';
import { decodeMetadata } from '../../../worker/export/metadata.ts';
import { JobCancelled } from '../../../worker/job.ts';
import { startRuntime } from '../../../worker/runtime.ts';
import { openModel } from '../../../worker/solve/model.ts';
import { readModelFile } from '../../../worker/solve/model-file.ts';
import { testContext } from '../job-context.ts';
import { temporaryFolder } from '../tiny-experiment.ts';
import { evaluationOf, makeTinyCheckpoint, type TinyCheckpoint } from './tiny-checkpoint.ts';

let root: Awaited<ReturnType<typeof temporaryFolder>>;
let checkpoint: TinyCheckpoint;

before(async () => {
  await startRuntime();
  root = await temporaryFolder();
  checkpoint = await makeTinyCheckpoint(root.path);
});
after(() => root[Symbol.asyncDispose]());

type ExportSpec = JobSpecOf<'export'>;

/** An export into a folder of its own. */
async function specification(name: string, changes: Partial<ExportSpec> = {}): Promise<ExportSpec> {
  const folder = join(root.path, name);
  await mkdir(folder, { recursive: true });
  return {
    kind: 'export',
    checkpointFolder: checkpoint.folder,
    datasetFolder: checkpoint.datasetFolder,
    outputFile: join(folder, 'model.onnx'),
    weights: 'ema',
    opset: 18,
    tolerance: 1e-4,
    checkPuzzles: 5,
    replace: false,
    evaluation: null,
    ...changes,
  };
}

test('an export is written, measured and described', async () => {
  const evaluation = evaluationOf('ema');
  const spec = await specification('whole', { evaluation });
  const context = testContext();
  const result = await exportJob(spec, context);

  const bytes = await readFile(spec.outputFile);
  const { maxAbsDifference, maxAbsLatentDifference, maxAbsDrift, elapsedMs, ...facts } = result;
  assert.deepEqual(facts, {
    kind: 'export',
    file: spec.outputFile,
    sizeBytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    opset: 18,
    equalAnswers: 1,
    checkedPuzzles: 5,
    tolerance: 1e-4,
  });
  assert.ok(maxAbsDifference > 0 && maxAbsDifference <= 1e-4);
  assert.ok(maxAbsLatentDifference > 0 && maxAbsLatentDifference <= 1e-3);
  assert.ok(maxAbsDrift > 0 && maxAbsDrift <= 1e-2);
  assert.ok(elapsedMs > 0);
  assert.deepEqual(await readdir(join(root.path, 'whole')), ['model.onnx']);
  assert.deepEqual(context.reports, [
    'writing the graph 0/1 graphs',
    'writing the graph 1/1 graphs',
    'comparing with the trained model 1/3 steps',
    'comparing with the trained model 2/3 steps',
    'comparing with the trained model 3/3 steps',
  ]);

  const { graph, documentation, metadata: _, ...envelope } = decodeModel(bytes);
  assert.deepEqual(envelope, {
    irVersion: 8,
    opset: 18,
    producerName: 'TRM Studio',
    producerVersion: packageInformation.version,
  });
  const { metadata } = await readModelFile(spec.outputFile);
  const { task, dataset, sizes, vocabulary, graphSha256, ...rest } = metadata;
  assert.deepEqual(rest, {
    format: 1,
    experiment: checkpoint.experiment,
    dataSource: 'generated (sudoku-1)',
    dataLicence: 'CC0-1.0',
    step: 24,
    weights: 'ema',
    evaluation,
    maximumSteps: 3,
    halting: 'q>=0.5',
    precision: 'float32',
    form: 'step',
    batch: null,
    appVersion: packageInformation.version,
  });
  assert.match(task ?? '', /^Fill the blank cells of a 4×4 Sudoku: /);
  assert.equal(dataset.name, 'tiny');
  assert.match(dataset.digest, /^[0-9a-f]{64}$/);
  assert.deepEqual(sizes, { sequenceLength: 16, vocabularySize: 6, puzzleIdentifierCount: 1 });
  assert.deepEqual(vocabulary?.tokens, ['padding', 'blank', '1', '2', '3', '4']);
  assert.equal(graphSha256, createHash('sha256').update(graph).digest('hex'));
  assert.ok(
    documentation.includes('Exact accuracy: 50.00 % (95 % interval 25.00 % to 75.00 %) on 20 puzzles'),
  );
});

test('the weights as trained are exported when asked for, without the evaluation of others', async () => {
  const spec = await specification('raw', {
    weights: 'raw',
    opset: 21,
    evaluation: evaluationOf('ema'),
    checkPuzzles: 1,
  });
  const result = await exportJob(spec, testContext());
  assert.equal(result.opset, 21);
  const { metadata } = await readModelFile(spec.outputFile);
  assert.deepEqual([metadata.weights, metadata.evaluation], ['raw', null]);
  const later = await specification('later', { evaluation: evaluationOf('ema', 25), checkPuzzles: 1 });
  await exportJob(later, testContext());
  assert.equal((await readModelFile(later.outputFile)).metadata.evaluation, null);
});

test('a file says by name, not by place, what its dataset was imported from', async () => {
  const loaded = await loadCheckpoint(checkpoint.folder);
  const files = { trainFile: join(root.path, 'train.csv'), testFile: join(root.path, 'test.csv') };
  const build = datasetBuildSchema.parse({ kind: 'sudoku-csv', ...files });
  const experiment = { ...loaded.experiment, dataset: { name: 'imported', build } };
  const options = { opset: 18, weights: 'ema', evaluation: null } as const;
  const { metadata } = decodeModel(encodeCheckpoint({ ...loaded, experiment }, checkpoint.weights, options));
  const { data } = decodeMetadata(metadata);
  assert.deepEqual(data?.experiment.dataset, {
    name: 'imported',
    build: { ...build, trainFile: 'train.csv', testFile: 'test.csv' },
  });
  assert.ok(!JSON.stringify(metadata).includes(root.path));
});

test('more puzzles than a batch holds are compared batch by batch', async () => {
  const spec = await specification('many', { checkPuzzles: 1000 });
  const context = testContext();
  const { checkedPuzzles } = await exportJob(spec, context);
  assert.equal(checkedPuzzles, 20);
  assert.equal(context.reports.at(-1), 'comparing with the trained model 3/3 steps');
});

test('a variant is held against the checkpoint and timed in fresh processes', async () => {
  const variant = { precision: 'int8', form: 'loop', batch: 2 } as const;
  const validation = { puzzles: 20, split: 'train', allowedLoss: 1, force: false } as const;
  const spec = await specification('variant', { ...variant, validation, halting: 'steps>=2' });
  const context = testContext();
  const { validation: found, devices = [], ...result } = await exportJob(spec, context);

  assert.deepEqual([result.precision, result.form, result.batch], ['int8', 'loop', 2]);
  assert.ok(result.maxAbsDifference > 1e-4, 'its tolerance is that of float32 only');
  // Two steps of 18 tokens through products of known sizes.
  assert.ok((result.multiplyAddsPerStep ?? 0) > 0);
  const { exactAccuracy, trainedExactAccuracy, difference, equalAnswers, lost, gained, ...facts } =
    found ?? {};
  assert.deepEqual(facts, {
    split: 'train',
    puzzleCount: 20,
    halting: 'steps>=2',
    meanSteps: 2,
    trainedMeanSteps: 2,
    allowedLoss: 1,
    forced: false,
  });
  // Random weights solve nothing.
  assert.deepEqual(exactAccuracy, proportion(0, 20));
  assert.deepEqual(trainedExactAccuracy, proportion(0, 20));
  assert.deepEqual([lost, gained, difference], [0, 0, pairedDifference(0, 0, 20)]);
  assert.ok(equalAnswers !== undefined && equalAnswers >= 0 && equalAnswers <= 1);

  assert.deepEqual(
    devices.map(({ threads }) => threads),
    [...new Set([1, availableParallelism()])],
  );
  for (const figure of devices) {
    const { coldStartMs, latencyMsP50, latencyMsP95, peakMemoryBytes, runtimeMemoryBytes, ...rest } = figure;
    assert.equal(deviceFigureSchema.safeParse(figure).success, true);
    assert.ok(
      (coldStartMs ?? 0) > 0 && (latencyMsP50 ?? 0) > 0 && (latencyMsP50 ?? 0) <= (latencyMsP95 ?? 0),
    );
    assert.ok((peakMemoryBytes ?? 0) > (runtimeMemoryBytes ?? 0) && (runtimeMemoryBytes ?? 0) > 0);
    assert.deepEqual(
      [
        rest.source,
        rest.origin,
        rest.failure,
        rest.memoryLimitMb,
        rest.memoryLimitedBy,
        rest.puzzles,
        rest.steps,
      ],
      ['measured', 'export', null, null, 'none', 20, 2],
    );
  }
  assert.deepEqual(context.reports.slice(-2), [
    `timing in a fresh process ${devices.length - 1}/${devices.length} settings`,
    `timing in a fresh process ${devices.length}/${devices.length} settings`,
  ]);

  const device = await deviceJob(
    {
      kind: 'device',
      name: 'variant',
      modelFile: spec.outputFile,
      datasetFolder: checkpoint.datasetFolder,
      threads: 1,
      memoryMb: 2048,
      puzzles: 3,
      picojoulesPerMultiplyAdd: 2,
      multiplyAddsPerStep: 1e6,
    },
    testContext(),
  );
  assert.deepEqual(device.name, 'variant');
  const { failure, puzzles, memoryLimitMb, energy } = device.figure;
  assert.deepEqual([failure, puzzles, memoryLimitMb], [null, 3, 2048]);
  assert.deepEqual(energy, {
    source: 'estimated',
    millijoules: 0.004,
    multiplyAdds: 2e6,
    picojoulesPerMultiplyAdd: 2,
    assumption:
      '2 pJ for each multiply-add, as given; matrix products only: memory, other operations and idle power are left out',
  });
});

describe('an export that is refused', () => {
  test('over a file that exists, which stays as it was', async () => {
    const spec = await specification('existing');
    await writeFile(spec.outputFile, 'something good');
    await assert.rejects(exportJob(spec, testContext()), {
      name: 'UserError',
      message: [
        'The output file exists already',
        `  where:    ${spec.outputFile}`,
        '  expected: a file that is not there yet',
        '  to do:    choose another name, or ask for the old one to be replaced',
      ].join('\n'),
    });
    assert.equal(await readFile(spec.outputFile, 'utf8'), 'something good');
    await exportJob({ ...spec, replace: true }, testContext());
    assert.equal((await readModelFile(spec.outputFile)).metadata.step, 24);
  });

  test('with more deviation than allowed: neither put in place nor left behind', async () => {
    const spec = await specification('deviating', { tolerance: 0, replace: true });
    await writeFile(spec.outputFile, 'something good');
    await assert.rejects(exportJob(spec, testContext()), (error: Error) => {
      assert.equal(error.name, 'UserError');
      assert.match(
        error.message,
        /^The exported model deviates from the trained one, so it was not put in place\n/,
      );
      assert.match(
        error.message,
        /logits off by up to \S+ and latents by up to \S+ on 5 puzzles, with 100\.0 % equal/,
      );
      assert.match(
        error.message,
        /expected: logits within 0 \(export\.tolerance\), latents within ten times that/,
      );
      return true;
    });
    assert.deepEqual(await readdir(join(root.path, 'deviating')), ['model.onnx']);
    assert.equal(await readFile(spec.outputFile, 'utf8'), 'something good');
  });

  test('checked on a dataset of other puzzles', async () => {
    const datasetFolder = join(root.path, 'dataset-6');
    const build = { kind: 'sudoku', size: 6, trainPuzzles: 3, testPuzzles: 2, testShare: 0.2 } as const;
    const limits = { minimumClues: 0, maximumClues: 0, minimumRating: 0, augmentations: 0, seed: 0 };
    await buildDataset({ build: { ...build, ...limits }, name: 'six', folder: datasetFolder });
    await assert.rejects(exportJob(await specification('misfit', { datasetFolder }), testContext()), {
      message: [
        'The dataset does not fit the model',
        `  where:    ${datasetFolder}`,
        '  found:    puzzles of 36 cells',
        '  expected: 16 cells, as in tiny, on which the model was trained',
        '  to do:    choose the dataset of the training, or one of the same kind and size',
      ].join('\n'),
    });
    assert.deepEqual(await readdir(join(root.path, 'misfit')), []);
  });

  test('cancelled on the way: nothing is left behind', async () => {
    const spec = await specification('cancelled');
    const context = testContext('comparing with the trained model 1/3 steps');
    await assert.rejects(exportJob(spec, context), JobCancelled);
    assert.deepEqual(await readdir(join(root.path, 'cancelled')), []);
  });
});

test('the comparison finds a model of other weights, and weights that are no numbers', async () => {
  const spec = await specification('compared', { checkPuzzles: 2 });
  await exportJob(spec, testContext());
  const model = await openModel(spec.outputFile);
  const puzzles = { count: 3, inputs: new Int32Array(48).fill(2), identifiers: new Int32Array(3) };
  const compare = (change: (values: Float32Array) => Float32Array) =>
    measureAgreement(model, puzzles, {
      specification: checkpoint.specification,
      weights: Object.fromEntries(
        Object.entries(checkpoint.weights).map(([name, values]) => [name, change(values as Float32Array)]),
      ),
      maximumSteps: 3,
      executor: 'auto',
      onStep: () => undefined,
    });

  const same = await compare((values) => values);
  assert.ok(same.maxAbsDifference < 1e-4 && same.maxAbsDrift < 1e-2);
  assert.equal(same.equalAnswers, 1);
  const other = await compare((values) => values.toReversed());
  assert.ok(other.maxAbsDifference > 0.1 && other.maxAbsLatentDifference > 0.1 && other.maxAbsDrift > 0.1);
  assert.equal(other.equalAnswers, 0);
  const broken = await compare((values) => values.map(() => Number.NaN));
  assert.ok(Number.isNaN(broken.maxAbsDifference) && Number.isNaN(broken.maxAbsDrift));
  await model.close();
});
