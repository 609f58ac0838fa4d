// Takes over a dataset in the reference's layout: reads and checks all of it, joins the sets of a split into one, and
// writes it as our own, with a card that says what is known and what is not.

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { ReferenceBuild } from '../../common/config/dataset-reference.ts';
import type { FileDigest, SplitCard } from '../../common/dataset-card.ts';
import { UserError } from '../../common/errors.ts';
import { IGNORED_LABEL } from '../../common/labels.ts';
import { writeFileDurably } from '../files.ts';
import type { Builder, CardDraft } from './builder.ts';
import { joinSplits } from './joined-splits.ts';
import { readJsonFile } from './json-file.ts';
import {
  arrayNames,
  arrayPath,
  identifiersFileName,
  metadataPath,
  type SplitMetadata,
  type SplitName,
  splitMetadataSchema,
  testPuzzlesFileName,
} from './layout.ts';
import { openNpy } from './npy-file.ts';
import { type DatasetSplit, openSplit } from './open-split.ts';
import { createPacer, type Pacer } from './pacer.ts';
import { vocabularyOfSizes } from './reference-vocabulary.ts';
import { createSplitWriter } from './split-writer.ts';

/** Changes whenever the same folder would give other arrays. */
const referenceGeneratorVersion = 'reference-1';

/** As in our own datasets, but for the number of sets. */
const metadataSchema = splitMetadataSchema.extend({ sets: z.array(z.string().regex(/^[\w.-]+$/)).min(1) });
type SourceMetadata = z.infer<typeof metadataSchema>;

/** Larger arrays are read row by row. */
const mostTokensInMemory = 2 ** 26;

export const importReference: Builder<ReferenceBuild> = async ({ build, folder, signal, onProgress }) => {
  const sourceFiles: FileDigest[] = [];
  const train = readMetadata(build.folder, 'train', sourceFiles);
  const test = readMetadata(build.folder, 'test', sourceFiles);
  requireEqual(build.folder, train, test);
  const vocabulary = vocabularyOfSizes(build, train.vocab_size, train.seq_len);
  const identifiers = readIdentifiers(build.folder, train, sourceFiles);
  const pace = createPacer(signal);
  const copy = async (split: SplitName, metadata: SourceMetadata) =>
    await copySplit({ build, folder, split, metadata, sourceFiles, pace }, (done, total) =>
      onProgress({ phase: `copying ${split}`, done, total, unit: 'examples' }),
    );
  const splits = { train: await copy('train', train), test: await copy('test', test) };
  if (vocabulary.domain === 'arc') await copyTestPuzzles(build.folder, folder);
  const sets = [...new Set([...train.sets, ...test.sets])];
  return { draft: describe(build, vocabulary, splits, sets), identifiers, sourceFiles };
};

function readMetadata(folder: string, split: SplitName, files: FileDigest[]): SourceMetadata {
  const path = metadataPath(folder, split);
  const metadata = readJsonFile(path, metadataSchema, `${split}/dataset.json`, files);
  const { ignore_label_id: ignored } = metadata;
  const refuse = (found: string, expected: string) =>
    new UserError({
      what: 'The dataset cannot be taken over',
      where: path,
      found,
      expected,
      remedy: 'change the program that wrote it',
    });
  if (metadata.pad_id !== 0) throw refuse(`pad_id ${metadata.pad_id}`, '0');
  if (metadata.blank_identifier_id !== 0) {
    throw refuse(`blank_identifier_id ${metadata.blank_identifier_id}`, '0');
  }
  if (metadata.vocab_size > 256) throw refuse(`vocab_size ${metadata.vocab_size}`, 'at most 256');
  if (ignored !== null && (ignored < 0 || ignored > 255)) {
    throw refuse(`ignore_label_id ${ignored}`, 'a token from 0 to 255, or null');
  }
  return metadata;
}

