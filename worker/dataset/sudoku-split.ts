// Writes the puzzles of one split with their augmentations and gathers what the dataset card says about them.

import type { SplitCard, Vocabulary } from '../../common/dataset-card.ts';
import { countClues } from '../../common/puzzles/sudoku/generate.ts';
import type { Geometry } from '../../common/puzzles/sudoku/geometry.ts';
import { drawSymmetry, fillCellSources, identitySymmetry } from '../../common/puzzles/sudoku/symmetry.ts';
import { gridKey } from '../../common/puzzles/sudoku/text.ts';
import { createRandom } from '../../common/random.ts';
import type { SplitName } from './layout.ts';
import type { Pacer } from './pacer.ts';
import { createSplitWriter, type SplitWriter } from './split-writer.ts';
import { describeNumbers } from './statistics.ts';

export interface SudokuPuzzle {
  puzzle: Uint8Array;
  solution: Uint8Array;
  /** Names the solution grid (4×4) or its symmetry class (6×6, 9×9). */
  classKey: string;
  /** Guesses of the plain solver. */
  rating: number;
  fileRating?: number | undefined;
}

export interface WrittenSplit {
  card: SplitCard;
  classKeys: Set<string>;
  puzzleKeys: Set<string>;
}

export interface SudokuSplitOptions {
  folder: string;
  split: SplitName;
  geometry: Geometry;
  augmentations: number;
  seed: number;
  pace: Pacer;
}

/** Tokens of Sudoku: 0 padding, 1 blank, digit d is d + 1. */
export function sudokuVocabulary({ size }: Geometry): Vocabulary {
  const digits = Array.from({ length: size }, (_, index) => String(index + 1));
  return { domain: 'sudoku', gridRows: size, gridColumns: size, tokens: ['padding', 'blank', ...digits] };
}

/**
 * Writes each puzzle followed by its augmentations as one group. The augmentations of puzzle i depend on the seed and
 * on i only. `puzzles` is drawn from as needed, so it may make them on the way.
 */
export async function writeSudokuSplit(
  options: SudokuSplitOptions,
  puzzles: AsyncIterable<SudokuPuzzle>,
): Promise<WrittenSplit> {
  const { folder, split, geometry } = options;
  const shape = { sequenceLength: geometry.cellCount, vocabularySize: geometry.size + 2 };
  const writer = await createSplitWriter(folder, split, shape);
  try {
    const writeGroup = createAugmenter(options, writer);
    const facts = new SplitFacts();
    for await (const puzzle of puzzles) {
      await writeGroup(puzzle, facts.clues.length);
      writer.endGroup();
      facts.add(puzzle);
    }
    const { examples, groups } = await writer.finish();
    return {
      card: facts.describe(examples, groups),
      classKeys: facts.classKeys,
      puzzleKeys: facts.puzzleKeys,
    };
  } finally {
    await writer.abandon();
  }
}

/** Writes a puzzle and then its augmentations. */
function createAugmenter({ geometry, augmentations, seed, pace }: SudokuSplitOptions, writer: SplitWriter) {
  const symmetry = identitySymmetry(geometry);
  const source = new Uint8Array(geometry.cellCount);
  const inputs = new Uint8Array(geometry.cellCount);
  const labels = new Uint8Array(geometry.cellCount);

  /** Adds what the symmetry makes of the puzzle; true when a flush is due. */
  function addTransformed(puzzle: Uint8Array, solution: Uint8Array): boolean {
    fillCellSources(geometry, symmetry, source);
    const { digits } = symmetry;
    for (let cell = 0; cell < source.length; cell++) {
      const from = source[cell]!;
      inputs[cell] = digits[puzzle[from]!]! + 1;
      labels[cell] = digits[solution[from]!]! + 1;
    }
    const isFull = writer.addExample(inputs, labels);
    writer.endPuzzle();
    return isFull;
  }

  return async ({ puzzle, solution }: SudokuPuzzle, index: number): Promise<void> => {
    Object.assign(symmetry, identitySymmetry(geometry));
    const random = createRandom(seed, 'augmentation', index);
    for (let copy = 0; copy <= augmentations; copy++) {
      if (copy > 0) drawSymmetry(geometry, random, symmetry);
      if (!addTransformed(puzzle, solution)) continue;
      await writer.flush();
      await pace();
    }
  };
}

/** Gathers what a card says about the original puzzles of a split. */
export class SplitFacts {
  readonly classKeys = new Set<string>();
  readonly puzzleKeys = new Set<string>();
  readonly clues: number[] = [];
  readonly ratings: number[] = [];
  readonly fileRatings: number[] = [];

  add({ puzzle, classKey, rating, fileRating }: SudokuPuzzle): void {
    this.classKeys.add(classKey);
    this.puzzleKeys.add(gridKey(puzzle));
    this.clues.push(countClues(puzzle));
    this.ratings.push(rating);
    if (fileRating !== undefined) this.fileRatings.push(fileRating);
  }

  describe(examples: number, puzzles: number): SplitCard {
    return {
      examples,
      puzzles,
      counts: { 'solution classes': this.classKeys.size },
      distributions: {
        clues: describeNumbers(this.clues),
        'rating (guesses)': describeNumbers(this.ratings),
        ...(this.fileRatings.length > 0 ? { 'rating in the file': describeNumbers(this.fileRatings) } : {}),
      },
    };
  }
}
