// What kinds of puzzle measure beside the comparison with the labels: a maze may have several right answers, an ARC
// task is answered by votes. A judge sees every answer of one evaluation and then gives its figures.

import type { Estimate } from '../../common/results.ts';
import type { Dataset } from '../dataset/open.ts';
import type { DatasetSplit } from '../dataset/open-split.ts';

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
}

/** By the domain that a dataset's vocabulary names. Each evaluation gets a judge of its own: nothing carries over. */
const judges: Readonly<Record<string, (request: JudgeRequest) => Judge>> = {};

/** Makes the judge of each evaluation of a split, or null where the labels say all there is. */
export function judgeOf(dataset: Dataset, split: DatasetSplit): (() => Judge) | null {
  const create = judges[dataset.card?.vocabulary.domain ?? ''];
  return create === undefined ? null : () => create({ dataset, split });
}
