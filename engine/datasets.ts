// Datasets as they lie on disk: the card in a dataset's folder is the truth, the table in the store a copy.

import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { DatasetRow } from '../common/api.ts';
import { nameSchema } from '../common/config/dataset.ts';
import { type DatasetCard, parseDatasetCard } from '../common/dataset-card.ts';
import { UserError } from '../common/errors.ts';
import { listFolder, readTextFile, sizeOf } from './files.ts';
import type { StudioPaths } from './paths.ts';
import type { Store } from './store/open.ts';

/** @throws UserError when the card is there but cannot be read; null when there is none */
export function readDatasetCard(folder: string): DatasetCard | null {
  const file = join(folder, 'card.json');
  const text = readTextFile(file);
  return text === null ? null : parseDatasetCard(text, file);
}

/** The dataset of this name, known or found on disk; null when there is none. */
export function findDataset(store: Store, paths: StudioPaths, name: string): DatasetRow | null {
  const folder = join(paths.datasets, name);
  if (!isFolder(folder)) {
    store.datasets.remove(name);
    return null;
  }
  return store.datasets.find(name) ?? registerDataset(store, paths, name);
}

/** Takes the facts of a dataset from its card into the store; null when it has no card. */
export function registerDataset(store: Store, paths: StudioPaths, name: string): DatasetRow | null {
  const folder = join(paths.datasets, name);
  const card = readDatasetCard(folder);
  if (card === null) return null;
  store.datasets.save({
    name,
    digest: card.digest,
    kind: card.kind,
    trainPuzzles: card.splits.train.puzzles,
    testPuzzles: card.splits.test.puzzles,
    sizeBytes: sizeOf(folder),
    createdAt: card.createdAt,
  });
  return store.datasets.find(name) ?? null;
}

/** All datasets on disk; folders without a readable card are left out. */
export function listDatasets(store: Store, paths: StudioPaths): DatasetRow[] {
  for (const { name, folder } of store.datasets.list()) {
    if (!isFolder(folder)) store.datasets.remove(name);
  }
  const known = new Set(store.datasets.list().map(({ name }) => name));
  for (const name of listFolder(paths.datasets)) {
    if (known.has(name) || !nameSchema.safeParse(name).success) continue;
    tryRegister(store, paths, name);
  }
  return store.datasets.list();
}

function tryRegister(store: Store, paths: StudioPaths, name: string): void {
  try {
    registerDataset(store, paths, name);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
