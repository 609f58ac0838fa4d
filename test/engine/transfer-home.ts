// A TRM home for tests of the transfer table: datasets as folders with cards, and checkpoints that say what they are.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatasetCard } from '../../common/dataset-card.ts';
import type { StudioPaths } from '../../engine/paths.ts';
import { sampleBuild, sampleCard } from './samples.ts';

/** The digest that the scripted worker's evaluations name. */
export const evaluatedDigest = 'd'.repeat(64);

/** Puts a dataset of the sample card, with changes, in place. */
export function writeDataset(
  { datasets }: StudioPaths,
  name: string,
  changes: Partial<DatasetCard> & { identifiers?: number } = {},
): DatasetCard {
  const { identifiers = 1, ...ofCard } = changes;
  const card = { ...sampleCard(name, sampleBuild), ...ofCard };
  mkdirSync(join(datasets, name, 'train'), { recursive: true });
  writeFileSync(join(datasets, name, 'card.json'), JSON.stringify(card));
  const metadata = JSON.stringify({ num_puzzle_identifiers: identifiers });
  writeFileSync(join(datasets, name, 'train', 'dataset.json'), metadata);
  return card;
}

/** Describes the checkpoint in `folder` as one that was trained on the dataset of the card. */
export function describeCheckpoint(folder: string, step: number, card: DatasetCard): void {
  const { gridRows, gridColumns, tokens } = card.vocabulary;
  const facts = {
    step,
    experiment: { halting: { maximumSteps: 4 } },
    dataset: {
      name: card.name,
      digest: card.digest,
      vocabularySize: tokens.length,
      sequenceLength: gridRows * gridColumns,
      puzzleIdentifierCount: 1,
      card,
    },
  };
  writeFileSync(join(folder, 'checkpoint.json'), JSON.stringify(facts));
}
