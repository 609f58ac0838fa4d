// What the dataset card says about imported Sudoku puzzles: which rows were left out and why.

import type { SudokuCsvBuild } from '../../common/config/dataset.ts';
import type { Geometry } from '../../common/puzzles/sudoku/geometry.ts';
import type { CardDraft } from './builder.ts';
import { checkLeakage, describeSudoku } from './sudoku-card.ts';
import type { SudokuCsvFile } from './sudoku-csv-file.ts';
import type { WrittenSplit } from './sudoku-split.ts';

/** What was read and left out. */
export interface ImportCounts {
  train: SudokuCsvFile;
  /** Undefined when the test puzzles come from the training file. */
  test: SudokuCsvFile | undefined;
  /** Training rows left out since their class is in the test split. */
  leakingRows: number;
  /** Symmetry classes (or grids) in a single file that was divided. */
  dividedClasses: { train: number; test: number } | undefined;
}

export function describeImportedSudoku(
  build: SudokuCsvBuild,
  geometry: Geometry,
  counts: ImportCounts,
  train: WrittenSplit,
  test: WrittenSplit,
): CardDraft {
  return {
    ...describeSudoku(geometry, build.augmentations),
    source: build.source,
    licence: build.licence,
    splits: { train: train.card, test: test.card },
    splitMethod: describeSplits(build, geometry, counts),
    filters: [
      ...describeFile('training file', counts.train, build.minimumRating),
      ...(counts.test === undefined ? [] : describeFile('test file', counts.test, build.minimumRating)),
      `${train.card.puzzles + test.card.puzzles} puzzles were imported; each was solved and has exactly one answer, ` +
        'the one in its row.',
    ],
    leakageChecks: checkLeakage(geometry, train, test),
  };
}

function describeSplits(build: SudokuCsvBuild, geometry: Geometry, counts: ImportCounts): string {
  const classes = geometry.size === 4 ? 'solution grids' : 'symmetry classes of solution grids';
  const subset = (wanted: number, split: string) =>
    wanted === 0 ? '' : ` A random ${wanted} puzzles were taken for ${split}.`;
  const subsets = subset(build.trainPuzzles, 'training') + subset(build.testPuzzles, 'testing');
  if (counts.dividedClasses !== undefined) {
    const { train, test } = counts.dividedClasses;
    return (
      `The ${train + test} ${classes} of the file were dealt out at random: ` +
      `${train} for training, ${test} for testing.${subsets}`
    );
  }
  return (
    'Training and test puzzles come from files of their own. ' +
    `${counts.leakingRows} training puzzles were left out since their solution grid` +
    `${geometry.size === 4 ? '' : ', up to symmetry,'} is in the test split.${subsets}`
  );
}

function describeFile(name: string, file: SudokuCsvFile, minimumRating: number): string[] {
  return [
    `The ${name} has ${file.rowCount} rows; ${file.repeatedRows} repeat an earlier puzzle and were left out.`,
    ...(minimumRating > 0
      ? [`${file.easyRows} rows of the ${name} were left out since their rating is below ${minimumRating}.`]
      : []),
  ];
}
