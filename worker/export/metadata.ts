// What an exported model says about itself, as the key-value pairs of its ONNX file: enough to use it, to judge it
// and to trace it back to its run and dataset.

import { z } from 'zod';
import { experimentSchema } from '../../common/config/experiment.ts';
import { fixedBatchSchema, graphFormSchema, precisionSchema } from '../../common/config/precision.ts';
import { vocabularySchema } from '../../common/dataset-card.ts';
import { defaultHaltingRule, haltingRuleSchema } from '../../common/halting/rule.ts';
import { evaluationResultSchema } from '../../common/results.ts';
import { trainedDatasetSchema } from '../checkpoint/format.ts';

/** Every key begins so; other programs may add keys of their own. */
const KEY_PREFIX = 'trm.';

export const modelMetadataSchema = z.strictObject({
  format: z.literal(1),
  /** The config that the model was trained with. */
  experiment: experimentSchema,
  sizes: z.strictObject({
    sequenceLength: z.number().int().min(1),
    vocabularySize: z.number().int().min(2),
    puzzleIdentifierCount: z.number().int().min(1),
  }),
  /** The task in words; null where the dataset had no card. */
  task: z.string().nullable(),
  /** What tokens mean; null where the dataset had no card. */
  vocabulary: vocabularySchema.nullable(),
  dataset: z.strictObject({ name: z.string(), digest: z.string() }),
  /** Datasets that were trained on beside it, as checkpoints note them. */
  alsoTrainedOn: z.array(trainedDatasetSchema).optional(),
  /** Source and licence of the training data. */
  dataSource: z.string().nullable(),
  dataLicence: z.string().nullable(),
  /** Optimizer steps that the weights have had, and whether they are their moving average. */
  step: z.number().int().min(0),
  weights: z.enum(['ema', 'raw']),
  /** The last evaluation of these weights, with 95 % intervals; null where there was none. */
  evaluation: evaluationResultSchema.nullable(),
  /** Supervision steps that a puzzle got in training. */
  maximumSteps: z.number().int().min(1),
  /** When a puzzle halts unless another rule is asked for. Files of earlier versions lack it. */
  halting: haltingRuleSchema.default(defaultHaltingRule),
  /** How the graph keeps its numbers, which graph it is, and how many puzzles it takes. Earlier files lack these. */
  precision: precisionSchema.default('float32'),
  form: graphFormSchema.default('step'),
  batch: fixedBatchSchema.default(null),
  appVersion: z.string(),
  /** SHA-256 of the encoded graph: it finds a damaged file, and a graph that was changed after its export. */
  graphSha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type ModelMetadata = z.infer<typeof modelMetadataSchema>;

/** Texts stay as they are; everything else is JSON. */
export function encodeMetadata(metadata: ModelMetadata): Record<string, string> {
  return Object.fromEntries(
    Object.entries(metadata).map(([name, value]) => [
      `${KEY_PREFIX}${name}`,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
}

/** Whether the pairs were written by `encodeMetadata`, of whatever format. */
export function hasMetadata(pairs: Record<string, string>): boolean {
  return `${KEY_PREFIX}format` in pairs;
}

/** The metadata in the pairs, or what is wrong with them. */
export function decodeMetadata(pairs: Record<string, string>): z.ZodSafeParseResult<ModelMetadata> {
  const values = Object.entries(pairs).flatMap(([key, text]): [string, unknown][] => {
    if (!key.startsWith(KEY_PREFIX)) return [];
    const name = key.slice(KEY_PREFIX.length);
    return [[name, textFields.has(name) && text !== 'null' ? text : parseJson(text)]];
  });
  return modelMetadataSchema.safeParse(Object.fromEntries(values));
}

const textFields = new Set([
  'task',
  'dataSource',
  'dataLicence',
  'weights',
  'halting',
  'precision',
  'form',
  'appVersion',
  'graphSha256',
]);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
