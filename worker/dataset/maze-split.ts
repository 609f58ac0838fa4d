// Writes the mazes of one split with their turned and mirrored copies and gathers what the dataset card says about them.

import type { SplitCard, Vocabulary } from '../../common/dataset-card.ts';
import { dihedralSource } from '../../common/puzzles/dihedral.ts';
import { cellNames, type MazeShape, wall } from '../../common/puzzles/maze/cells.ts';
import { shapeTransforms } from '../../common/puzzles/maze/layout.ts';
import { withoutPath } from '../../common/puzzles/maze/text.ts';
import type { SplitName } from './layout.ts';
import type { Pacer } from './pacer.ts';
import { createSplitWriter } from './split-writer.ts';
import { describeNumbers } from './statistics.ts';

export interface MazePuzzle {
  /** The maze with a shortest path marked. */
  answer: Uint8Array;
  /** Length of the path; it has one cell more, start and goal included. */
  steps: number;
  shortestPaths: number;
  /** Names the wall layout up to symmetry. */
  layoutKey: string;
  /** Whether the answer is the path that our search finds first. */
  isFirstPath: boolean;
  fileRating?: number | undefined;
}

export interface WrittenMazes {
  card: SplitCard;
  layoutKeys: Set<string>;
  /** Answers that are shortest paths, but not the first in the order of the search. */
  otherPaths: number;
}

export interface MazeSplitOptions {
  folder: string;
  split: SplitName;
  shape: MazeShape;
  /** Whether the turned and mirrored copies follow each maze. */
  dihedral: boolean;
  pace: Pacer;
}

/** The reference's tokens: 0 padding, then wall, open, start, goal, path. */
export function mazeVocabulary({ rows, columns }: MazeShape): Vocabulary {
  return { domain: 'maze', gridRows: rows, gridColumns: columns, tokens: [...cellNames] };
}

/**
 * Writes each maze followed by its copies, in the reference's order, as one group. A copy's label is the turned label,
 * as in the reference: a shortest path of the turned maze, but not the one that the search would find first there.
 */
export async function writeMazeSplit(
  { folder, split, shape, dihedral, pace }: MazeSplitOptions,
  puzzles: AsyncIterable<MazePuzzle>,
): Promise<WrittenMazes> {
  const cellCount = shape.rows * shape.columns;
  const transforms = dihedral ? shapeTransforms(shape) : [0];
  const sources = transforms.map((transform) => dihedralSource(shape.rows, shape.columns, transform).source);
  const writer = await createSplitWriter(folder, split, {
    sequenceLength: cellCount,
    vocabularySize: cellNames.length,
  });
  try {
    const facts = new MazeFacts();
    for await (const puzzle of puzzles) {
      const maze = withoutPath(puzzle.answer);
      for (const source of sources) {
        const isFull = writer.addExample(turned(maze, source), turned(puzzle.answer, source));
        writer.endPuzzle();
        if (isFull) await writer.flush();
      }
      writer.endGroup();
      facts.add(puzzle);
      await pace();
    }
    const { examples, groups } = await writer.finish();
    return facts.describe(examples, groups);
  } finally {
    await writer.abandon();
  }
}

function turned(cells: Uint8Array, source: Uint16Array): Uint8Array {
  const result = new Uint8Array(cells.length);
  for (let cell = 0; cell < result.length; cell++) result[cell] = cells[source[cell]!]!;
  return result;
}

/** Gathers what a card says about the original mazes of a split. */
export class MazeFacts {
  readonly #layoutKeys = new Set<string>();
  readonly #pathCells: number[] = [];
  readonly #wallPercents: number[] = [];
  readonly #shortestPaths: number[] = [];
  readonly #fileRatings: number[] = [];
  #otherPaths = 0;

  add({ answer, steps, shortestPaths, layoutKey, isFirstPath, fileRating }: MazePuzzle): void {
    this.#layoutKeys.add(layoutKey);
    this.#pathCells.push(steps + 1);
    const walls = answer.reduce((count, value) => count + (value === wall ? 1 : 0), 0);
    this.#wallPercents.push(Math.round((100 * walls) / answer.length));
    this.#shortestPaths.push(shortestPaths);
    if (fileRating !== undefined) this.#fileRatings.push(fileRating);
    if (!isFirstPath) this.#otherPaths++;
  }

  describe(examples: number, puzzles: number): WrittenMazes {
    const card: SplitCard = {
      examples,
      puzzles,
      counts: {
        'wall layouts up to symmetry': this.#layoutKeys.size,
        'answers that are another shortest path than the first': this.#otherPaths,
      },
      distributions: {
        'cells of the shortest path': describeNumbers(this.#pathCells),
        'walls (% of the cells)': describeNumbers(this.#wallPercents),
        'equally short paths': describeNumbers(this.#shortestPaths),
        ...(this.#fileRatings.length > 0 ? { 'rating in the file': describeNumbers(this.#fileRatings) } : {}),
      },
    };
    return { card, layoutKeys: this.#layoutKeys, otherPaths: this.#otherPaths };
  }
}
