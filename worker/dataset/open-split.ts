// Opens and checks one split of a dataset: shapes against each other and against dataset.json, indices, identifiers.

import type { FileDigest } from '../../common/dataset-card.ts';
import { UserError } from '../../common/errors.ts';
import { IGNORED_LABEL } from '../../common/labels.ts';
import { type ArrayName, arrayPath, metadataPath, type SplitMetadata, type SplitName } from './layout.ts';
import { type NpyFile, openNpy } from './npy-file.ts';
import { readNumbers, readTokens, type TokenRows } from './token-rows.ts';

export interface DatasetSplit {
  exampleCount: number;
  puzzleCount: number;
  groupCount: number;
  /** One for each puzzle. */
  puzzleIdentifiers: Int32Array;
  /** Puzzle p has the examples `puzzleIndices[p]` to `puzzleIndices[p + 1] - 1`. */
  puzzleIndices: Int32Array;
  /** Group g has the puzzles `groupIndices[g]` to `groupIndices[g + 1] - 1`. */
  groupIndices: Int32Array;
  /** Writes the input tokens of an example to `target` from `offset` on. */
  copyInputs(example: number, target: Int32Array, offset: number): void;
  /** As `copyInputs` for the labels; labels that count for nothing become -100. */
  copyLabels(example: number, target: Int32Array, offset: number): void;
  /** Closes the files, where they are read on demand. */
  close(): void;
}

export interface OpenSplitOptions {
  folder: string;
  split: SplitName;
  metadata: SplitMetadata;
  mostTokensInMemory: number;
  /** The digests of the files are added here. */
  files: FileDigest[];
}

export function openSplit(options: OpenSplitOptions): DatasetSplit {
  const { folder, split, metadata, files } = options;
  const [set] = metadata.sets;
  const open: NpyFile[] = [];
  const openArray = (name: ArrayName): NpyFile => {
    const file = openNpy(arrayPath(folder, split, set, name));
    open.push(file);
    return file;
  };
  const relativePath = (name: ArrayName) => `${split}/${set}__${name}.npy`;
  try {
    const arrays = {
      inputs: openArray('inputs'),
      labels: openArray('labels'),
      puzzleIdentifiers: openArray('puzzle_identifiers'),
      puzzleIndices: openArray('puzzle_indices'),
      groupIndices: openArray('group_indices'),
    };
    requireShapes(arrays, metadata, metadataPath(folder, split));
    const puzzleIdentifiers = readNumbers(
      arrays.puzzleIdentifiers,
      relativePath('puzzle_identifiers'),
      files,
    );
    const puzzleIndices = readNumbers(arrays.puzzleIndices, relativePath('puzzle_indices'), files);
    const groupIndices = readNumbers(arrays.groupIndices, relativePath('group_indices'), files);
    requireIdentifiers(puzzleIdentifiers, arrays.puzzleIdentifiers.path, metadata);
    requireIndices(puzzleIndices, arrays.puzzleIndices.path, arrays.inputs.rowCount, 'examples');
    requireIndices(groupIndices, arrays.groupIndices.path, puzzleIdentifiers.length, 'puzzles');
    const tokenOptions = { metadata, mostTokensInMemory: options.mostTokensInMemory, files };
    const inputs = readTokens(arrays.inputs, relativePath('inputs'), { ...tokenOptions, alsoAllowed: null });
    const labels = readTokens(arrays.labels, relativePath('labels'), {
      ...tokenOptions,
      alsoAllowed: metadata.ignore_label_id,
    });
    for (const file of [arrays.puzzleIdentifiers, arrays.puzzleIndices, arrays.groupIndices]) file.close();
    return createSplit(inputs, labels, metadata, { puzzleIdentifiers, puzzleIndices, groupIndices });
  } catch (error) {
    for (const file of open) file.close();
    throw error;
  }
}

