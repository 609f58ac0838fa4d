// Makes the database anew from what lies on disk: the cards of datasets, the folders of runs and the records of
// exports. Only the history of jobs is lost; the old file is kept.

import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { parseExperiment } from '../common/config/parse.ts';
import { describeError, type ErrorDetails } from '../common/errors.ts';
import { explainFileError } from '../common/file-troubles.ts';
import { evaluationResultSchema } from '../common/results.ts';
import { now } from './clock.ts';
import { listDatasets } from './datasets.ts';
import { readEnvironment } from './environment.ts';
import { readExportRecords } from './exports.ts';
import { FailureError } from './failure.ts';
import { listFolder, makeFolder, readTextFile, readWholeLines } from './files.ts';
import { evaluationsFile } from './jobs/record.ts';
import { acquireLock } from './lock.ts';
import { homeFolder, type StudioPaths, studioPaths } from './paths.ts';
import { importRunHistory } from './run-history.ts';
import { openStore, type Store } from './store/open.ts';

export interface RebuildReport {
  datasets: number;
  runs: number;
  exports: number;
  /** Where the old database lies, or null when there was none. */
  keptFile: string | null;
  /** Run folders that could not be taken in, with the reason. */
  skipped: { folder: string; error: ErrorDetails }[];
}

/**
 * Rebuilds the database of a home that no engine has open.
 * @throws FailureError when one has
 */
export function rebuildHome(home: string = homeFolder()): RebuildReport {
  const paths = studioPaths(home);
  makeFolder(paths.home);
  const lock = acquireLock(paths.lock);
  if (lock === null) {
    throw new FailureError({
      what: 'The database is in use by a running engine',
      where: paths.home,
      remedy: 'let it finish, or end it, and try again',
    });
  }
  try {
    return rebuildStore(paths);
  } finally {
    lock.release();
  }
}

function rebuildStore(paths: StudioPaths): RebuildReport {
  const keptFile = putAside(paths);
  const store = openStore(paths);
  try {
    const skipped: RebuildReport['skipped'] = [];
    for (const id of listFolder(paths.runs)) {
      try {
        store.transaction(() => addRun(store, paths, id));
      } catch (error) {
        skipped.push({ folder: join(paths.runs, id), error: describeError(error) });
      }
    }
    for (const row of readExportRecords(paths)) store.exports.save(row);
    const datasets = listDatasets(store, paths).length;
    return {
      datasets,
      runs: store.runs.ids().length,
      exports: store.exports.list().length,
      keptFile,
      skipped,
    };
  } finally {
    store.close();
  }
}

/** Renames the database with its companions, so that none of it is mixed with the new one. */
function putAside(paths: StudioPaths): string | null {
  const suffix = `.replaced-${now().replaceAll(':', '')}`;
  try {
    for (const companion of ['-wal', '-shm']) {
      const file = paths.database + companion;
      if (existsSync(file)) renameSync(file, paths.database + suffix + companion);
    }
    if (!existsSync(paths.database)) return null;
    renameSync(paths.database, paths.database + suffix);
    return paths.database + suffix;
  } catch (error) {
    throw explainFileError(error, 'Cannot put the old database aside', paths.database);
  }
}

function addRun(store: Store, paths: StudioPaths, id: string): void {
  const folder = join(paths.runs, id);
  const configFile = join(folder, 'config.yaml');
  const experiment = parseExperiment(readTextFile(configFile) ?? '', { fileName: configFile });
  const environment = readEnvironment(folder);
  store.runs.add({
    id,
    experiment,
    datasetDigest: digestIn(environment.dataset),
    status: 'interrupted',
    createdAt: typeof environment.createdAt === 'string' ? environment.createdAt : now(),
  });
  const place = store.runs.placeOf(id);
  store.runs.setStatus(id, importRunHistory(store, place).outcome);
  for (const line of readWholeLines(evaluationsFile(folder))) {
    const evaluation = evaluationResultSchema.safeParse(parseJson(line));
    if (evaluation.success) store.evaluations.add(place.key, 'request', evaluation.data);
  }
}

function digestIn(dataset: unknown): string {
  if (typeof dataset !== 'object' || dataset === null || !('digest' in dataset)) return '';
  return typeof dataset.digest === 'string' ? dataset.digest : '';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
