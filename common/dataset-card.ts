// The dataset card: what a dataset is, where it comes from, how it was made and checked. Lies as `card.json`
// beside the arrays; programs and people read the same facts.

import { z } from 'zod';
import { datasetBuildSchema } from './config/dataset.ts';

/** What tokens mean: `tokens[t]` is the meaning of token t; a sequence is the grid row by row. */
export const vocabularySchema = z.strictObject({
  domain: z.string(),
  gridRows: z.number().int().min(1),
  gridColumns: z.number().int().min(1),
  tokens: z.array(z.string()).min(2),
});
export type Vocabulary = z.infer<typeof vocabularySchema>;

/** Counts of values in ranges; `to` is inclusive. */
export const histogramSchema = z.array(
  z.strictObject({ from: z.number(), to: z.number(), count: z.number().int() }),
);

export const distributionSchema = z.strictObject({
  minimum: z.number(),
  median: z.number(),
  mean: z.number(),
  maximum: z.number(),
  histogram: histogramSchema,
});
export type Distribution = z.infer<typeof distributionSchema>;

export const splitCardSchema = z.strictObject({
  /** Rows of the arrays: puzzles with their augmentations. */
  examples: z.number().int(),
  /** Original puzzles; each is one group with its augmentations. */
  puzzles: z.number().int(),
  /** What else was counted, by its name in words, such as `solution classes`. */
  counts: z.record(z.string(), z.number().int()),
  /** What was measured on each original puzzle, by its name in words, such as `clues`. */
  distributions: z.record(z.string(), distributionSchema),
});
export type SplitCard = z.infer<typeof splitCardSchema>;

export const leakageCheckSchema = z.strictObject({
  name: z.string(),
  /** What was compared with what, and what was found, in words and numbers. */
  result: z.string(),
  passed: z.boolean(),
});

export type LeakageCheck = z.infer<typeof leakageCheckSchema>;

export const fileDigestSchema = z.strictObject({
  path: z.string(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  sizeBytes: z.number().int(),
});
export type FileDigest = z.infer<typeof fileDigestSchema>;

export const datasetCardSchema = z.strictObject({
  formatVersion: z.literal(2),
  name: z.string(),
  kind: z.string(),
  title: z.string(),
  task: z.string(),
  vocabulary: vocabularySchema,
  source: z.string(),
  licence: z.string(),
  seed: z.number().int(),
  build: datasetBuildSchema,
  generatorVersion: z.string(),
  createdAt: z.string(),
  splits: z.strictObject({ train: splitCardSchema, test: splitCardSchema }),
  /** How it was decided what is for training and what for testing. */
  splitMethod: z.string(),
  filters: z.array(z.string()),
  augmentation: z.string(),
  leakageChecks: z.array(leakageCheckSchema),
  files: z.array(fileDigestSchema),
  /** SHA-256 over the lines `sha256  path` of `files`, sorted by path, each ended by a line feed. */
  digest: z.string().regex(/^[0-9a-f]{64}$/),
});
export type DatasetCard = z.infer<typeof datasetCardSchema>;
