// What kinds of puzzle measure beside the comparison with the labels: a maze may have several right answers, an ARC
// task is answered by votes. A judge sees every answer of one evaluation and then gives its figures.

import type { VoteBook } from '../../common/puzzles/arc/voting.ts';
import type { Estimate } from '../../common/results.ts';
import { isArc } from '../dataset/arc-puzzles.ts';
import type { Dataset } from '../dataset/open.ts';
import type { DatasetSplit } from '../dataset/open-split.ts';
import { createArcJudge } from './arc-judge.ts';
import { createMazeJudge } from './maze-judge.ts';

/** One example after its last supervision step; the arrays are valid during the call only. */
export interface JudgedAnswer {
  /** Its place in the split. */
  example: number;
  puzzleIdentifier: number;
  /** Tokens [cells]. */
  inputs: Int32Array;
  /** Tokens [cells]; IGNORED_LABEL where a cell does not count. */
  labels: Int32Array;
  /** Tokens [cells]. */
  answer: Int32Array;
  haltLogit: number;
}

/** Gathers over one evaluation. */
export interface Judge {
  note(answer: JudgedAnswer): void;
  /** The figures by their names in words; called once, after the last answer. */
  finish(): Record<string, Estimate>;
}

export interface JudgeRequest {
  dataset: Dataset;
  split: DatasetSplit;
  /** Gets every vote too, where the votes of several evaluations are to be counted together. */
  sharedVotes?: VoteBook | undefined;
}

/** By the domain that a dataset's vocabulary names. Each evaluation gets a judge of its own: nothing carries over. */
const judges: Readonly<Record<string, (request: JudgeRequest) => Judge>> = {
  maze: createMazeJudge,
  arc: createArcJudge,
};

/**
 * Makes the judge of each evaluation of a split, or null where the labels say all there is. Judges know puzzles by the
 * dataset's own identifiers, the model by those plus `identifierOffset` (0 stays 0).
 */
export function judgeOf(
  dataset: Dataset,
  split: DatasetSplit,
  identifierOffset = 0,
  sharedVotes?: VoteBook,
): (() => Judge) | null {
  const domain = dataset.card?.vocabulary.domain ?? (isArc(dataset) ? 'arc' : '');
  const create = judges[domain];
  if (create === undefined || (domain === 'arc' && !hasVotes(dataset, split))) return null;
  if (identifierOffset === 0) return () => create({ dataset, split, sharedVotes });
  return () => {
    const { note, finish } = create({ dataset, split, sharedVotes });
    const ownIdentifier = (known: number) => (known === 0 ? 0 : known - identifierOffset);
    return {
      note: (answer) => note({ ...answer, puzzleIdentifier: ownIdentifier(answer.puzzleIdentifier) }),
      finish,
    };
  };
}

/** Whether the examples of a split are answered by votes: the test inputs of ARC tasks are, their demonstrations not. */
export function hasVotes(dataset: Dataset, split: DatasetSplit): boolean {
  return isArc(dataset) && split === dataset.split('test');
}
