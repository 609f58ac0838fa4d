// What file system errors mean to a user. Pure: it looks at the error's code only, so every process can use it.

import { UserError } from './errors.ts';

/** What each error code of the operating system means, and what can be done about it. */
const fileTroubles: Readonly<Record<string, { found: string; remedy: string }>> = {
  ENOSPC: {
    found: 'the disk is full',
    remedy: 'free some space on this disk or choose a folder on another one',
  },
  EDQUOT: {
    found: 'the disk quota is used up',
    remedy: 'delete files you no longer need or ask for more quota',
  },
  EFBIG: { found: 'the file would exceed the size limit', remedy: 'raise the file size limit (ulimit -f)' },
  EROFS: { found: 'the disk is read-only', remedy: 'choose a folder on a disk that can be written' },
  EACCES: { found: 'permission denied', remedy: 'change the permissions or choose another folder' },
  EPERM: {
    found: 'the operation is not permitted',
    remedy: 'change the permissions or choose another folder',
  },
  ENOENT: { found: 'there is no such file or folder', remedy: 'check the path' },
  ENOTDIR: { found: 'a part of the path is a file, not a folder', remedy: 'check the path' },
  EISDIR: { found: 'this is a folder, not a file', remedy: 'check the path' },
  EEXIST: { found: 'a file or folder of this name is in the way', remedy: 'check the path' },
  ENAMETOOLONG: { found: 'the path is too long', remedy: 'choose a shorter name or folder' },
  EMFILE: { found: 'too many files are open', remedy: 'raise the limit of open files (ulimit -n)' },
  EIO: { found: 'the disk reported an input/output error', remedy: 'check the disk' },
};

/** The error code that `error` carries, such as `ENOSPC` or `SQLITE_FULL`; undefined when it has none. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/**
 * `error` as a UserError where it is file system trouble (full disk, read-only, no permission, missing, …),
 * otherwise `error` itself. `what` says in words what failed, for example `Cannot write the checkpoint`.
 */
export function explainFileError(error: unknown, what: string, path: string): unknown {
  const trouble = fileTroubles[errorCode(error) ?? ''];
  if (trouble === undefined) return error;
  return new UserError({ what, where: path, found: trouble.found, remedy: trouble.remedy }, { cause: error });
}
