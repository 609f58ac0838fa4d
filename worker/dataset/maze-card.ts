// What the dataset card says about mazes, generated or imported: words and numbers from what was really done and found.

import { type MazeBuild, type MazeCsvBuild, pathLengthOf } from '../../common/config/dataset-maze.ts';
import type { LeakageCheck } from '../../common/dataset-card.ts';
import type { MazeShape } from '../../common/puzzles/maze/cells.ts';
import { shapeTransforms } from '../../common/puzzles/maze/layout.ts';
import type { CardDraft } from './builder.ts';
import type { MazeFile } from './maze-file.ts';
import { mazeVocabulary, type WrittenMazes } from './maze-split.ts';

/** Changes whenever the same build would give other mazes. */
export const mazeGeneratorVersion = 'maze-1';

export interface MazeSplits {
  train: WrittenMazes;
  test: WrittenMazes;
}

export function describeGeneratedMazes(build: MazeBuild, splits: MazeSplits): CardDraft {
  const { minimumWallShare: least, maximumWallShare: most } = build;
  return {
    ...describeMazes(build, build.dihedral, splits),
    source: `generated (${mazeGeneratorVersion})`,
    licence: 'CC0-1.0',
    splitMethod:
      'Every maze, of either split, has a wall layout that no other has, up to turning and mirroring.',
    filters: [
      `Each cell is a wall with one probability, drawn for each maze between ${least} and ${most}; start and goal are ` +
        'random open cells.',
      `The shortest path has at least ${pathLengthOf(build)} cells, start and goal included.`,
      'Mazes whose wall layout came up before were drawn again.',
    ],
  };
}

/** What was read and left out. */
export interface MazeImport {
  trainFile: MazeFile;
  /** Undefined when the test mazes come from the training file. */
  testFile: MazeFile | undefined;
  /** Training rows left out since their wall layout is in the test split. */
  leakingRows: number;
}

export function describeImportedMazes(
  build: MazeCsvBuild,
  shape: MazeShape,
  { trainFile, testFile, leakingRows }: MazeImport,
  splits: MazeSplits,
): CardDraft {
  const subset = (wanted: number, split: string) =>
    wanted === 0 ? '' : ` A random ${wanted} mazes were taken for ${split}.`;
  const subsets = subset(build.trainPuzzles, 'training') + subset(build.testPuzzles, 'testing');
  const { train, test } = splits;
  return {
    ...describeMazes(shape, build.dihedral, splits),
    source: build.source,
    licence: build.licence,
    splitMethod:
      testFile === undefined
        ? `Of the mazes of the file, a share of ${build.testShare} was drawn for testing.${subsets}`
        : 'Training and test mazes come from files of their own. ' +
          `${leakingRows} training mazes were left out since their wall layout, turned or mirrored, is in the test ` +
          `split.${subsets}`,
    filters: [
      describeFile('training file', trainFile),
      ...(testFile === undefined ? [] : [describeFile('test file', testFile)]),
      `${train.card.puzzles + test.card.puzzles} mazes were imported; each has one start, one goal and an answer that ` +
        'was proven to be a shortest path.',
      describeOrder(splits),
    ],
  };
}

function describeFile(name: string, file: MazeFile): string {
  return (
    `The ${name} has ${file.rowCount} rows; ${file.repeatedRows} have the walls of an earlier row, turned or mirrored, ` +
    'and were left out.'
  );
}

function describeOrder({ train, test }: MazeSplits): string {
  const others = train.otherPaths + test.otherPaths;
  if (others === 0) return 'Every answer is the path that the search finds first.';
  return (
    `${others} answers are shortest paths, but not the ones that the search finds first; they were kept as the file ` +
    'has them, and exact accuracy compares with them.'
  );
}

function describeMazes(shape: MazeShape, dihedral: boolean, splits: MazeSplits) {
  const size = `${shape.rows}×${shape.columns}`;
  return {
    title: `Maze ${size}`,
    task:
      `Mark a shortest path from start to goal through the open cells of a ${size} maze. It is hardly ever the only ` +
      'one: the answer is the path that a breadth-first search from the start finds first when it looks down, left, ' +
      'right and up.',
    vocabulary: mazeVocabulary(shape),
    generatorVersion: mazeGeneratorVersion,
    splits: { train: splits.train.card, test: splits.test.card },
    augmentation: describeAugmentation(shape, dihedral),
    leakageChecks: checkMazeLeakage(splits),
  };
}

function describeAugmentation(shape: MazeShape, dihedral: boolean): string {
  if (!dihedral) return 'None.';
  return (
    `Each training maze is followed by its ${shapeTransforms(shape).length - 1} turned and mirrored copies in its ` +
    'group. Their answers are turned and mirrored with them, as the reference does: they are shortest paths, but not ' +
    'those that the search would find first. Test mazes are not augmented.'
  );
}

/** Compares what was written, however it was made. */
export function checkMazeLeakage({ train, test }: MazeSplits): LeakageCheck[] {
  let shared = 0;
  for (const key of test.layoutKeys) if (train.layoutKeys.has(key)) shared++;
  const repeated = ({ card, layoutKeys }: WrittenMazes) => card.puzzles - layoutKeys.size;
  return [
    {
      name: 'No wall layout in both splits',
      result:
        `Training has ${train.layoutKeys.size} and testing ${test.layoutKeys.size} wall layouts, compared up to turning ` +
        `and mirroring; ${shared} are in both.`,
      passed: shared === 0,
    },
    {
      name: 'No wall layout twice',
      result:
        `Of ${train.card.puzzles} training and ${test.card.puzzles} test mazes, ${repeated(train)} and ` +
        `${repeated(test)} have a layout that is in their split already.`,
      passed: repeated(train) + repeated(test) === 0,
    },
  ];
}
