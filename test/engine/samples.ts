// Values of the contract's types for tests of the engine, each whole and valid.

import type { DatasetBuild, SudokuCsvBuild } from '../../common/config/dataset.ts';
import { type Experiment, experimentSchema } from '../../common/config/experiment.ts';
import { cardFormatVersion, type DatasetCard } from '../../common/dataset-card.ts';
import type { EvaluationResult, ExportResult } from '../../common/results.ts';

export const sampleBuild: SudokuCsvBuild = {
  kind: 'sudoku-csv',
  trainFile: '/puzzles/train.csv',
  testShare: 0.1,
  trainPuzzles: 0,
  testPuzzles: 0,
  minimumRating: 0,
  augmentations: 0,
  source: '',
  licence: '',
  seed: 0,
};

/** An experiment of `steps` steps; `description` tells the scripted worker what to do. */
export function sampleExperiment(name: string, steps: number, description = ''): Experiment {
  return experimentSchema.parse({
    name,
    description,
    seed: 0,
    dataset: { name: 'puzzles', build: sampleBuild },
    model: {
      mixer: 'mlp',
      hiddenSize: 8,
      layers: 1,
      expansion: 2,
      heads: 1,
      positions: 'none',
      highCycles: 1,
      lowCycles: 1,
      puzzleEmbeddingLength: 1,
      puzzleEmbeddingSize: 0,
    },
    halting: { maximumSteps: 4, explorationProbability: 0.1, lossWeight: 0.5 },
    training: {
      steps,
      batchSize: 4,
      learningRate: 0.001,
      minimumLearningRateRatio: 1,
      warmupSteps: 0,
      weightDecay: 0.1,
      beta1: 0.9,
      beta2: 0.95,
      ema: true,
      emaRate: 0.9,
      puzzleEmbeddingLearningRate: 0.001,
      puzzleEmbeddingWeightDecay: 0.1,
      checkpointEverySteps: 5,
      keepCheckpoints: 100,
      executor: 'auto',
    },
    evaluation: { mode: 'fixed', haltThreshold: 0.5, everySteps: 10, batchSize: 4, maximumPuzzles: 0 },
    export: { opset: 18, tolerance: 0.0001, checkPuzzles: 4 },
  });
}

export function sampleEvaluation(step: number): EvaluationResult {
  const value = Math.min(1, step / 100);
  const estimate = { value, low: value / 2, high: (1 + value) / 2 };
  return {
    split: 'test',
    datasetDigest: 'd'.repeat(64),
    step,
    weights: 'ema',
    mode: 'fixed',
    haltThreshold: 0.5,
    puzzleCount: 10,
    availablePuzzles: 10,
    maximumSteps: 4,
    exactAccuracy: estimate,
    tokenAccuracy: estimate,
    haltingAccuracy: estimate,
    meanSteps: { value: 2, low: 1, high: 3 },
    exactAccuracyWhenHalted: estimate,
    answerLoss: 0.5,
    haltingLoss: 0.25,
    puzzleMeasures: {},
    elapsedMs: 7,
  };
}

export function sampleExport(file: string): ExportResult {
  return {
    file,
    sizeBytes: 4,
    sha256: 'e'.repeat(64),
    opset: 18,
    maxAbsDifference: 1e-6,
    maxAbsLatentDifference: 2e-6,
    maxAbsDrift: 3e-6,
    equalAnswers: 1,
    checkedPuzzles: 4,
    tolerance: 0.0001,
    elapsedMs: 3,
  };
}

const distribution = {
  minimum: 4,
  median: 5,
  mean: 5,
  maximum: 6,
  histogram: [{ from: 4, to: 6, count: 10 }],
};

/** The card of a dataset without files; the digest depends on the build's seed. */
export function sampleCard(name: string, build: DatasetBuild): DatasetCard {
  const split = { counts: { 'solution classes': 2 }, distributions: { clues: distribution } };
  return {
    formatVersion: cardFormatVersion,
    name,
    kind: build.kind,
    title: 'Sample',
    task: 'Solve',
    vocabulary: { domain: 'sudoku', gridRows: 4, gridColumns: 4, tokens: ['pad', '.', '1', '2', '3', '4'] },
    source: 'made for a test',
    licence: 'CC0-1.0',
    sourceFiles: [],
    seed: build.seed,
    build,
    generatorVersion: '1',
    createdAt: '2026-01-02T03:04:05.000Z',
    splits: {
      train: { ...split, examples: 100, puzzles: 100 },
      test: { ...split, examples: 10, puzzles: 10 },
    },
    splitMethod: 'by hand',
    filters: [],
    augmentation: 'none',
    leakageChecks: [],
    files: [],
    samples: [],
    digest: (build.seed % 10).toString().repeat(64),
  };
}
