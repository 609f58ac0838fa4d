// What SQLite's errors mean to a user, and what can be done about each.

import { errorCode } from '../../common/file-troubles.ts';
import { FailureError } from '../failure.ts';

const rebuild =
  'trm rebuild makes it anew from the files of runs, datasets and exports; the damaged file is kept beside it';

const troubles: Readonly<Record<string, { what: string; remedy: string }>> = {
  SQLITE_NOTADB: { what: 'The database is not a SQLite file, or is damaged', remedy: rebuild },
  SQLITE_CORRUPT: { what: 'The database is damaged', remedy: rebuild },
  SQLITE_FULL: { what: 'The database cannot grow: the disk is full', remedy: 'free some space on this disk' },
  SQLITE_READONLY: {
    what: 'The database cannot be written',
    remedy: 'change the permissions, or use --home',
  },
  SQLITE_CANTOPEN: {
    what: 'The database cannot be opened',
    remedy: 'check the folder and its permissions, or use --home',
  },
  SQLITE_IOERR: {
    what: 'The disk failed while the database was used',
    remedy: 'check the disk and its free space',
  },
  SQLITE_BUSY: { what: 'Another program is using the database', remedy: 'close that program and try again' },
};

/** `error` as a FailureError where it is trouble with the database file, otherwise `error` itself. */
export function explainDatabaseError(error: unknown, file: string): unknown {
  const code = errorCode(error) ?? '';
  const family = Object.keys(troubles).find((known) => code === known || code.startsWith(`${known}_`));
  const trouble = troubles[family ?? ''];
  if (trouble === undefined) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new FailureError(
    { what: trouble.what, where: file, found: message, remedy: trouble.remedy },
    { cause: error },
  );
}