function requireEqual(folder: string, train: SourceMetadata, test: SourceMetadata): void {
  for (const field of ['ignore_label_id', 'vocab_size', 'seq_len', 'num_puzzle_identifiers'] as const) {
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

function readIdentifiers(folder: string, metadata: SourceMetadata, files: FileDigest[]): string[] {
  const path = join(folder, identifiersFileName);
  const count = metadata.num_puzzle_identifiers;
  if (!existsSync(path))
    return ['<blank>', ...Array.from({ length: count - 1 }, (_, index) => `${index + 1}`)];
  const identifiers = readJsonFile(path, z.array(z.string()), identifiersFileName, files);
  if (identifiers.length === count) return identifiers;
  throw new UserError({
    what: 'The dataset contradicts itself',
    where: path,
    found: `${identifiers.length} puzzle identifiers`,
    expected: `${count}, which is num_puzzle_identifiers in train/dataset.json`,
    remedy: 'build the dataset again',
  });
}

interface CopyOptions {
  build: ReferenceBuild;
  folder: string;
  split: SplitName;
  metadata: SourceMetadata;
  sourceFiles: FileDigest[];
  pace: Pacer;
}

async function copySplit(
  options: CopyOptions,
  onProgress: (done: number, total: number) => void,
): Promise<SplitCard> {
  const { folder, split, metadata, pace } = options;
  const sets: DatasetSplit[] = [];
  try {
    for (const set of metadata.sets) sets.push(openSet(options, set));
    const source = joinSplits(sets);
    const { seq_len: sequenceLength, ignore_label_id: ignoredLabel } = metadata;
    const writer = await createSplitWriter(folder, split, {
      sequenceLength,
      vocabularySize: metadata.vocab_size,
      ignoredLabel,
      puzzleIdentifierCount: metadata.num_puzzle_identifiers,
      countedAsPuzzles: metadata.total_puzzles === metadata.total_groups ? 'groups' : 'puzzles',
      exampleCount: source.exampleCount,
    });
    const tokens = new Int32Array(sequenceLength);
    const read = (
      copyRow: (example: number, target: Int32Array, offset: number) => void,
      example: number,
    ) => {
      copyRow(example, tokens, 0);
      return Uint8Array.from(tokens, (token) => (token === IGNORED_LABEL ? (ignoredLabel ?? 0) : token));
    };
    try {
      for (let group = 0; group < source.groupCount; group++) {
        for (
          let puzzle = at(source.groupIndices, group);
          puzzle < at(source.groupIndices, group + 1);
          puzzle++
        ) {
          const end = at(source.puzzleIndices, puzzle + 1);
          for (let example = at(source.puzzleIndices, puzzle); example < end; example++) {
            const isFull = writer.addExample(
              read(source.copyInputs, example),
              read(source.copyLabels, example),
            );
            if (isFull) await writer.flush();
            await pace();
          }
          writer.endPuzzle(at(source.puzzleIdentifiers, puzzle));
          onProgress(end, source.exampleCount);
        }
        writer.endGroup();
      }
      const { examples, groups } = await writer.finish();
      return { examples, puzzles: groups, counts: {}, distributions: {} };
    } finally {
      await writer.abandon();
    }
  } finally {
    for (const set of sets) set.close();
  }
}

/** Opens one set of a split, which the metadata describes only as a part of the whole. */
function openSet({ build, split, metadata, sourceFiles }: CopyOptions, set: string): DatasetSplit {
  const own: SplitMetadata = { ...metadata, sets: [set] };
  if (metadata.sets.length > 1) {
    const groups = openNpy(arrayPath(build.folder, split, set, 'group_indices'));
    groups.close();
    own.total_groups = groups.rowCount - 1;
    own.total_puzzles = own.total_groups;
  }
  return openSplit({ folder: build.folder, split, metadata: own, mostTokensInMemory, files: sourceFiles });
}

async function copyTestPuzzles(from: string, to: string): Promise<void> {
  const path = join(from, testPuzzlesFileName);
  if (!existsSync(path)) {
    throw new UserError({
      what: 'The ARC dataset lacks its test puzzles',
      where: path,
      expected: `a file ${testPuzzlesFileName}, which votes are counted with`,
      remedy: 'fetch it from where the dataset came, or take the dataset over as --domain plain',
    });
  }
  const bytes = await readFile(path);
  readJsonFile(path, z.record(z.string(), z.unknown()), testPuzzlesFileName);
  await writeFileDurably(join(to, testPuzzlesFileName), bytes);
}

function describe(
  build: ReferenceBuild,
  vocabulary: CardDraft['vocabulary'],
  splits: { train: SplitCard; test: SplitCard },
  sets: readonly string[],
): CardDraft {
  const { domain, gridRows, gridColumns } = vocabulary;
  return {
    title: `Taken over: ${domain} puzzles of ${gridRows}×${gridColumns} cells`,
    task: 'Give the labels that belong to the inputs.',
    vocabulary,
    source: build.source,
    licence: build.licence,
    generatorVersion: referenceGeneratorVersion,
    splits,
    splitMethod: 'As the program that wrote the dataset divided it.',
    filters: [
      `All ${arrayNames.length} arrays of each split were read and checked against each other and dataset.json.`,
      ...(sets.length > 1 ? [`The sets ${sets.join(', ')} became one.`] : []),
    ],
    augmentation:
      'As the program that wrote the dataset made it: examples of a group are taken for variants.',
    leakageChecks: [],
  };
}

function at(values: Int32Array, index: number): number {
  return values[index] as number;
}
