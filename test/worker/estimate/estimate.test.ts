// The estimate job from a config to its result, with the device timed once and the calibration kept.

import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { estimateResultSchema } from '../../../common/estimate.ts';
import { estimateJob } from '../../../worker/estimate/estimate.ts';
import { testContext } from '../job-context.ts';
import { temporaryFolder, tinyExperiment } from '../tiny-experiment.ts';

test('an estimate names parameters, memory, time and fit, and a measurement beside them', async () => {
  await using folder = await temporaryFolder();
  const experiment = tinyExperiment();
  const spec = {
    kind: 'estimate' as const,
    experiments: [{ experiment, datasetFolders: [join(folder.path, 'absent')] }],
    measure: true,
    calibrationFolder: join(folder.path, 'calibrations'),
    calibrateAgain: false,
  };
  const context = testContext();
  const first = await estimateJob(spec, context);
  const [estimate] = first.estimates;
  assert.ok(estimate);
  assert.deepEqual(estimateResultSchema.parse(estimate), estimate);

  const { sizes, parameters, memory, run, fits } = estimate;
  assert.deepEqual(sizes, {
    vocabularySize: 6,
    sequenceLength: 16,
    puzzleIdentifierCount: 1,
    testExamples: 20,
    remark: null,
    origin: 'build',
  });
  assert.deepEqual(parameters, {
    trained: 192 + 258 + 6 * 256 * (17 + 32),
    puzzleTable: 32,
    fixed: 64,
    byPart: [
      { part: 'embeddings', count: 192 },
      { part: 'heads', count: 258 },
      { part: 'mixing of tokens', count: 2 * 3 * 256 * 17 },
      { part: 'mixing of features', count: 2 * 3 * 256 * 32 },
    ],
  });
  const state = memory.parametersBytes + memory.optimizerBytes + memory.emaBytes + memory.carryBytes;
  const held = state + memory.activationsBytes + memory.allocatorBytes + memory.scratchBytes;
  assert.equal(memory.peakBytes, held + memory.processBytes + memory.copiesBytes);
  assert.deepEqual([run.steps, run.evaluations], [24, 3]);
  assert.deepEqual(
    fits.map(({ device, fits }) => [device, fits]),
    [
      ['this machine', true],
      ['a GPU with 48 GB', true],
    ],
  );
  assert.ok(estimate.measured && estimate.measured.peakBytes > memory.parametersBytes);

  const kept = await readdir(spec.calibrationFolder);
  assert.equal(kept.length, 1);
  const file = join(spec.calibrationFolder, kept[0] as string);
  const before = await readFile(file, 'utf8');
  const again = await estimateJob({ ...spec, measure: false }, context);
  assert.deepEqual(again.estimates[0]?.step, estimate.step);
  assert.equal(await readFile(file, 'utf8'), before);
});

test('a dataset that neither exists nor is described has unknown sizes', async () => {
  const { dataset, ...others } = tinyExperiment();
  const experiment = { ...others, dataset: { name: dataset.name } };
  const spec = {
    kind: 'estimate' as const,
    experiments: [{ experiment, datasetFolders: ['absent'] }],
    measure: false,
    calibrationFolder: 'absent',
    calibrateAgain: false,
  };
  await assert.rejects(estimateJob(spec, testContext()), {
    details: {
      what: 'The dataset tiny does not exist, so the sizes of its puzzles are not known',
      where: 'dataset.build',
      expected: 'a dataset of this name, or a build section that says how it is made',
      remedy: 'trm dataset build tiny',
    },
  });
});
