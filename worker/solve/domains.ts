// The kinds of puzzle that can be solved from text, by the name that the vocabulary gives: how they are read,
// shown, checked and made.

import type { Vocabulary } from '../../common/dataset-card.ts';
import { UserError } from '../../common/errors.ts';
import type { Dataset } from '../dataset/open.ts';
import type { ModelMetadata } from '../export/metadata.ts';
import type { JobContext } from '../job.ts';
import { createArcDomain } from './arc.ts';
import { createMazeDomain } from './maze.ts';
import { createSudokuDomain } from './sudoku.ts';
import { createTokenDomain } from './tokens.ts';

/** `valid` is null where nothing can tell whether the answer is right. */
export type Verdict = { valid: true } | { valid: false | null; reason: string };

export interface Domain {
  /** The tokens of a puzzle that a user gave. @throws UserError that names the puzzle by its number and the fault */
  parse(text: string, number: number): Int32Array;
  /** The puzzles of a file; where this is absent, one a line. */
  split?(text: string): string[];
  /** One character a cell; a token that is no value shows as a blank. */
  format(tokens: ArrayLike<number>): string;
  /** How texts are drawn: as a square grid where this is absent, else line by line or cell by cell. */
  drawing?: 'lines' | 'cells';
  /**
   * Whether the answer keeps every rule and every given. `label` is the answer that the dataset gives, where the puzzle
   * comes from one: for domains without rules.
   */
  check(question: ArrayLike<number>, answer: ArrayLike<number>, label?: ArrayLike<number>): Verdict;
  /** New puzzles that no model trained on the dataset can have seen, in tokens. */
  generate(dataset: Dataset, request: GenerationRequest): Promise<Int32Array[]>;
}

export interface GenerationRequest {
  count: number;
  seed: number;
  context: JobContext;
}

const domains: Readonly<Record<string, (vocabulary: Vocabulary) => Domain>> = {
  arc: createArcDomain,
  maze: createMazeDomain,
  sudoku: createSudokuDomain,
};

/**
 * The domain of an exported model; one without rules where the vocabulary's is not known by name.
 * @throws UserError when its puzzles cannot be read or written as text
 */
export function domainOf({ vocabulary, dataset }: ModelMetadata, modelFile: string): Domain {
  if (vocabulary !== null) return (domains[vocabulary.domain] ?? createTokenDomain)(vocabulary);
  throw new UserError({
    what: 'The puzzles of this model cannot be read or written here',
    where: modelFile,
    found: `no vocabulary, since the dataset ${dataset.name} had no card`,
    expected: 'a vocabulary, which the card of a dataset gives to its models',
    remedy: 'use a model that was trained on a dataset built by TRM Studio',
  });
}
