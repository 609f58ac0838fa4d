// Answers to ARC test inputs by votes: every augmented copy of a task casts one, and the answer with the most votes
// wins, among equals the one that the halting head trusts more. Nothing is kept beyond the book itself.

import type { Grid } from '../dihedral.ts';
import { gridKey, gridToRows } from './grid.ts';

/** One answer to a test input. */
export interface Candidate {
  grid: Grid;
  votes: number;
  /** Mean halting probability of its votes. */
  meanConfidence: number;
}

export interface TestPair {
  input: Grid;
  output: Grid;
}

/** The test pairs of each task, by its name. */
export type TestPuzzles = ReadonlyMap<string, readonly TestPair[]>;

interface Tally {
  grid: Grid;
  votes: number;
  confidenceSum: number;
}

export class VoteBook {
  readonly #tallies = new Map<string, Map<string, Tally>>();

  /** Counts one vote; input and answer as they were before augmentation. */
  add(task: string, input: Grid, answer: Grid, haltProbability: number): void {
    const question = questionKey(task, input);
    const tallies = this.#tallies.get(question) ?? new Map<string, Tally>();
    this.#tallies.set(question, tallies);
    const key = gridKey(answer);
    const tally = tallies.get(key);
    if (tally === undefined) tallies.set(key, { grid: answer, votes: 1, confidenceSum: haltProbability });
    else {
      tally.votes++;
      tally.confidenceSum += haltProbability;
    }
  }

  /** All answers to a test input, best first; equals in the order in which they came up. */
  rank(task: string, input: Grid): Candidate[] {
    const tallies = this.#tallies.get(questionKey(task, input))?.values() ?? [];
    return [...tallies]
      .map(({ grid, votes, confidenceSum }) => ({ grid, votes, meanConfidence: confidenceSum / votes }))
      .sort((one, other) => other.votes - one.votes || other.meanConfidence - one.meanConfidence);
  }
}

/**
 * The score of each task with `tries` answers to every test input: the share of its test inputs for which the right
 * answer is among the first `tries`.
 */
export function scoreTasks(book: VoteBook, puzzles: TestPuzzles, tries: number): number[] {
  return Array.from(puzzles, ([task, pairs]) => {
    const right = pairs.filter(({ input, output }) => {
      const wanted = gridKey(output);
      return book
        .rank(task, input)
        .slice(0, tries)
        .some(({ grid }) => gridKey(grid) === wanted);
    });
    return right.length / pairs.length;
  });
}

export type Submission = Record<string, { attempt_1: number[][]; attempt_2: number[][] }[]>;

/**
 * Two attempts for each test input, in the layout that Kaggle takes. Where there is one answer only, it is given
 * twice; where there is none, a single black cell is (the reference leaves such an entry out, which moves the
 * following ones to other test inputs). An empty answer becomes a black cell too, since Kaggle takes no empty grids.
 */
export function makeSubmission(book: VoteBook, puzzles: TestPuzzles): Submission {
  const entries = Array.from(puzzles, ([task, pairs]) => {
    const attempts = pairs.map(({ input }) => {
      const [first, second] = book.rank(task, input);
      return { attempt_1: attemptOf(first), attempt_2: attemptOf(second ?? first) };
    });
    return [task, attempts] as const;
  });
  return Object.fromEntries(entries);
}

function attemptOf(candidate: Candidate | undefined): number[][] {
  return candidate === undefined || candidate.grid.rows === 0 ? [[0]] : gridToRows(candidate.grid);
}

function questionKey(task: string, input: Grid): string {
  return `${task}\n${gridKey(input)}`;
}
