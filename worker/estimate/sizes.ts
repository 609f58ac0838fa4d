// The sizes that a dataset gives a model: read from the dataset where it exists, else derived from how it is to be
// built, without building it.

import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import type { DatasetBuild } from '../../common/config/dataset.ts';
import { UserError } from '../../common/errors.ts';
import { arcVocabularySize } from '../../common/puzzles/arc/tokens.ts';
import { cellNames } from '../../common/puzzles/maze/cells.ts';
import { geometryOfCellCount } from '../../common/puzzles/sudoku/geometry.ts';
import { readSubset } from '../dataset/arc-source.ts';
import { readJsonFile } from '../dataset/json-file.ts';
import { arrayPath, metadataPath, type SplitName, splitMetadataSchema } from '../dataset/layout.ts';
import { openNpy } from '../dataset/npy-file.ts';

export interface PuzzleSizes {
  vocabularySize: number;
  sequenceLength: number;
  puzzleIdentifierCount: number;
  /** Null where only building tells. */
  testExamples: number | null;
  /** What had to be assumed, in words. */
  remark: string | null;
}

type BuildOf<Kind extends DatasetBuild['kind']> = Extract<DatasetBuild, { kind: Kind }>;

/** How each kind of build gives its sizes. */
const sizesOfKind: { [Kind in DatasetBuild['kind']]: (build: BuildOf<Kind>) => PuzzleSizes } = {
  sudoku: ({ size, testPuzzles }) => sudokuSizes(size ** 2, testPuzzles, null),
  'sudoku-csv': ({ trainFile, testPuzzles }) => {
    const cells = cellsOfFirstRow(trainFile);
    const remark = cells === null ? `9×9 puzzles are assumed: ${trainFile} is not there` : null;
    return sudokuSizes(cells ?? 81, testPuzzles || null, remark);
  },
  maze: ({ rows, columns, testPuzzles }) => mazeSizes(rows * columns, testPuzzles, null),
  'maze-csv': ({ trainFile, testPuzzles }) => {
    const cells = cellsOfFirstRow(trainFile);
    const remark = cells === null ? `mazes of 30×30 cells are assumed: ${trainFile} is not there` : null;
    return mazeSizes(cells ?? 900, testPuzzles || null, remark);
  },
  arc: arcSizes,
  reference: ({ folder }) => {
    const sizes = sizesOfFolder(folder);
    if (sizes !== null) return sizes;
    throw new UserError({
      what: 'There is no dataset to take over',
      where: folder,
      expected: 'a folder with train/dataset.json',
      remedy: 'check dataset.build.folder',
    });
  },
  tokens: ({ rows, columns, tokens, tokensFromData }) => ({
    vocabularySize: 1 + (tokensFromData ? ASSUMED_TOKENS : tokens.length),
    sequenceLength: rows * columns,
    puzzleIdentifierCount: 1,
    testExamples: null,
    remark: tokensFromData
      ? `${ASSUMED_TOKENS} tokens and one puzzle are assumed until the dataset is built`
      : 'one puzzle is assumed until the dataset is built',
  }),
};

/** A middling number: it changes memory and time little. */
const ASSUMED_TOKENS = 32;
/** About as many as the published ARC-AGI-1 experiment has, whose table holds 876,406 puzzles. */
const ASSUMED_ARC_TASKS = 876;

/** The sizes of a dataset that is to be built. */
export function sizesOfBuild(build: DatasetBuild): PuzzleSizes {
  return callOfKind(build.kind, build);
}

function callOfKind<Kind extends DatasetBuild['kind']>(kind: Kind, build: DatasetBuild): PuzzleSizes {
  // The kind names the entry: a relation between the table's rows that the type system does not follow.
  return sizesOfKind[kind](build as BuildOf<Kind>);
}

/** The sizes of the dataset in a folder, or null where there is none. */
export function sizesOfFolder(folder: string): PuzzleSizes | null {
  if (!existsSync(metadataPath(folder, 'train'))) return null;
  const metadata = (split: SplitName) =>
    readJsonFile(metadataPath(folder, split), splitMetadataSchema, `${split}/dataset.json`);
  const train = metadata('train');
  const { sets } = metadata('test');
  const testInputs = openNpy(arrayPath(folder, 'test', sets[0], 'inputs'));
  testInputs.close();
  return {
    vocabularySize: train.vocab_size,
    sequenceLength: train.seq_len,
    puzzleIdentifierCount: train.num_puzzle_identifiers,
    testExamples: testInputs.rowCount,
    remark: null,
  };
}

function sudokuSizes(cells: number, testExamples: number | null, remark: string | null): PuzzleSizes {
  const size = geometryOfCellCount(cells)?.size ?? Math.round(Math.sqrt(cells));
  return { vocabularySize: size + 2, sequenceLength: cells, puzzleIdentifierCount: 1, testExamples, remark };
}

function mazeSizes(cells: number, testExamples: number | null, remark: string | null): PuzzleSizes {
  return {
    vocabularySize: cellNames.length,
    sequenceLength: cells,
    puzzleIdentifierCount: 1,
    testExamples,
    remark,
  };
}

/** Every variant of every task has an identifier; tasks with few different variants have fewer, which building tells. */
function arcSizes({ folder, subsets, testSubset, augmentations, gridSide }: BuildOf<'arc'>): PuzzleSizes {
  const variants = augmentations + 1;
  const sizes = { vocabularySize: arcVocabularySize, sequenceLength: gridSide ** 2 };
  if (!existsSync(folder)) {
    return {
      ...sizes,
      puzzleIdentifierCount: 1 + ASSUMED_ARC_TASKS * variants,
      testExamples: null,
      remark: `${ASSUMED_ARC_TASKS} tasks are assumed: ${folder} is not there`,
    };
  }
  const tasks = subsets.map((subset) => ({ subset, tasks: readSubset(folder, subset).tasks }));
  const count = tasks.reduce((sum, each) => sum + each.tasks.length, 0);
  const tested = tasks.find(({ subset }) => subset === testSubset)?.tasks ?? [];
  return {
    ...sizes,
    puzzleIdentifierCount: 1 + count * variants,
    testExamples: variants * tested.reduce((sum, { test }) => sum + test.length, 0),
    remark: 'tasks with fewer different variants make the puzzle table smaller than this',
  };
}

const LONGEST_HEAD_BYTES = 1 << 16;

/** Cells of the first puzzle of a CSV file `source,question,answer,rating`, or null where there is no such file. */
function cellsOfFirstRow(path: string): number | null {
  if (!existsSync(path)) return null;
  const buffer = Buffer.alloc(LONGEST_HEAD_BYTES);
  const file = openSync(path, 'r');
  try {
    const text = buffer.toString('utf8', 0, readSync(file, buffer));
    const [, row = ''] = text.split(/\r?\n/);
    return row.split(',')[1]?.length || null;
  } finally {
    closeSync(file);
  }
}
