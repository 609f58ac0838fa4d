// What jobs report: measurements with their intervals, as they are stored, printed and sent between processes.

import { z } from 'zod';
import { evaluationModes, modelSectionSchema } from './config/experiment.ts';
import { fixedBatchSchema, graphFormSchema, precisionSchema } from './config/precision.ts';
import { leakageCheckSchema } from './dataset-card.ts';
import { deviceFigureSchema } from './device-figures.ts';
import { exportValidationSchema } from './export-validation.ts';

/** A measured mean with its 95 % interval. */
export const estimateSchema = z.object({ value: z.number(), low: z.number(), high: z.number() });
export type Estimate = z.infer<typeof estimateSchema>;

/** What is measured on one dataset. */
const datasetFiguresSchema = z.object({
  datasetDigest: z.string(),
  /** Whether every puzzle had all steps, or was finished when the halting head said stop. */
  mode: z.enum(evaluationModes).default('fixed'),
  /** The probability above which the halting head says stop. */
  haltThreshold: z.number().default(0.5),
  puzzleCount: z.number().int(),
  /** Examples the split holds; more than puzzleCount when only a part was evaluated. */
  availablePuzzles: z.number().int(),
  maximumSteps: z.number().int(),
  /** Share of puzzles whose every cell is right after the last supervision step. */
  exactAccuracy: estimateSchema,
  /** Share of cells that are right after the last supervision step. */
  tokenAccuracy: estimateSchema,
  /** Share of puzzles where the halting head's verdict at the last step equals the truth. */
  haltingAccuracy: estimateSchema,
  /** Supervision steps until the halting head first says stop (the maximum where it never does). */
  meanSteps: estimateSchema,
  /** Exact accuracy of the answers at that step. */
  exactAccuracyWhenHalted: estimateSchema,
  /** Mean answer loss and halting loss per puzzle after the last step. */
  answerLoss: z.number(),
  haltingLoss: z.number(),
  /** What the kind of puzzle measures beside that, by its name in words, such as `any shortest path`. */
  puzzleMeasures: z.record(z.string(), estimateSchema).default({}),
  elapsedMs: z.number(),
});

export const evaluationResultSchema = datasetFiguresSchema.extend({
  split: z.enum(['train', 'test']),
  /** Optimizer step of the weights that were evaluated. */
  step: z.number().int(),
  weights: z.enum(['ema', 'raw']),
  /** Time of single puzzles, one after the other, with ONNX Runtime; where it was asked for. */
  latency: z
    .object({
      puzzles: z.number().int(),
      threads: z.number().int(),
      /** The rule by which puzzles halted. */
      halting: z.string(),
      msP50: z.number(),
      msP95: z.number(),
    })
    .optional(),
  /** The same on the other datasets of a run that is trained on several, each by itself. */
  otherDatasets: z.array(datasetFiguresSchema.extend({ dataset: z.string() })).optional(),
});
export type EvaluationResult = z.infer<typeof evaluationResultSchema>;

export const exportResultSchema = z.object({
  file: z.string(),
  sizeBytes: z.number().int(),
  sha256: z.string(),
  opset: z.number().int(),
  /**
   * Largest absolute difference of any logit (answer, halt, continue) in any supervision step on the checked puzzles,
   * when ONNX Runtime is given the same latents as the trained model. This is what `tolerance` bounds.
   */
  maxAbsDifference: z.number(),
  /** The same for the latents that a step gives to the next; bounded by ten times `tolerance`. */
  maxAbsLatentDifference: z.number(),
  /**
   * Largest absolute difference of any logit when each of the two goes on from its own latents over all supervision
   * steps: the same rounding, as far as the recursion itself amplifies it.
   */
  maxAbsDrift: z.number(),
  /** Share of checked puzzles whose answers are equal in every cell after the last step, each from its own latents. */
  equalAnswers: z.number(),
  checkedPuzzles: z.number().int(),
  tolerance: z.number(),
  elapsedMs: z.number(),
  /** Which variant it is; earlier records lack these and are float32 step graphs. */
  precision: precisionSchema.optional(),
  form: graphFormSchema.optional(),
  batch: fixedBatchSchema.optional(),
  /** Multiply-adds in the matrix products of one supervision step of one puzzle. */
  multiplyAddsPerStep: z.number().optional(),
  /** Its answers beside those of the checkpoint, where that was asked for. */
  validation: exportValidationSchema.optional(),
  /** What it takes here and on other devices. */
  devices: z.array(deviceFigureSchema).optional(),
});
export type ExportResult = z.infer<typeof exportResultSchema>;

