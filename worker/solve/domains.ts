// The kinds of puzzle that can be solved from text, by the name that the vocabulary gives: how they are read,
// shown, checked and made.

import type { Vocabulary } from '../../common/dataset-card.ts';
import { UserError } from '../../common/errors.ts';
import type { Dataset } from '../dataset/open.ts';
import type { ModelMetadata } from '../export/metadata.ts';
import type { JobContext } from '../job.ts';
import { createSudokuDomain } from './sudoku.ts';

export type Verdict = { valid: true } | { valid: false; reason: string };

export interface Domain {
  /** The tokens of a puzzle that a user gave. @throws UserError that names the puzzle by its number and the fault */
  parse(text: string, number: number): Int32Array;
  /** One character a cell; a token that is no value shows as a blank. */
  format(tokens: ArrayLike<number>): string;
  /** Whether the answer keeps every rule and every given. */
  check(question: ArrayLike<number>, answer: ArrayLike<number>): Verdict;
  /** New puzzles that no model trained on the dataset can have seen, in tokens. */
  generate(dataset: Dataset, request: GenerationRequest): Promise<Int32Array[]>;
}

export interface GenerationRequest {
  count: number;
  seed: number;
  context: JobContext;
}

const domains: Readonly<Record<string, (vocabulary: Vocabulary) => Domain>> = {
  sudoku: createSudokuDomain,
};

/** The domain of an exported model. @throws UserError when its puzzles cannot be read or written as text */
export function domainOf({ vocabulary, dataset }: ModelMetadata, modelFile: string): Domain {
  const create = vocabulary === null ? undefined : domains[vocabulary.domain];
  if (vocabulary !== null && create !== undefined) return create(vocabulary);
  throw new UserError({
    what: 'The puzzles of this model cannot be read or checked here',
    where: modelFile,
    found:
      vocabulary === null
        ? `no vocabulary, since the dataset ${dataset.name} had no card`
        : `puzzles of the kind ${JSON.stringify(vocabulary.domain)}`,
    expected: `one of: ${Object.keys(domains).join(', ')}`,
    remedy: 'use a model that was trained on a dataset built by TRM Studio',
  });
}
