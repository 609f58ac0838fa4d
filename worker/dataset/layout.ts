// The layout of a dataset folder, the same as the reference implementation's: which files there are, and the fields
// of dataset.json.

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import type { FileDigest } from '../../common/dataset-card.ts';

export const splitNames = ['train', 'test'] as const;
export type SplitName = (typeof splitNames)[number];

/** The arrays of a split. `inputs` and `labels` are [examples, tokens], the others are lists. */
export const arrayNames = [
  'inputs',
  'labels',
  'puzzle_identifiers',
  'puzzle_indices',
  'group_indices',
] as const;
export type ArrayName = (typeof arrayNames)[number];

/** The one set of examples that a split has in datasets written here. */
export const setName = 'all';

export const cardFileName = 'card.json';
export const readableCardFileName = 'CARD.md';
export const identifiersFileName = 'identifiers.json';
/** Of ARC datasets: the tested tasks as they were before augmentation. */
export const testPuzzlesFileName = 'test_puzzles.json';

/** The fields of `{train,test}/dataset.json`. `total_puzzles` counts groups, as the reference does. */
export const splitMetadataSchema = z.strictObject({
  pad_id: z.number().int().min(0),
  ignore_label_id: z.number().int().nullable(),
  blank_identifier_id: z.number().int().min(0),
  vocab_size: z.number().int().min(2),
  seq_len: z.number().int().min(1),
  num_puzzle_identifiers: z.number().int().min(1),
  total_groups: z.number().int().min(0),
  mean_puzzle_examples: z.number().min(0),
  total_puzzles: z.number().int().min(0),
  sets: z.tuple([z.string().min(1)], { error: 'a list with the name of one set' }),
});
export type SplitMetadata = z.infer<typeof splitMetadataSchema>;

export function metadataPath(folder: string, split: SplitName): string {
  return join(folder, split, 'dataset.json');
}

export function arrayPath(folder: string, split: SplitName, set: string, array: ArrayName): string {
  return join(folder, split, `${set}__${array}.npy`);
}

/** The digest of a dataset: SHA-256 over the lines `sha256  path`, sorted by path, each ended by a line feed. */
export function datasetDigest(files: readonly FileDigest[]): string {
  const lines = files.map(({ path, sha256 }) => ({ path, line: `${sha256}  ${path}\n` }));
  lines.sort((one, other) => (one.path < other.path ? -1 : 1));
  return createHash('sha256')
    .update(lines.map(({ line }) => line).join(''))
    .digest('hex');
}

/** The files that make up the digest of a dataset of this domain: all but the card, with `/` between folder and name. */
export function dataFiles(domain: string): string[] {
  const files = splitNames.flatMap((split) => [
    `${split}/dataset.json`,
    ...arrayNames.map((array) => `${split}/${setName}__${array}.npy`),
  ]);
  return [...files, identifiersFileName, ...(domain === 'arc' ? [testPuzzlesFileName] : [])].sort();
}
