// Turns what a file system refuses into a message that says what to do.

import path from 'node:path';
import { errorCode } from './files.mjs';
import { cacheFolder } from './places.mjs';
import { SetupError } from './report.mjs';

const repeat = 'then repeat: npm run setup';

/**
 * @param {unknown} error
 * @returns {SetupError | null} null when the error is not one of a full disk or a missing right
 */
export function explainDiskError(error) {
  const code = errorCode(error);
  if (!(error instanceof Error) || code === null) return null;
  const { place, elsewhere } = locate(error);
  if (['EACCES', 'EPERM', 'EROFS', 'ENOTDIR'].includes(code)) {
    return new SetupError({
      what: 'The set-up may not write where it has to.',
      where: place,
      found: error.message,
      expected: 'a folder in which this user may create files',
      remedy: `give this user the right to write there${elsewhere}; ${repeat}`,
    });
  }
  if (['ENOSPC', 'EDQUOT', 'EFBIG'].includes(code)) {
    const remedy = `free some space${elsewhere}; ${repeat}`;
    return new SetupError({ what: 'The disk is full.', where: place, found: error.message, remedy });
  }
  return null;
}

/**
 * The path that the error names, and the words for the way out where it lies in the cache.
 * @param {Error & { path?: unknown, dest?: unknown }} error
 */
function locate(error) {
  const cache = cacheFolder();
  const named = [error.dest, error.path].find((value) => typeof value === 'string');
  const place = typeof named === 'string' ? path.dirname(named) : cache;
  const inCache = !path.relative(cache, typeof named === 'string' ? named : cache).startsWith('..');
  return { place, elsewhere: inCache ? ', or name another folder with the variable TRM_CACHE' : '' };
}
