// What a checkpoint folder holds: `model.safetensors` (the weights as trained), `ema.safetensors` (their moving
// average), `training.safetensors` (moments and carry) and `checkpoint.json`, which describes and seals them.

import { z } from 'zod';
import { experimentSchema } from '../../common/config/experiment.ts';
import { datasetCardSchema } from '../../common/dataset-card.ts';
import { evaluationResultSchema } from '../../common/results.ts';

export const CHECKPOINT_FILE = 'checkpoint.json';
export const MODEL_FILE = 'model.safetensors';
export const EMA_FILE = 'ema.safetensors';
export const TRAINING_FILE = 'training.safetensors';

export const trainedDatasetSchema = z.strictObject({
  name: z.string(),
  digest: z.string(),
  puzzleIdentifierCount: z.number().int(),
  identifierOffset: z.number().int().min(0),
});

const bestSchema = z.strictObject({ step: z.number().int(), exactAccuracy: z.number() });

/** Where the data order stands: everything random in it follows from the seed, this and the step. */
export const dataCursorSchema = z.strictObject({
  epoch: z.number().int().min(0),
  position: z.number().int().min(0),
});
export type DataCursor = z.infer<typeof dataCursorSchema>;

export const checkpointManifestSchema = z.strictObject({
  formatVersion: z.literal(1),
  runId: z.string(),
  step: z.number().int().min(0),
  segment: z.number().int().min(1),
  /** Time spent in training steps so far, over all segments. */
  trainingMs: z.number(),
  experiment: experimentSchema,
  dataset: z.strictObject({
    name: z.string(),
    digest: z.string(),
    vocabularySize: z.number().int(),
    sequenceLength: z.number().int(),
    /** Rows of the model's table: those of all datasets, the blank one shared. */
    puzzleIdentifierCount: z.number().int(),
    card: datasetCardSchema.nullable(),
    /** Datasets that were trained on beside it. Row of an identifier in the table: itself plus the offset, 0 stays 0. */
    alsoTrainedOn: z.array(trainedDatasetSchema).optional(),
  }),
  cursor: dataCursorSchema,
  best: bestSchema.nullable(),
  evaluation: evaluationResultSchema.nullable(),
  files: z.record(z.string(), z.strictObject({ sha256: z.string(), sizeBytes: z.number().int() })),
});
export type CheckpointManifest = z.infer<typeof checkpointManifestSchema>;

/** The folder name of a step's checkpoint; sorts by step. */
export function checkpointFolderName(step: number): string {
  return `step-${String(step).padStart(9, '0')}`;
}
