// An experiment small enough to train in seconds, and a dataset for it.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Experiment, experimentSchema } from '../../common/config/experiment.ts';
import { buildDataset } from '../../worker/dataset/build.ts';

/** A folder that is removed with all in it when the `using` scope ends. */
export async function temporaryFolder(): Promise<{ path: string; [Symbol.asyncDispose](): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'trm-studio-test-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** 4×4 Sudoku, hidden size 32, 24 steps, with changes to the training section. */
export function tinyExperiment(training: Record<string, unknown> = {}): Experiment {
  return experimentSchema.parse({
    name: 'tiny',
    dataset: {
      name: 'tiny',
      build: { kind: 'sudoku', size: 4, trainPuzzles: 200, testPuzzles: 20, testShare: 0.3 },
    },
    model: { hiddenSize: 32, highCycles: 2, lowCycles: 1, puzzleEmbeddingLength: 1 },
    halting: { maximumSteps: 3 },
    training: {
      steps: 24,
      batchSize: 8,
      learningRate: 1e-3,
      warmupSteps: 4,
      emaRate: 0.9,
      checkpointEverySteps: 5,
      ...training,
    },
    // Batches of 5: an evaluation can be stopped between them.
    evaluation: { everySteps: 8, batchSize: 5 },
  });
}

/** Builds the dataset of `experiment` in `folder`. */
export async function buildTinyDataset(experiment: Experiment, folder: string): Promise<string> {
  const { build, name } = experiment.dataset;
  if (build === undefined) throw new Error('the experiment says not how its dataset is built');
  await buildDataset({ name, build, folder });
  return folder;
}
