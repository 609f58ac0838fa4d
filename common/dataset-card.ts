// The dataset card: what a dataset is, where it comes from, how it was made and checked. Lies as `card.json`
// beside the arrays; programs and people read the same facts.

import { z } from 'zod';
import { datasetBuildSchema } from './config/dataset.ts';
import { UserError } from './errors.ts';

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

/** A picture of an example, input and label, in the dataset's folder. */
export const sampleCardSchema = fileDigestSchema.extend({
  split: z.enum(['train', 'test']),
  /** Its row in the arrays. */
  example: z.number().int(),
});
export type SampleCard = z.infer<typeof sampleCardSchema>;

/** Cards of another version cannot be read: the dataset is to be built again. */
export const cardFormatVersion = 3;

export const datasetCardSchema = z.strictObject({
  formatVersion: z.literal(cardFormatVersion),
  name: z.string(),
  kind: z.string(),
  title: z.string(),
  task: z.string(),
  vocabulary: vocabularySchema,
  source: z.string(),
  licence: z.string(),
  /** The files that were imported, by base name or by their path in the imported folder; none for generated data. */
  sourceFiles: z.array(fileDigestSchema),
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
  /** Drawn from the data, hence no part of the digest. */
  samples: z.array(sampleCardSchema),
  /** SHA-256 over the lines `sha256  path` of `files`, sorted by path, each ended by a line feed. */
  digest: z.string().regex(/^[0-9a-f]{64}$/),
});
export type DatasetCard = z.infer<typeof datasetCardSchema>;

/**
 * The card in the text of the file at `path`.
 * @throws UserError when it is none, or was written by another version
 */
export function parseDatasetCard(text: string, path: string): DatasetCard {
  const json = parseJson(text);
  const parsed = datasetCardSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const version = readVersion(json);
  const remedy = 'build the dataset again, with the flags or the config of before and --replace';
  if (version !== undefined && version !== cardFormatVersion) {
    throw new UserError({
      what: 'The card of the dataset was written by another version of TRM Studio',
      where: path,
      found: `a card of format ${version}`,
      expected: `a card of format ${cardFormatVersion}`,
      remedy,
    });
  }
  const [issue] = parsed.error.issues;
  throw new UserError({
    what: 'The card of the dataset cannot be read',
    where: path,
    found:
      json === undefined || issue === undefined
        ? 'no valid JSON'
        : `${issue.path.join('.') || 'the whole file'}: ${issue.message}`,
    expected: 'the card.json that trm dataset build writes',
    remedy,
  });
}

const versionedSchema = z.object({ formatVersion: z.number() });

function readVersion(json: unknown): number | undefined {
  return versionedSchema.safeParse(json).data?.formatVersion;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
