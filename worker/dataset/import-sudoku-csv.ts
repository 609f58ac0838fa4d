// Imports Sudoku puzzles from CSV files in the format of Sudoku-Extreme. Every imported puzzle is proven to have exactly
// the one answer that its row gives, and no class of solution grids is in both splits.

import type { SudokuCsvBuild } from '../../common/config/dataset.ts';
import { UserError } from '../../common/errors.ts';
import { createCanonicalizer } from '../../common/puzzles/sudoku/canonical.ts';
import type { Geometry } from '../../common/puzzles/sudoku/geometry.ts';
import { createSolver } from '../../common/puzzles/sudoku/solver.ts';
import { gridKey } from '../../common/puzzles/sudoku/text.ts';
import { createRandom } from '../../common/random.ts';
import type { BuildContext, BuildOutcome } from './builder.ts';
import type { SplitName } from './layout.ts';
import { createPacer, type Pacer } from './pacer.ts';
import { describeImportedSudoku, type ImportCounts } from './sudoku-csv-card.ts';
import { readSudokuCsv, type SudokuCsvFile } from './sudoku-csv-file.ts';
import { throwSeveralSolutions } from './sudoku-csv-row.ts';
import { type SudokuPuzzle, writeSudokuSplit } from './sudoku-split.ts';

/** Rows of a file that may go into a split, in the order in which they are taken. */
interface Candidates {
  file: SudokuCsvFile;
  rows: Iterable<number>;
  /** How many to take; 0 takes all. */
  wanted: number;
  /** Classes whose rows are left out. */
  excludedClasses: ReadonlySet<string>;
}

interface Import {
  context: BuildContext<SudokuCsvBuild>;
  geometry: Geometry;
  classKeyOf: (solution: Uint8Array) => string;
  pace: Pacer;
}

export async function importSudokuCsv(context: BuildContext<SudokuCsvBuild>): Promise<BuildOutcome> {
  const { build, signal, onProgress } = context;
  const readOptions = { minimumRating: build.minimumRating, signal, onProgress };
  const train = await readSudokuCsv(build.trainFile, readOptions);
  const { geometry } = train;
  requireNoCopies(build, geometry);
  const test =
    build.testFile === undefined
      ? undefined
      : await readSudokuCsv(build.testFile, { ...readOptions, geometry });
  const importing = { context, geometry, classKeyOf: createClassKey(geometry), pace: createPacer(signal) };
  const divided = test === undefined ? await divideFile(importing, train) : undefined;
  const counts: ImportCounts = { train, test, leakingRows: 0, dividedClasses: divided?.classes };

  const testSplit = await writeSplit(importing, 'test', {
    file: test ?? train,
    rows: pickOrder(build, 'test', divided?.test ?? allRows(test ?? train)),
    wanted: build.testPuzzles,
    excludedClasses: new Set(),
  });
  const trainSplit = await writeSplit(
    importing,
    'train',
    {
      file: train,
      rows: pickOrder(build, 'train', divided?.train ?? allRows(train)),
      wanted: build.trainPuzzles,
      excludedClasses: testSplit.classKeys,
    },
    () => counts.leakingRows++,
  );
  return {
    draft: describeImportedSudoku(build, geometry, counts, trainSplit, testSplit),
    sourceFiles: [train, ...(test === undefined ? [] : [test])].map(({ digest }) => digest),
  };
}

/** Names the class that decides about the split: the solution grid itself for 4×4, its canonical form otherwise. */
function createClassKey(geometry: Geometry): (solution: Uint8Array) => string {
  if (geometry.size === 4) return gridKey;
  const canonicalize = createCanonicalizer(geometry);
  return (solution) => gridKey(canonicalize(solution).grid);
}

function allRows(file: SudokuCsvFile): Uint32Array {
  return Uint32Array.from({ length: file.puzzles.count }, (_, row) => row);
}

/** A random order where a part is taken; the order of the file where all is. */
function pickOrder(build: SudokuCsvBuild, split: SplitName, rows: Uint32Array): Uint32Array {
  const wanted = split === 'train' ? build.trainPuzzles : build.testPuzzles;
  return wanted === 0 ? rows : createRandom(build.seed, 'subset', split).shuffle(rows);
}

