// Makes the database anew from what lies on disk: the cards of datasets, the folders of runs and the records of
// exports. Only the history of jobs is lost; the old file is kept.

import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { describeError, type ErrorDetails } from '../common/errors.ts';
import { explainFileError } from '../common/file-troubles.ts';
import { now } from './clock.ts';
import { listDatasets } from './datasets.ts';
import { readExportRecords } from './exports.ts';
import { FailureError } from './failure.ts';
import { listFolder, makeFolder } from './files.ts';
import { acquireLock } from './lock.ts';
import { homeFolder, type StudioPaths, studioPaths } from './paths.ts';
import { addRunFromFolder } from './run-folder.ts';
import { openStore } from './store/open.ts';

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
        store.transaction(() => addRunFromFolder(store, paths, id));
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
