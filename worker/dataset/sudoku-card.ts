// What the dataset card says about Sudoku datasets: words and numbers from what was really done and found.

import type { SudokuBuild } from '../../common/config/dataset.ts';
import type { LeakageCheck } from '../../common/dataset-card.ts';
import { type Geometry, sudokuGeometry } from '../../common/puzzles/sudoku/geometry.ts';
import type { CardDraft } from './builder.ts';
import type { SolutionSources } from './sudoku-solutions.ts';
import { sudokuVocabulary, type WrittenSplit } from './sudoku-split.ts';

/** Changes whenever the same build would give other puzzles. */
export const sudokuGeneratorVersion = 'sudoku-1';

export function describeGeneratedSudoku(
  build: SudokuBuild,
  sources: SolutionSources,
  train: WrittenSplit,
  test: WrittenSplit,
): CardDraft {
  const geometry = sudokuGeometry(build.size);
  return {
    ...describeSudoku(geometry, build.augmentations),
    source: `generated (${sudokuGeneratorVersion})`,
    licence: 'CC0-1.0',
    splits: { train: train.card, test: test.card },
    filters: describeLimits(build),
    splitMethod: describeSources(build, sources),
    leakageChecks: checkLeakage(geometry, train, test),
  };
}

/** The parts of a card that hold for any Sudoku dataset. */
export function describeSudoku(geometry: Geometry, augmentations: number) {
  const { size } = geometry;
  return {
    title: `Sudoku ${size}×${size}`,
    task:
      `Fill the blank cells of a ${size}×${size} Sudoku: every row, column and box of ${geometry.boxRows}×` +
      `${geometry.boxColumns} cells holds each digit from 1 to ${size} once. Every puzzle has exactly one solution.`,
    vocabulary: sudokuVocabulary(geometry),
    generatorVersion: sudokuGeneratorVersion,
    augmentation: describeAugmentation(geometry, augmentations),
  };
}

function describeAugmentation(geometry: Geometry, augmentations: number): string {
  if (geometry.size === 4) {
    return 'None: 4×4 has only two solution grids up to symmetry, so symmetric copies would leak test grids into training.';
  }
  if (augmentations === 0) return 'None.';
  const mirror = geometry.transposable ? 'mirrored at the diagonal in half of the cases, ' : '';
  return (
    `Each training puzzle is followed by ${augmentations} symmetric copies in its group: ${mirror}bands, stacks, rows ` +
    'in bands and columns in stacks permuted, digits relabelled, each drawn evenly. Test puzzles are not augmented.'
  );
}

function describeLimits({ minimumClues, maximumClues, minimumRating }: SudokuBuild): string[] {
  return [
    minimumClues > 0 ? `At least ${minimumClues} clues.` : 'As few clues as keep the solution unique.',
    ...(maximumClues > 0 ? [`At most ${maximumClues} clues.`] : []),
    ...(minimumRating > 0 ? [`A rating of at least ${minimumRating} guesses.`] : []),
    'Puzzles that came up twice were drawn again.',
  ];
}

/** Compares what was written, however it was made. */
export function checkLeakage(geometry: Geometry, train: WrittenSplit, test: WrittenSplit): LeakageCheck[] {
  const sharedClasses = countShared(train.classKeys, test.classKeys);
  const sharedPuzzles = countShared(train.puzzleKeys, test.puzzleKeys);
  const repeated = (split: WrittenSplit) => split.card.puzzles - split.puzzleKeys.size;
  const unit =
    geometry.size === 4 ? 'solution grids' : 'symmetry classes of solution grids (exact canonical form)';
  return [
    {
      name:
        geometry.size === 4
          ? 'No solution grid in both splits'
          : 'No symmetry class of solutions in both splits',
      result:
        `Training has ${train.classKeys.size} and testing ${test.classKeys.size} ${unit}; ` +
        `${sharedClasses} are in both.`,
      passed: sharedClasses === 0,
    },
    {
      name: 'No puzzle twice',
      result:
        `Of ${train.card.puzzles} training and ${test.card.puzzles} test puzzles, ${repeated(train)} and ` +
        `${repeated(test)} come again in the same split; ${sharedPuzzles} are in both.`,
      passed: repeated(train) + repeated(test) + sharedPuzzles === 0,
    },
  ];
}

function describeSources({ size }: SudokuBuild, { train, test }: SolutionSources): string {
  if (train.size === undefined || test.size === undefined) {
    return `Every puzzle has a random ${size}×${size} solution grid of a symmetry class that no other puzzle has.`;
  }
  const unit = size === 4 ? 'solution grids' : 'symmetry classes of solution grids';
  const dealt =
    `The ${train.size + test.size} ${unit} were dealt out at random: ${train.size} for training, ` +
    `${test.size} for testing; the puzzles are spread evenly over them.`;
  if (size !== 4) return dealt;
  return (
    `${dealt} They are not split by symmetry class, since 4×4 has only two: symmetric variants of test grids ` +
    'are in training.'
  );
}

function countShared(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  let shared = 0;
  for (const key of one) if (other.has(key)) shared++;
  return shared;
}