/** Deals the classes of one file out to the two splits. */
async function divideFile({ context, classKeyOf, pace }: Import, file: SudokuCsvFile) {
  const { build, onProgress } = context;
  const total = file.puzzles.count;
  const classOfRow = new Uint32Array(total);
  const classes = new Map<string, number>();
  for (let row = 0; row < total; row++) {
    const key = classKeyOf(file.puzzles.get(row).solution);
    const known = classes.get(key) ?? classes.size;
    classes.set(key, known);
    classOfRow[row] = known;
    onProgress({ phase: 'comparing solution grids', done: row + 1, total, unit: 'puzzles' });
    await pace();
  }
  const testCount = Math.round(build.testShare * classes.size);
  if (testCount === 0 || testCount === classes.size) throw emptySplit(build, classes.size, testCount);
  const order = createRandom(build.seed, 'split').permutation(classes.size);
  const testClasses = new Set(order.subarray(0, testCount));
  const rows = allRows(file);
  return {
    test: rows.filter((row) => testClasses.has(classOfRow[row]!)),
    train: rows.filter((row) => !testClasses.has(classOfRow[row]!)),
    classes: { test: testCount, train: classes.size - testCount },
  };
}

async function writeSplit(
  importing: Import,
  split: SplitName,
  candidates: Candidates,
  onLeak: () => void = () => undefined,
) {
  const { context, geometry, pace } = importing;
  const { build, folder } = context;
  const augmentations = split === 'train' ? build.augmentations : 0;
  const options = { folder, split, geometry, augmentations, seed: build.seed, pace };
  return await writeSudokuSplit(options, checkedPuzzles(importing, split, candidates, onLeak));
}

/** The wanted number of puzzles, each proven to have one solution. */
async function* checkedPuzzles(
  { context, geometry, classKeyOf, pace }: Import,
  split: SplitName,
  { file, rows, wanted, excludedClasses }: Candidates,
  onLeak: () => void,
): AsyncGenerator<SudokuPuzzle> {
  const solve = createSolver(geometry);
  const phase = `checking and writing ${split === 'train' ? 'training' : 'test'} puzzles`;
  const total = wanted === 0 ? file.puzzles.count : wanted;
  let taken = 0;
  let seen = 0;
  for (const row of rows) {
    if (wanted > 0 && taken === wanted) break;
    await pace();
    seen++;
    const packed = file.puzzles.get(row);
    const classKey = classKeyOf(packed.solution);
    if (excludedClasses.has(classKey)) {
      onLeak();
      continue;
    }
    const { solutionCount, guesses } = solve(packed.puzzle);
    if (solutionCount !== 1) throwSeveralSolutions(geometry, packed, file.path);
    yield {
      puzzle: packed.puzzle,
      solution: packed.solution,
      classKey,
      rating: guesses,
      fileRating: packed.rating,
    };
    taken++;
    context.onProgress({ phase, done: wanted === 0 ? seen : taken, total, unit: 'puzzles' });
  }
  if (taken === 0 || taken < wanted) throw tooFewPuzzles(split, file, taken, wanted);
}

function requireNoCopies(build: SudokuCsvBuild, geometry: Geometry): void {
  if (geometry.size !== 4 || build.augmentations === 0) return;
  throw new UserError({
    what: '4×4 puzzles cannot be augmented: there are only two 4×4 grids up to symmetry, so copies would leak test grids',
    where: 'dataset.build.augmentations',
    found: `${build.augmentations} for the 4×4 puzzles of ${build.trainFile}`,
    expected: '0',
    remedy: 'set augmentations to 0',
  });
}

function emptySplit(build: SudokuCsvBuild, classCount: number, testCount: number): UserError {
  return new UserError({
    what: `testShare leaves no puzzles for ${testCount === 0 ? 'testing' : 'training'}`,
    where: 'dataset.build.testShare',
    found: `${build.testShare} of ${classCount} different solution grids in ${build.trainFile}`,
    expected: 'a share that leaves at least one for training and one for testing',
    remedy: 'change testShare, or give a testFile',
  });
}

function tooFewPuzzles(split: SplitName, file: SudokuCsvFile, taken: number, wanted: number): UserError {
  const field = split === 'train' ? 'trainPuzzles' : 'testPuzzles';
  return new UserError({
    what: `There are too few ${split === 'train' ? 'training' : 'test'} puzzles`,
    where: file.path,
    found: `${taken} that are different, hard enough and share no solution grid with the other split`,
    expected: wanted === 0 ? 'at least one' : `${wanted}, as dataset.build.${field} says`,
    remedy: wanted === 0 ? 'choose other files' : `lower ${field}, or set it to 0 to take all`,
  });
}
