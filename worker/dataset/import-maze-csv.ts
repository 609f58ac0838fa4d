// Imports mazes from CSV files in the format of Maze-Hard. Every answer is proven to be a shortest path, and no wall
// layout, turned or mirrored, is in both splits.

import type { MazeCsvBuild } from '../../common/config/dataset-maze.ts';
import { UserError } from '../../common/errors.ts';
import { createRandom } from '../../common/random.ts';
import type { BuildContext, BuildOutcome } from './builder.ts';
import type { SplitName } from './layout.ts';
import { describeImportedMazes } from './maze-card.ts';
import { type MazeFile, readMazeFile } from './maze-file.ts';
import type { MazeRow } from './maze-row.ts';
import { writeMazeSplit } from './maze-split.ts';
import { createPacer } from './pacer.ts';

export async function importMazeCsv(context: BuildContext<MazeCsvBuild>): Promise<BuildOutcome> {
  const { build, folder, signal, onProgress, onWarning } = context;
  const trainFile = await readMazeFile(build.trainFile, { signal, onProgress });
  const { shape } = trainFile;
  const testFile =
    build.testFile === undefined
      ? undefined
      : await readMazeFile(build.testFile, { shape, signal, onProgress });
  const divided =
    testFile === undefined ? divideFile(build, trainFile) : { train: trainFile.rows, test: testFile.rows };

  const testRows = takeRows(build, 'test', divided.test, testFile ?? trainFile);
  const testLayouts = new Set(testRows.map(({ layoutKey }) => layoutKey));
  const newRows = divided.train.filter(({ layoutKey }) => !testLayouts.has(layoutKey));
  const trainRows = takeRows(build, 'train', newRows, trainFile);

  const total = testRows.length + trainRows.length;
  let done = 0;
  async function* report(rows: MazeRow[]): AsyncGenerator<MazeRow> {
    for (const row of rows) {
      yield row;
      onProgress({ phase: 'writing mazes', done: ++done, total, unit: 'mazes' });
    }
  }
  const write = (split: SplitName, rows: MazeRow[]) => {
    const dihedral = build.dihedral && split === 'train';
    return writeMazeSplit({ folder, split, shape, dihedral, pace: createPacer(signal) }, report(rows));
  };
  const test = await write('test', testRows);
  const train = await write('train', trainRows);
  const others = test.otherPaths + train.otherPaths;
  if (others > 0) {
    onWarning(
      `${others} answers are shortest paths, but not the ones that the search finds first: exact accuracy compares with them`,
    );
  }
  const leakingRows = divided.train.length - newRows.length;
  return {
    draft: describeImportedMazes(build, shape, { trainFile, testFile, leakingRows }, { train, test }),
    sourceFiles: [trainFile, ...(testFile === undefined ? [] : [testFile])].map(({ digest }) => digest),
  };
}

/** Deals the mazes of one file out to the two splits; each layout is in it once. */
function divideFile(build: MazeCsvBuild, { path, rows }: MazeFile): Record<SplitName, MazeRow[]> {
  const testCount = Math.round(build.testShare * rows.length);
  if (testCount === 0 || testCount === rows.length) {
    throw new UserError({
      what: `testShare leaves no mazes for ${testCount === 0 ? 'testing' : 'training'}`,
      where: 'dataset.build.testShare',
      found: `${build.testShare} of ${rows.length} different mazes in ${path}`,
      expected: 'a share that leaves at least one for training and one for testing',
      remedy: 'change testShare, or give a testFile',
    });
  }
  const order = createRandom(build.seed, 'split').permutation(rows.length);
  const tested = new Set(order.subarray(0, testCount));
  return {
    test: rows.filter((_, index) => tested.has(index)),
    train: rows.filter((_, index) => !tested.has(index)),
  };
}

/** All rows in the order of the file, or a random part of them where a number is wanted. */
function takeRows(build: MazeCsvBuild, split: SplitName, rows: MazeRow[], file: MazeFile): MazeRow[] {
  const wanted = split === 'train' ? build.trainPuzzles : build.testPuzzles;
  if (rows.length < Math.max(1, wanted)) throw tooFewMazes(split, file, rows.length, wanted);
  if (wanted === 0) return rows;
  return createRandom(build.seed, 'subset', split)
    .shuffle([...rows])
    .slice(0, wanted);
}

function tooFewMazes(split: SplitName, file: MazeFile, found: number, wanted: number): UserError {
  const field = split === 'train' ? 'trainPuzzles' : 'testPuzzles';
  return new UserError({
    what: `There are too few ${split === 'train' ? 'training' : 'test'} mazes`,
    where: file.path,
    found: `${found} that are different and share no wall layout with the other split`,
    expected: wanted === 0 ? 'at least one' : `${wanted}, as dataset.build.${field} says`,
    remedy: wanted === 0 ? 'choose other files' : `lower ${field}, or set it to 0 to take all`,
  });
}