/** One puzzle after one supervision step. */
export const solvedStepSchema = z.object({
  puzzle: z.number().int(),
  step: z.number().int(),
  answer: z.string(),
  haltProbability: z.number(),
  changedCells: z.number().int(),
  /** Relative change of the answer's latent since the step before; null in the first. */
  latentResidual: z.number().nullable(),
  /** Probability of the answered tokens, mean of the cells. */
  confidence: z.number(),
  /** Each of them, to three digits, where they were asked for. */
  confidences: z.array(z.number()).optional(),
  halted: z.boolean(),
});
export type SolvedStep = z.infer<typeof solvedStepSchema>;

export const solvedPuzzleSchema = z.object({
  puzzle: z.number().int(),
  question: z.string(),
  answer: z.string(),
  steps: z.number().int(),
  haltProbability: z.number(),
  /**
   * The domain's own check: every rule kept and every given kept. A domain without rules compares with the known answer;
   * null where there is none.
   */
  valid: z.boolean().nullable(),
  /** Why the answer fails that check, or why there is none. */
  reason: z.string().optional(),
});
export type SolvedPuzzle = z.infer<typeof solvedPuzzleSchema>;

export const solveResultSchema = z.object({
  /** The rule by which puzzles halted. */
  halting: z.string(),
  maximumSteps: z.number().int(),
  puzzlesTried: z.number().int(),
  puzzlesSolved: z.number().int(),
  puzzles: z.array(solvedPuzzleSchema),
  /** How the texts are drawn: as a square grid where this is absent, else line by line or cell by cell. */
  drawing: z.enum(['lines', 'cells']).optional(),
  meanSteps: z.number(),
  elapsedMs: z.number(),
});
export type SolveResult = z.infer<typeof solveResultSchema>;

export const trainResultSchema = z.object({
  steps: z.number().int(),
  /** False when the run was stopped (and saved) before its last step. */
  finished: z.boolean(),
  trainingMs: z.number(),
  evaluation: evaluationResultSchema.nullable(),
  bestCheckpoint: z.string().nullable(),
  lastCheckpoint: z.string().nullable(),
});
export type TrainResult = z.infer<typeof trainResultSchema>;

export const datasetResultSchema = z.object({
  name: z.string(),
  folder: z.string(),
  digest: z.string(),
  trainPuzzles: z.number().int(),
  testPuzzles: z.number().int(),
  elapsedMs: z.number(),
});
export type DatasetResult = z.infer<typeof datasetResultSchema>;

/** What was found when a dataset was checked anew. */
export const verifyResultSchema = z.object({
  name: z.string(),
  folder: z.string(),
  /** Whether every check passed. */
  passed: z.boolean(),
  /** Null where the data could not be read, or no card says what it is. */
  digest: z.string().nullable(),
  checks: z.array(leakageCheckSchema),
  elapsedMs: z.number(),
});
export type VerifyResult = z.infer<typeof verifyResultSchema>;

/** Files of weights that other programs read, and that are read of them. */
export const weightsFormatSchema = z.enum(['pt', 'safetensors']);

/** A checkpoint that was written for other programs. */
export const exportWeightsResultSchema = z.object({
  file: z.string(),
  format: weightsFormatSchema,
  weights: z.enum(['ema', 'raw']),
  compiled: z.boolean(),
  tensors: z.number().int(),
  sizeBytes: z.number().int(),
  sha256: z.string(),
  elapsedMs: z.number(),
});
export type ExportWeightsResult = z.infer<typeof exportWeightsResultSchema>;

/** What became of a file of weights from elsewhere. */
export const importResultSchema = z.object({
  runId: z.string(),
  step: z.number().int(),
  checkpointFolder: z.string(),
  format: weightsFormatSchema,
  sourceSha256: z.string(),
  /** The reference's config that was read; null when there was none, or a config of ours was given. */
  configFile: z.string().nullable(),
  model: modelSectionSchema,
  tensors: z.number().int(),
  parameters: z.number().int(),
  /** Buffers in the file that hold no weights and were left out. */
  ignored: z.array(z.string()),
  /** What neither the tensors nor a config told, a sentence each. */
  assumptions: z.array(z.string()),
  sizeBytes: z.number().int(),
  elapsedMs: z.number(),
});
export type ImportResult = z.infer<typeof importResultSchema>;
