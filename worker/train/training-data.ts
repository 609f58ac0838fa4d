// The datasets of a run: the one whose test split decides which checkpoint is best, and those that are trained on beside
// it. To the training they are one source.

import { join } from 'node:path';
import { UserError } from '../../common/errors.ts';
import type { JobSpecOf } from '../../common/jobs.ts';
import { findVocabularyDifference } from '../../common/vocabulary.ts';
import type { CheckpointManifest } from '../checkpoint/format.ts';
import { type ExampleSource, joinSplits, shiftIdentifiers } from '../dataset/joined-splits.ts';
import { type Dataset, openDataset } from '../dataset/open.ts';

type DatasetFacts = CheckpointManifest['dataset'];

export interface TrainingData {
  main: Dataset;
  /** Trained on beside it, in the order of the config. */
  others: OtherDataset[];
  /** What a checkpoint notes of them. */
  facts: DatasetFacts;
  /** The training puzzles of all datasets. */
  trainSource: ExampleSource;
  close(): void;
}

export interface OtherDataset {
  name: string;
  dataset: Dataset;
  /** What is added to its puzzle identifiers, the blank one apart, to find them in the model's table. */
  identifierOffset: number;
}

/**
 * Opens all datasets of a run. Their identifiers are put one after the other in the model's table, the blank one shared.
 * (The reference makes the table as large as that, but uses each dataset's identifiers as they are stored, so that
 * puzzles of different datasets share embeddings.)
 * @throws UserError when one is empty, or differs from the first in vocabulary or size
 */
export function openTrainingData(
  spec: Pick<JobSpecOf<'train'>, 'experiment' | 'datasetFolder' | 'alsoTrainOn'>,
): TrainingData {
  const { name } = spec.experiment.dataset;
  const opened: Dataset[] = [];
  const close = () => {
    for (const dataset of opened) dataset.close();
  };
  const open = (folder: string) => {
    const dataset = openDataset(folder);
    opened.push(dataset);
    requireTrainable(dataset);
    return dataset;
  };
  try {
    const main = open(spec.datasetFolder);
    const others: OtherDataset[] = [];
    const trainSplits: ExampleSource[] = [main.split('train')];
    const alsoTrainedOn: NonNullable<DatasetFacts['alsoTrainedOn']> = [];
    let { puzzleIdentifierCount } = main.metadata;
    for (const other of spec.alsoTrainOn ?? []) {
      const dataset = open(other.folder);
      requireSameKind({ name, dataset: main }, { name: other.name, dataset });
      const identifierOffset = puzzleIdentifierCount - 1;
      const own = dataset.metadata.puzzleIdentifierCount;
      puzzleIdentifierCount += own - 1;
      trainSplits.push(shiftIdentifiers(dataset.split('train'), identifierOffset));
      others.push({ name: other.name, dataset, identifierOffset });
      alsoTrainedOn.push({
        name: other.name,
        digest: dataset.digest,
        puzzleIdentifierCount: own,
        identifierOffset,
      });
    }
    const facts = {
      ...factsOf(main, name),
      puzzleIdentifierCount,
      ...(alsoTrainedOn.length > 0 && { alsoTrainedOn }),
    };
    return { main, others, facts, trainSource: joinSplits(trainSplits), close };
  } catch (error) {
    close();
    throw error;
  }
}

/** What a checkpoint notes of a dataset that is trained on alone. */
export function factsOf(dataset: Dataset, name: string): DatasetFacts {
  const { vocabularySize, sequenceLength, puzzleIdentifierCount } = dataset.metadata;
  return {
    name,
    digest: dataset.digest,
    vocabularySize,
    sequenceLength,
    puzzleIdentifierCount,
    card: dataset.card ?? null,
  };
}

/** @throws UserError when the checkpoint was trained on other data */
export function requireSameData(checkpointFolder: string, before: DatasetFacts, now: DatasetFacts): void {
  const list = ({ name, digest, alsoTrainedOn = [] }: DatasetFacts) => [{ name, digest }, ...alsoTrainedOn];
  const [expected, found] = [list(before), list(now)];
  const namesOf = (datasets: typeof expected) => datasets.map(({ name }) => name).join(', ');
  if (expected.length !== found.length) {
    throw new UserError({
      what: 'The run cannot go on: it has other datasets than its checkpoint',
      where: checkpointFolder,
      found: namesOf(found),
      expected: namesOf(expected),
      remedy: 'start a new run with the changed config',
    });
  }
  for (const [index, { name, digest }] of found.entries()) {
    const wanted = expected[index]?.digest ?? '';
    if (digest === wanted) continue;
    throw new UserError({
      what: `The run cannot go on: the dataset ${name} has changed since`,
      where: checkpointFolder,
      found: `a dataset with digest ${digest.slice(0, 16)}…`,
      expected: `digest ${wanted.slice(0, 16)}…`,
      remedy: 'put the former dataset back, or start a new run on this one',
    });
  }
}

function requireTrainable(dataset: Dataset): void {
  for (const split of ['train', 'test'] as const) {
    if (dataset.split(split).exampleCount > 0) continue;
    throw new UserError({
      what: `The dataset has no ${split} puzzles`,
      where: join(dataset.folder, split),
      found: '0 puzzles',
      expected: 'at least one',
      remedy: 'build the dataset again with both splits',
    });
  }
}

interface NamedDataset {
  name: string;
  dataset: Dataset;
}

function requireSameKind(main: NamedDataset, other: NamedDataset): void {
  const difference = findDifference(main.dataset, other.dataset);
  if (difference === null) return;
  throw new UserError({
    what: `The datasets ${main.name} and ${other.name} cannot be trained on together`,
    where: other.dataset.folder,
    found: `${difference.found} in ${other.name}`,
    expected: `${difference.expected}, as in ${main.name}`,
    remedy: 'leave one of them out, or build them with the same vocabulary and size',
  });
}

function findDifference(main: Dataset, other: Dataset): { found: string; expected: string } | null {
  if (main.card !== undefined && other.card !== undefined) {
    const difference = findVocabularyDifference(other.card.vocabulary, main.card.vocabulary);
    if (difference !== null) return difference;
  }
  const facts: ((dataset: Dataset) => string)[] = [
    ({ metadata }) => `puzzles of ${metadata.sequenceLength} cells`,
    ({ metadata }) => `a vocabulary of ${metadata.vocabularySize} tokens`,
    ({ metadata }) => `the padding ${metadata.padId}`,
    ({ metadata }) => `the blank identifier ${metadata.blankIdentifierId}`,
  ];
  const different = facts.find((fact) => fact(main) !== fact(other));
  if (different !== undefined) return { found: different(other), expected: different(main) };
  // Identifiers could not be told apart otherwise.
  return other.metadata.blankIdentifierId === 0
    ? null
    : { found: `the blank identifier ${other.metadata.blankIdentifierId}`, expected: '0' };
}
