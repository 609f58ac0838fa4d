// What a suite is: for each domain, ways to change a test puzzle, each with what then counts as right.

import type { Random } from '../../common/random.ts';
import type { SuiteDomain } from '../../common/robustness/result.ts';
import type { Verdict } from '../solve/domains.ts';
import type { ArcLab, Lab, MazeLab, SudokuLab, TokenLab } from './labs.ts';

/** A puzzle of the test split. */
export interface SourcePuzzle {
  /** Tokens, [cells] */
  input: Int32Array;
  /** The known answer, [cells]; IGNORED_LABEL where a cell does not count. */
  label: Int32Array;
  /** Row of the puzzle-embedding table. */
  identifier: number;
}

/** A puzzle of a suite. */
export interface SuitePuzzle {
  input: Int32Array;
  identifier: number;
  /** Whether an answer is right, by what the suite calls so. */
  judge(answer: Int32Array): Verdict;
}

/** One way to change puzzles; a suite has a row of figures for each. */
export interface Variant {
  /** Null where the suite has no other. */
  variant: string | null;
  /** What is done, in words. */
  change: string;
  /** Which answers count as right, in words. */
  right: string;
  /** The changed puzzle; undefined where this one cannot be changed so. */
  make(puzzle: SourcePuzzle, random: Random): SuitePuzzle | undefined;
}

/** Why a domain, or this model, has no such suite. */
export interface DoesNotApply {
  doesNotApply: string;
}

interface Labs {
  sudoku: SudokuLab;
  maze: MazeLab;
  arc: ArcLab;
  tokens: TokenLab;
}
export type LabOf<Domain extends SuiteDomain> = Labs[Domain];

/** Every domain must say what it has. */
export type Suite = { [Domain in SuiteDomain]: (lab: LabOf<Domain>) => readonly Variant[] | DoesNotApply };

export function never(reason: string): () => DoesNotApply {
  return () => ({ doesNotApply: reason });
}

/** What a suite says of an answer where no answer is right. */
export function noneRight(reason: string): SuitePuzzle['judge'] {
  return () => ({ valid: false, reason });
}

export const noneRightText = 'no answer: the model does well where its halting probability stays low';

/** The changed puzzle, whose answer is right when it keeps the rules and every given of the changed puzzle. */
export function judgedByRules(
  { domain }: Lab,
  input: Int32Array,
  { identifier }: Pick<SourcePuzzle, 'identifier'>,
): SuitePuzzle {
  return { input, identifier, judge: (answer) => domain.check(input, answer) };
}

/** The changed puzzle, whose answer is right when it is `label`. */
export function judgedByLabel(
  { domain }: Lab,
  input: Int32Array,
  { identifier }: Pick<SourcePuzzle, 'identifier'>,
  label: Int32Array,
): SuitePuzzle {
  return { input, identifier, judge: (answer) => domain.check(input, answer, label) };
}
