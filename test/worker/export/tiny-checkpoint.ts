// A checkpoint of random weights with the dataset that it belongs to, made without training.

import { join } from 'node:path';
import type { Experiment } from '../../../common/config/experiment.ts';
import type { EvaluationResult } from '../../../common/results.ts';
import type { NamedArrays } from '../../../worker/capture/program.ts';
import { EMA_FILE, MODEL_FILE, TRAINING_FILE } from '../../../worker/checkpoint/format.ts';
import type { StoredTensor } from '../../../worker/checkpoint/safetensors.ts';
import { saveCheckpoint } from '../../../worker/checkpoint/save.ts';
import { openDataset } from '../../../worker/dataset/open.ts';
import { initialParameters, parameterShapes } from '../../../worker/model/parameters.ts';
import type { ModelSpecification } from '../../../worker/model/specification.ts';
import { buildTinyDataset, tinyExperiment } from '../tiny-experiment.ts';

export interface TinyCheckpoint {
  folder: string;
  datasetFolder: string;
  experiment: Experiment;
  specification: ModelSpecification;
  /** The averaged weights; those as trained are half as large. */
  weights: NamedArrays;
}

export const checkpointStep = 24;

/** Saves averaged weights drawn with `seed`, and half of those as the weights as trained. */
export async function makeTinyCheckpoint(root: string, seed = 1): Promise<TinyCheckpoint> {
  const experiment = tinyExperiment();
  const datasetFolder = await buildTinyDataset(experiment, join(root, 'dataset'));
  const dataset = openDataset(datasetFolder);
  const { vocabularySize, sequenceLength, puzzleIdentifierCount } = dataset.metadata;
  const sizes = { vocabularySize, sequenceLength, puzzleIdentifierCount };
  const specification = { ...experiment.model, ...sizes };
  const shapes = parameterShapes(specification);
  const weights = Object.fromEntries(initialParameters(shapes, seed));
  const stored = (factor: number) =>
    new Map(
      [...shapes].map(([name, { shape }]): [string, StoredTensor] => {
        const values = (weights[name] as Float32Array).map((value) => factor * value);
        return [name, { shape, values }];
      }),
    );
  const { folder } = await saveCheckpoint(
    join(root, 'checkpoints'),
    {
      formatVersion: 1,
      runId: 'tiny',
      step: checkpointStep,
      segment: 1,
      trainingMs: 0,
      experiment,
      dataset: { name: 'tiny', digest: dataset.digest, ...sizes, card: dataset.card ?? null },
      cursor: { epoch: 0, position: 0 },
      best: null,
      evaluation: null,
    },
    { [MODEL_FILE]: stored(0.5), [EMA_FILE]: stored(1), [TRAINING_FILE]: new Map() },
  );
  dataset.close();
  return { folder, datasetFolder, experiment, specification, weights };
}

/** An evaluation as it could have been measured. */
export function evaluationOf(weights: 'ema' | 'raw', step = checkpointStep): EvaluationResult {
  const estimate = { value: 0.5, low: 0.25, high: 0.75 };
  return {
    split: 'test',
    datasetDigest: 'd'.repeat(64),
    step,
    weights,
    mode: 'fixed',
    haltThreshold: 0.5,
    puzzleCount: 20,
    availablePuzzles: 20,
    maximumSteps: 3,
    exactAccuracy: estimate,
    tokenAccuracy: estimate,
    haltingAccuracy: estimate,
    meanSteps: { value: 2, low: 1, high: 3 },
    exactAccuracyWhenHalted: estimate,
    answerLoss: 1,
    haltingLoss: 1,
    puzzleMeasures: {},
    elapsedMs: 1,
  };
}
