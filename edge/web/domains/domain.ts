// What the web app asks of a kind of puzzle: how a grid is entered, shown and checked. Grids are tokens, [cells], on the
// model's frame; what is shown of them begins in the first cell.

import type { Random } from '../../../common/random.ts';

export interface GridSize {
  rows: number;
  columns: number;
}

/** What a cell can hold, and how it is shown. */
export interface Brush {
  token: number;
  /** In words, for those who hear it. */
  name: string;
  /** Inside the cell; may be empty. */
  mark: string;
  /** Class of the cell. */
  look: string;
  /** The key that chooses it. */
  key: string;
}

/** `valid` is null where nothing can tell. */
export interface Verdict {
  valid: boolean | null;
  reason: string;
}

export interface EdgeDomain {
  /** Digits go into a chosen cell; with paint one drags over cells. */
  entry: 'digits' | 'paint';
  /** The first is what an erased cell holds. */
  brushes: readonly Brush[];
  /** How any token looks, also one that only answers have. */
  lookOf(token: number): Brush;
  /** Cells of the frame from one row to the next. */
  stride: number;
  /** What part of the frame is the grid. */
  sizeOf(tokens: ArrayLike<number>): GridSize;
  /** Cells with a thick line around them. */
  box: GridSize | null;
  empty(): Int32Array;
  /** Present where grids have any size. */
  resize?(tokens: Int32Array, size: GridSize): Int32Array;
  /** Cells that contradict each other. */
  conflicts(tokens: ArrayLike<number>): ReadonlySet<number>;
  /** Why it cannot be solved as it is; null where it can. */
  findProblem(tokens: Int32Array): string | null;
  /** @param known the right answer, where it comes with the puzzle */
  check(question: ArrayLike<number>, answer: ArrayLike<number>, known?: ArrayLike<number> | null): Verdict;
  /** A new puzzle, where those can be made here. */
  make?(random: Random): Int32Array | null;
}

/** Compares with the known answer, for kinds of puzzle without rules. */
export function compareWithKnown(answer: ArrayLike<number>, known?: ArrayLike<number> | null): Verdict {
  if (!known) return { valid: null, reason: 'Nothing can tell whether this is right.' };
  const wrong = Array.from(answer).filter((token, cell) => token !== known[cell]).length;
  if (wrong === 0) return { valid: true, reason: 'It is the known answer.' };
  return {
    valid: false,
    reason: `${wrong} ${wrong === 1 ? 'cell differs' : 'cells differ'} from the known answer.`,
  };
}

/** A sentence of words that come without capital and full stop. */
export function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}
