// Builds a dataset of any kind: the builder fills a temporary folder, the card with checksums is added, and the whole
// is put in place atomically. A build that fails or is cancelled leaves nothing behind and nothing changed.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DatasetBuild, SudokuBuild, SudokuCsvBuild } from '../../common/config/dataset.ts';
import type { DatasetCard, FileDigest } from '../../common/dataset-card.ts';
import { UserError } from '../../common/errors.ts';
import { digestFile, writeFileDurably } from '../files.ts';
import { writeFolderAtomic } from '../folders.ts';
import { buildSudoku } from './build-sudoku.ts';
import type { BuildContext, Builder, BuildOutcome, BuildProgress, CardDraft } from './builder.ts';
import { formatCard } from './card-text.ts';
import { importSudokuCsv } from './import-sudoku-csv.ts';
import {
  cardFileName,
  dataFiles,
  datasetDigest,
  identifiersFileName,
  metadataPath,
  readableCardFileName,
} from './layout.ts';

interface BuildOfKind {
  sudoku: SudokuBuild;
  'sudoku-csv': SudokuCsvBuild;
}

const builders: { [Kind in DatasetBuild['kind']]: Builder<BuildOfKind[Kind]> } = {
  sudoku: buildSudoku,
  'sudoku-csv': importSudokuCsv,
};

export interface BuildRequest {
  build: DatasetBuild;
  name: string;
  /** Where the dataset is put. */
  folder: string;
  /** Whether a dataset that is already there is replaced. */
  replace?: boolean;
  /** Cancels the build; the promise then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  onProgress?: (progress: BuildProgress) => void;
}

/**
 * Builds the dataset and returns its card.
 * @throws UserError on bad input, impossible settings, an existing dataset without `replace`, or file system trouble
 */
export async function buildDataset(request: BuildRequest): Promise<DatasetCard> {
  const { build, name, folder, replace = false, signal, onProgress = () => undefined } = request;
  if (replace) requireDatasetOrNothing(folder);
  return await writeFolderAtomic(folder, { what: 'dataset', replace }, async (partial) => {
    const { draft, identifiers = ['<blank>'] } = await runBuilder(build.kind, {
      build,
      folder: partial,
      signal,
      onProgress,
    });
    await writeFileDurably(join(partial, identifiersFileName), `${JSON.stringify(identifiers)}\n`);
    signal?.throwIfAborted();
    const card = await completeCard(name, build, partial, draft, onProgress);
    await writeFileDurably(join(partial, cardFileName), `${JSON.stringify(card, null, 2)}\n`);
    await writeFileDurably(join(partial, readableCardFileName), formatCard(card));
    signal?.throwIfAborted();
    return card;
  });
}

/** Keeps a mistyped path from replacing something else. */
function requireDatasetOrNothing(folder: string): void {
  const isDataset = existsSync(join(folder, cardFileName)) || existsSync(metadataPath(folder, 'train'));
  if (isDataset || !existsSync(folder)) return;
  throw new UserError({
    what: 'Only a dataset can be replaced by a dataset',
    where: folder,
    found: 'something else',
    expected: 'a dataset, or nothing at all',
    remedy: 'choose another folder',
  });
}

function runBuilder<Kind extends keyof BuildOfKind>(
  kind: Kind,
  context: BuildContext<BuildOfKind[Kind]>,
): Promise<BuildOutcome> {
  return builders[kind](context);
}

async function completeCard(
  name: string,
  build: DatasetBuild,
  folder: string,
  draft: CardDraft,
  onProgress: (progress: BuildProgress) => void,
): Promise<DatasetCard> {
  const paths = dataFiles();
  const files: FileDigest[] = [];
  for (const path of paths) {
    files.push({ path, ...(await digestFile(join(folder, path))) });
    onProgress({ phase: 'checksums', done: files.length, total: paths.length, unit: 'files' });
  }
  return {
    formatVersion: 2,
    name,
    kind: build.kind,
    ...draft,
    seed: build.seed,
    build,
    createdAt: new Date().toISOString(),
    files,
    digest: datasetDigest(files),
  };
}
