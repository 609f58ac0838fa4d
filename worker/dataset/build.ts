// Builds a dataset of any kind: the builder fills a temporary folder, the card with checksums is added, and the whole
// is put in place atomically. A build that fails or is cancelled leaves nothing behind and nothing changed.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DatasetBuild, SudokuBuild, SudokuCsvBuild } from '../../common/config/dataset.ts';
import type { ArcBuild } from '../../common/config/dataset-arc.ts';
import type { MazeBuild, MazeCsvBuild } from '../../common/config/dataset-maze.ts';
import type { ReferenceBuild } from '../../common/config/dataset-reference.ts';
import type { TokensBuild } from '../../common/config/dataset-tokens.ts';
import { cardFormatVersion, type DatasetCard, type FileDigest } from '../../common/dataset-card.ts';
import { UserError } from '../../common/errors.ts';
import { digestFile, writeFileDurably } from '../files.ts';
import { writeFolderAtomic } from '../folders.ts';
import { buildArc } from './build-arc.ts';
import { buildMaze } from './build-maze.ts';
import { buildSudoku } from './build-sudoku.ts';
import { buildTokens } from './build-tokens.ts';
import type { BuildContext, Builder, BuildOutcome, BuildProgress, CardDraft } from './builder.ts';
import { formatCard } from './card-text.ts';
import { importMazeCsv } from './import-maze-csv.ts';
import { importReference } from './import-reference.ts';
import { importSudokuCsv } from './import-sudoku-csv.ts';
import {
  cardFileName,
  dataFiles,
  datasetDigest,
  identifiersFileName,
  metadataPath,
  readableCardFileName,
} from './layout.ts';
import { writeSamples } from './samples.ts';

interface BuildOfKind {
  arc: ArcBuild;
  maze: MazeBuild;
  reference: ReferenceBuild;
  'maze-csv': MazeCsvBuild;
  sudoku: SudokuBuild;
  'sudoku-csv': SudokuCsvBuild;
  tokens: TokensBuild;
}

const builders: { [Kind in DatasetBuild['kind']]: Builder<BuildOfKind[Kind]> } = {
  arc: buildArc,
  maze: buildMaze,
  reference: importReference,
  'maze-csv': importMazeCsv,
  sudoku: buildSudoku,
  'sudoku-csv': importSudokuCsv,
  tokens: buildTokens,
};

export interface FillRequest {
  build: DatasetBuild;
  name: string;
  /** Cancels the build; the promise then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  onProgress?: (progress: BuildProgress) => void;
  onWarning?: (message: string) => void;
}

export interface BuildRequest extends FillRequest {
  /** Where the dataset is put. */
  folder: string;
  /** Whether a dataset that is already there is replaced. */
  replace?: boolean;
}

/**
 * Builds the dataset and returns its card.
 * @throws UserError on bad input, impossible settings, an existing dataset without `replace`, or file system trouble
 */
export async function buildDataset(request: BuildRequest): Promise<DatasetCard> {
  const { folder, replace = false } = request;
  if (replace) requireDatasetOrNothing(folder);
  return await writeFolderAtomic(folder, { what: 'dataset', replace }, (partial) =>
    fillDatasetFolder(partial, request),
  );
}

/** Builds the dataset into an empty folder, which is left half filled when that fails, and returns its card. */
export async function fillDatasetFolder(folder: string, request: FillRequest): Promise<DatasetCard> {
  const { build, name, signal, onProgress = () => undefined, onWarning = () => undefined } = request;
  const outcome = await runBuilder(build.kind, { build, folder, signal, onProgress, onWarning });
  const { draft, identifiers = ['<blank>'], sourceFiles = [], digests = [] } = outcome;
  await writeFileDurably(join(folder, identifiersFileName), `${JSON.stringify(identifiers)}\n`);
  signal?.throwIfAborted();
  const card = await completeCard(name, build, folder, { ...draft, sourceFiles }, digests, onProgress);
  await writeFileDurably(join(folder, cardFileName), `${JSON.stringify(card, null, 2)}\n`);
  await writeFileDurably(join(folder, readableCardFileName), formatCard(card));
  signal?.throwIfAborted();
  return card;
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
  draft: CardDraft & Pick<DatasetCard, 'sourceFiles'>,
  digests: readonly FileDigest[],
  onProgress: (progress: BuildProgress) => void,
): Promise<DatasetCard> {
  const paths = dataFiles(draft.vocabulary.domain);
  const files: FileDigest[] = [];
  for (const path of paths) {
    const known = digests.find((digest) => digest.path === path);
    files.push(known ?? { path, ...(await digestFile(join(folder, path))) });
    onProgress({ phase: 'checksums', done: files.length, total: paths.length, unit: 'files' });
  }
  return {
    formatVersion: cardFormatVersion,
    name,
    kind: build.kind,
    ...draft,
    seed: build.seed,
    build,
    createdAt: new Date().toISOString(),
    files,
    samples: await writeSamples(folder, draft.vocabulary),
    digest: datasetDigest(files),
  };
}
