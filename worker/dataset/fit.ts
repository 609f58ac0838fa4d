// Whether a dataset has the puzzles that a model was made for, and which rows of its table they have.

import type { DatasetCard, Vocabulary } from '../../common/dataset-card.ts';
import { UserError } from '../../common/errors.ts';
import { findVocabularyDifference } from '../../common/vocabulary.ts';
import { shiftIdentifiers } from './joined-splits.ts';
import type { Dataset } from './open.ts';

/** What a model was made for. */
export interface TrainedSizes {
  vocabularySize: number;
  sequenceLength: number;
  puzzleIdentifierCount: number;
  /** The vocabulary, or the card that has it; absent or null where it is not known. */
  vocabulary?: Vocabulary | null;
  card?: DatasetCard | null;
}

/** The datasets that a model was trained on, as its checkpoint notes them. */
export interface TrainedDatasets {
  digest: string;
  alsoTrainedOn?: readonly { digest: string; identifierOffset: number }[] | undefined;
}

/** @throws UserError when a model of these sizes, trained on the dataset called `trainedOn`, cannot read the puzzles */
export function requireFittingDataset(dataset: Dataset, sizes: TrainedSizes, trainedOn: string): void {
  const { vocabularySize, sequenceLength, puzzleIdentifierCount } = dataset.metadata;
  const fail = (found: string, expected: string) =>
    new UserError({
      what: 'The dataset does not fit the model',
      where: dataset.folder,
      found,
      expected: `${expected}, as in ${trainedOn}, on which the model was trained`,
      remedy: 'choose the dataset of the training, or one of the same kind and size',
    });
  if (sequenceLength !== sizes.sequenceLength) {
    throw fail(`puzzles of ${sequenceLength} cells`, `${sizes.sequenceLength} cells`);
  }
  if (vocabularySize !== sizes.vocabularySize) {
    throw fail(`a vocabulary of ${vocabularySize} tokens`, `${sizes.vocabularySize} tokens`);
  }
  const known = sizes.vocabulary ?? sizes.card?.vocabulary;
  const own = dataset.card?.vocabulary;
  const difference = known && own ? findVocabularyDifference(own, known) : null;
  if (difference !== null) throw fail(difference.found, difference.expected);
  if (puzzleIdentifierCount > sizes.puzzleIdentifierCount) {
    throw fail(`${puzzleIdentifierCount} puzzle identifiers`, `at most ${sizes.puzzleIdentifierCount}`);
  }
}

/**
 * What is added to the dataset's identifiers, the blank one apart, to find them in the table of a model that was trained
 * on several datasets; 0 for a dataset that it was not trained on.
 */
export function identifierOffsetOf(dataset: Dataset, { alsoTrainedOn = [] }: TrainedDatasets): number {
  return alsoTrainedOn.find(({ digest }) => digest === dataset.digest)?.identifierOffset ?? 0;
}

/** The dataset with identifiers as the model knows them. */
export function withKnownIdentifiers(dataset: Dataset, trained: TrainedDatasets): Dataset {
  const offset = identifierOffsetOf(dataset, trained);
  return { ...dataset, split: (name) => shiftIdentifiers(dataset.split(name), offset) };
}

/** Whether the identifiers of a dataset stand for puzzles that the model has seen, or for none. */
export function knowsIdentifiers(dataset: Dataset, { digest, alsoTrainedOn = [] }: TrainedDatasets): boolean {
  const digests = [digest, ...alsoTrainedOn.map((other) => other.digest)];
  return dataset.metadata.puzzleIdentifierCount === 1 || digests.includes(dataset.digest);
}
