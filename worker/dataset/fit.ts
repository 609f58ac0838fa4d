// Whether a dataset has the puzzles that a model was made for.

import { UserError } from '../../common/errors.ts';
import type { Dataset } from './open.ts';

/** What a model was made for. */
export interface TrainedSizes {
  vocabularySize: number;
  sequenceLength: number;
  puzzleIdentifierCount: number;
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
  if (puzzleIdentifierCount > sizes.puzzleIdentifierCount) {
    throw fail(`${puzzleIdentifierCount} puzzle identifiers`, `at most ${sizes.puzzleIdentifierCount}`);
  }
}
