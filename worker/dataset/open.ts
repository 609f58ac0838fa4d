// Opens a dataset folder, written here or by the reference implementation, and checks all of it: the files' checksums
// where there is a card, fields, shapes, indices and tokens. What was opened can be trusted.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type DatasetCard, type FileDigest, parseDatasetCard } from '../../common/dataset-card.ts';
import { UserError } from '../../common/errors.ts';
import { withFileErrorsSync } from '../files.ts';
import { requireChecksums, requireVocabulary } from './card-check.ts';
import { readJsonFile } from './json-file.ts';
import {
  cardFileName,
  datasetDigest,
  identifiersFileName,
  metadataPath,
  type SplitMetadata,
  type SplitName,
  splitMetadataSchema,
  testPuzzlesFileName,
} from './layout.ts';
import { type DatasetSplit, openSplit } from './open-split.ts';

export interface DatasetMetadata {
  vocabularySize: number;
  sequenceLength: number;
  padId: number;
  /** Labels equal to this count for nothing; null when every label counts. */
  ignoreLabelId: number | null;
  blankIdentifierId: number;
  puzzleIdentifierCount: number;
}

export interface Dataset {
  folder: string;
  metadata: DatasetMetadata;
  /** Undefined for datasets that another program wrote. */
  card: DatasetCard | undefined;
  /** The data files as they were read. */
  files: readonly FileDigest[];
  /** SHA-256 over the digests of all data files, computed while opening. */
  digest: string;
  split(name: SplitName): DatasetSplit;
  /** Closes files that are read on demand. */
  close(): void;
}

/** Tokens of an array kept in memory; larger arrays are read from the file row by row. */
const mostTokensInMemory = 2 ** 30;

export interface OpenOptions {
  mostTokensInMemory?: number;
  /** Whether the checksums on the card are compared; true by default. Without, `files` is for the caller to compare. */
  compareChecksums?: boolean;
}

/**
 * Opens the dataset in `folder` and reads all of it once.
 * @throws UserError naming the file, what was found, what was expected and what to do
 */
export function openDataset(folder: string, options: OpenOptions = {}): Dataset {
  const { mostTokensInMemory: limit = mostTokensInMemory, compareChecksums = true } = options;
  if (!existsSync(join(folder, 'train')) && !existsSync(join(folder, 'test'))) throw noDataset(folder);
  const files: FileDigest[] = [];
  const readSplitMetadata = (split: SplitName) =>
    readJsonFile(metadataPath(folder, split), splitMetadataSchema, `${split}/dataset.json`, files);
  const trainMetadata = readSplitMetadata('train');
  const testMetadata = readSplitMetadata('test');
  requireEqualMetadata(folder, trainMetadata, testMetadata);
  readIdentifiers(folder, trainMetadata, files);
  noteTestPuzzles(folder, files);

  const train = openSplit({
    folder,
    split: 'train',
    metadata: trainMetadata,
    mostTokensInMemory: limit,
    files,
  });
  let test: DatasetSplit | undefined;
  try {
    test = openSplit({ folder, split: 'test', metadata: testMetadata, mostTokensInMemory: limit, files });
    const card = readCard(folder);
    if (card !== undefined && compareChecksums) requireChecksums(folder, card, files);
    if (card !== undefined) requireVocabulary(folder, card, trainMetadata);
    return createDataset(folder, trainMetadata, card, files, { train, test });
  } catch (error) {
    train.close();
    test?.close();
    throw error;
  }
}

function createDataset(
  folder: string,
  metadata: SplitMetadata,
  card: DatasetCard | undefined,
  files: FileDigest[],
  splits: Record<SplitName, DatasetSplit>,
): Dataset {
  return {
    folder,
    metadata: {
      vocabularySize: metadata.vocab_size,
      sequenceLength: metadata.seq_len,
      padId: metadata.pad_id,
      ignoreLabelId: metadata.ignore_label_id,
      blankIdentifierId: metadata.blank_identifier_id,
      puzzleIdentifierCount: metadata.num_puzzle_identifiers,
    },
    card,
    files,
    digest: datasetDigest(files),
    split: (name) => splits[name],
    close: () => {
      splits.train.close();
      splits.test.close();
    },
  };
}

/** The card of a dataset, without opening the rest; undefined when it has none. */
export function readCard(folder: string): DatasetCard | undefined {
  const path = join(folder, cardFileName);
  if (!existsSync(path)) return undefined;
  return parseDatasetCard(
    withFileErrorsSync('Cannot read the card of the dataset', path, () => readFileSync(path, 'utf8')),
    path,
  );
}

function requireEqualMetadata(folder: string, train: SplitMetadata, test: SplitMetadata): void {
  const fields = [
    'pad_id',
    'ignore_label_id',
    'blank_identifier_id',
    'vocab_size',
    'seq_len',
    'num_puzzle_identifiers',
  ] as const;
  for (const field of fields) {
    if (train[field] === test[field]) continue;
    throw new UserError({
      what: 'The training and the test split of the dataset do not fit each other',
      where: metadataPath(folder, 'test'),
      found: `${field} ${test[field]}`,
      expected: `${train[field]}, as in train/dataset.json`,
      remedy: 'build the dataset again',
    });
  }
}

function readIdentifiers(folder: string, metadata: SplitMetadata, files: FileDigest[]): void {
  const path = join(folder, identifiersFileName);
  if (!existsSync(path)) return;
  const identifiers = readJsonFile(path, z.array(z.string()), identifiersFileName, files);
  if (identifiers.length === metadata.num_puzzle_identifiers) return;
  throw new UserError({
    what: 'The dataset contradicts itself',
    where: path,
    found: `${identifiers.length} puzzle identifiers`,
    expected: `${metadata.num_puzzle_identifiers}, which is num_puzzle_identifiers in train/dataset.json`,
    remedy: 'build the dataset again',
  });
}

/** Adds the tested tasks of an ARC dataset to the files; the evaluator reads them when it needs them. */
function noteTestPuzzles(folder: string, files: FileDigest[]): void {
  const path = join(folder, testPuzzlesFileName);
  if (existsSync(path)) readJsonFile(path, z.record(z.string(), z.unknown()), testPuzzlesFileName, files);
}

function noDataset(folder: string): UserError {
  return new UserError({
    what: 'There is no dataset',
    where: folder,
    found: existsSync(folder) ? 'a folder without train/ and test/' : 'no such folder',
    expected:
      'a folder with train/ and test/, as `trm dataset build` or the reference implementation writes it',
    remedy: 'build the dataset, or check the path',
  });
}
