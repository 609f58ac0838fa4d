// Every variant from training to solving: a run of a few steps, its evaluation, its export and a puzzle solved with it.

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Experiment, experimentSchema } from '../../common/config/experiment.ts';
import { parseHaltingRule } from '../../common/halting/rule.ts';
import { joinPuzzles } from '../../common/solving/puzzles.ts';
import { runRecursion } from '../../common/solving/recursion.ts';
import { loadCheckpoint } from '../../worker/checkpoint/load.ts';
import { exportJob } from '../../worker/export/export.ts';
import { startRuntime } from '../../worker/runtime.ts';
import { openModel } from '../../worker/solve/model.ts';
import { trainJob } from '../../worker/train/run.ts';
import { testContext } from './job-context.ts';
import { buildTinyDataset, temporaryFolder, tinyExperiment } from './tiny-experiment.ts';

interface Kind {
  model: Record<string, unknown>;
  halting?: Record<string, unknown>;
  /** The latents of the exported model. */
  latents: string[];
}

const attention = { mixer: 'attention', heads: 2, positions: 'rope' };
const kinds: Record<string, Kind> = {
  'trm with ACT-continue': { model: {}, halting: { continueLoss: true }, latents: ['high', 'low'] },
  'trm with two networks': { model: { separateNetworks: true, highLayers: 1 }, latents: ['high', 'low'] },
  'trm with the 1-step gradient': { model: { gradient: 'one-step' }, latents: ['high', 'low'] },
  'trm without puzzle embedding': { model: { puzzleEmbedding: false }, latents: ['high', 'low'] },
  'trm-singlez': { model: { variant: 'trm-singlez' }, latents: ['latent'] },
  'trm-hier6': {
    model: { variant: 'trm-hier6', lowCycles: 2 },
    latents: ['high', 'low1', 'low2', 'low3', 'low4', 'low5', 'low6'],
  },
  hrm: { model: { ...attention, variant: 'hrm', layers: 1, highLayers: 2 }, latents: ['high', 'low'] },
  transformer: { model: { ...attention, variant: 'transformer', heads: 7 }, latents: ['high'] },
  'transformer with MLP mixing': {
    model: { variant: 'transformer' },
    halting: { continueLoss: true },
    latents: ['high'],
  },
};

function experimentOf({ model, halting }: Kind): Experiment {
  const tiny = tinyExperiment({ steps: 3, checkpointEverySteps: 3, warmupSteps: 0 });
  return experimentSchema.parse({
    ...tiny,
    model: { ...tiny.model, hiddenSize: 16, ...model },
    halting: { ...tiny.halting, ...halting },
  });
}

describe('from training to solving', () => {
  let root: Awaited<ReturnType<typeof temporaryFolder>>;
  let datasetFolder: string;

  before(async () => {
    await startRuntime();
    root = await temporaryFolder();
    datasetFolder = await buildTinyDataset(tinyExperiment(), join(root.path, 'dataset'));
  });
  after(() => root[Symbol.asyncDispose]());

  for (const [name, kind] of Object.entries(kinds)) {
    test(name, async () => {
      const experiment = experimentOf(kind);
      const runFolder = join(root.path, name.replaceAll(' ', '-'));
      await mkdir(runFolder);
      const run = { kind: 'train' as const, runId: name, runFolder, experiment, datasetFolder };
      const { lastCheckpoint, evaluation } = await trainJob(run, testContext());
      assert.equal(evaluation?.puzzleCount, 20);
      const checkpointFolder = lastCheckpoint as string;
      assert.deepEqual((await loadCheckpoint(checkpointFolder)).experiment, experiment);

      const outputFile = join(runFolder, 'model.onnx');
      const agreement = await exportJob(
        {
          kind: 'export',
          checkpointFolder,
          datasetFolder,
          outputFile,
          weights: 'ema',
          opset: 18,
          tolerance: 1e-4,
          checkPuzzles: 3,
          replace: false,
          evaluation: null,
        },
        testContext(),
      );
      assert.equal(agreement.equalAnswers, 1);

      const model = await openModel(outputFile);
      try {
        assert.deepEqual(model.latentNames, kind.latents);
        const puzzles = joinPuzzles([new Int32Array(16).fill(1), new Int32Array(16).fill(2)]);
        const steps: [row: number, step: number, halted: boolean][] = [];
        const options = { maximumSteps: 3, rule: parseHaltingRule('q>=1') };
        for await (const { row, signals, halted } of runRecursion(model, puzzles, options)) {
          steps.push([row, signals.step, halted]);
        }
        assert.deepEqual(
          steps,
          [1, 2, 3].flatMap((step) => [0, 1].map((row) => [row, step, step === 3])),
        );
      } finally {
        await model.close();
      }
    });
  }
});