function createSplit(
  inputs: TokenRows,
  labels: TokenRows,
  metadata: SplitMetadata,
  lists: Pick<DatasetSplit, 'puzzleIdentifiers' | 'puzzleIndices' | 'groupIndices'>,
): DatasetSplit {
  const { ignore_label_id: ignoreLabelId, seq_len: sequenceLength } = metadata;
  return {
    exampleCount: inputs.rowCount,
    puzzleCount: lists.puzzleIdentifiers.length,
    groupCount: lists.groupIndices.length - 1,
    ...lists,
    copyInputs: inputs.copyRow,
    copyLabels: (example, target, offset) => {
      labels.copyRow(example, target, offset);
      if (ignoreLabelId === null) return;
      for (let place = offset; place < offset + sequenceLength; place++) {
        if (target[place] === ignoreLabelId) target[place] = IGNORED_LABEL;
      }
    },
    close: () => {
      inputs.close();
      labels.close();
    },
  };
}

type SplitArrays = Record<
  'inputs' | 'labels' | 'puzzleIdentifiers' | 'puzzleIndices' | 'groupIndices',
  NpyFile
>;

function requireShapes(arrays: SplitArrays, metadata: SplitMetadata, metadataFile: string): void {
  const { inputs, labels, puzzleIdentifiers, puzzleIndices, groupIndices } = arrays;
  const examples = inputs.shape[0] ?? 0;
  const puzzles = puzzleIdentifiers.shape[0] ?? 0;
  if (examples === 0) throw contradiction(inputs.path, 'no examples', 'at least one example');
  requireShape(inputs, [examples, metadata.seq_len], 'seq_len in dataset.json');
  requireShape(labels, [examples, metadata.seq_len], `the shape of ${baseName(inputs.path)}`);
  requireShape(puzzleIdentifiers, [puzzles], 'one number for each puzzle');
  requireShape(puzzleIndices, [puzzles + 1], `one more than in ${baseName(puzzleIdentifiers.path)}`);
  requireShape(groupIndices, [metadata.total_groups + 1], 'one more than total_groups in dataset.json');
  if (metadata.total_puzzles !== metadata.total_groups && metadata.total_puzzles !== puzzles) {
    const expected = `${metadata.total_groups}, the number of groups, or ${puzzles}, the number of puzzles`;
    throw contradiction(metadataFile, `total_puzzles ${metadata.total_puzzles}`, expected);
  }
}

function requireShape(file: NpyFile, shape: number[], because: string): void {
  if (file.shape.join() === shape.join()) return;
  throw contradiction(
    file.path,
    `shape (${file.shape.join(', ')})`,
    `shape (${shape.join(', ')}): ${because}`,
  );
}

function requireIdentifiers(identifiers: Int32Array, path: string, metadata: SplitMetadata): void {
  const limit = metadata.num_puzzle_identifiers;
  const wrong = identifiers.findIndex((identifier) => identifier < 0 || identifier >= limit);
  if (wrong < 0) return;
  const expected = `0 to ${limit - 1}, since num_puzzle_identifiers is ${limit}`;
  throw contradiction(path, `puzzle ${wrong} has the identifier ${identifiers[wrong]}`, expected);
}

function requireIndices(indices: Int32Array, path: string, end: number, unit: string): void {
  if (indices[0] !== 0) throw contradiction(path, `the first index is ${indices[0]}`, '0');
  const last = indices.length - 1;
  for (let index = 1; index <= last; index++) {
    const before = indices[index - 1] ?? 0;
    if ((indices[index] ?? 0) > before) continue;
    throw contradiction(
      path,
      `index ${index} is ${indices[index]}`,
      `more than the one before it, ${before}`,
    );
  }
  if (indices[last] === end) return;
  throw contradiction(path, `the last index is ${indices[last]}`, `${end}, the number of ${unit}`);
}

function contradiction(path: string, found: string, expected: string): UserError {
  const what = 'The dataset contradicts itself';
  return new UserError({ what, where: path, found, expected, remedy: 'build the dataset again' });
}

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}
