// Whole runs on 4×4 Sudoku: every optimizer with every loss learns, and so do the recipes.

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Experiment } from '../../../common/config/experiment.ts';
import { startRuntime } from '../../../worker/runtime.ts';
import { trainJob } from '../../../worker/train/run.ts';
import { testContext } from '../job-context.ts';
import { buildTinyDataset, temporaryFolder, tinyExperiment } from '../tiny-experiment.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let datasetFolder: string;

before(async () => {
  await startRuntime();
  folder = await temporaryFolder();
  datasetFolder = await buildTinyDataset(tinyExperiment(), join(folder.path, 'dataset'));
});
after(() => folder[Symbol.asyncDispose]());

const STEPS = 60;

/** The answer losses of a run, one a step. */
async function lossesOf(name: string, experiment: Experiment): Promise<number[]> {
  const runFolder = join(folder.path, name.replaceAll(' ', '-'));
  await mkdir(runFolder, { recursive: true });
  const context = testContext();
  await trainJob({ kind: 'train', runId: name, runFolder, experiment, datasetFolder }, context);
  const losses = context.events.flatMap((event) =>
    event.type === 'metrics' ? event.metrics.map(({ values }) => values.answerLoss as number) : [],
  );
  assert.equal(losses.length, STEPS);
  return losses;
}

function experimentWith(
  training: Record<string, unknown>,
  model: Partial<Experiment['model']> = {},
  halting: Partial<Experiment['halting']> = {},
): Experiment {
  const experiment = tinyExperiment({
    steps: STEPS,
    batchSize: 32,
    warmupSteps: 5,
    learningRate: 3e-3,
    weightDecay: 0.1,
    checkpointEverySteps: STEPS,
    ...training,
  });
  return {
    ...experiment,
    model: { ...experiment.model, ...model },
    halting: { ...experiment.halting, ...halting },
    evaluation: { ...experiment.evaluation, everySteps: 0 },
  };
}

/** Asserts that the loss falls to a share of what it began at. */
async function learns(name: string, experiment: Experiment): Promise<void> {
  const losses = await lossesOf(name, experiment);
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [first, last] = [mean(losses.slice(0, 3)), mean(losses.slice(-10))];
  assert.ok(last < 0.75 * first, `${first} to ${last}`);
}

for (const optimizer of ['adam-atan2', 'adamw', 'muon']) {
  for (const answerLoss of ['stablemax', 'softmax']) {
    test(`${optimizer} with ${answerLoss}`, () =>
      learns(`${optimizer} ${answerLoss}`, experimentWith({ optimizer, answerLoss })));
  }
  test(`${optimizer} with attention and smoothed labels`, () =>
    learns(
      `${optimizer} attention`,
      experimentWith({ optimizer, labelSmoothing: 0.05 }, { mixer: 'attention', positions: 'rope' }),
    ));
}

test('the recipe of sic', () =>
  learns(
    'sic',
    experimentWith(
      { optimizer: 'muon', answerLoss: 'softmax', labelSmoothing: 0.05, gradientClipping: 1, candidates: 3 },
      { gatedUnit: 'normalised' },
      { lossWeight: 0.05 },
    ),
  ));

test('the recipe of CGAR', () =>
  learns(
    'cgar',
    experimentWith(
      {
        depthCurriculum: [
          { untilShare: 0.3, highCycles: 1, lowCycles: 1 },
          { untilShare: 0.6, highCycles: 1, lowCycles: 2 },
        ],
      },
      {},
      { stepWeightDecay: 0.7 },
    ),
  ));
