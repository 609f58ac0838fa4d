// Files of the worker: trouble becomes a clear message, and files are put in place atomically: a reader finds the old
// content or the whole new content, never a part of it.

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { explainFileError } from '../common/file-troubles.ts';

export { errorCode, explainFileError } from '../common/file-troubles.ts';

/** Runs `action`; file system trouble in it is thrown as a UserError that names `what` failed and `path`. */
export async function withFileErrors<T>(what: string, path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw explainFileError(error, what, path);
  }
}

/** As `withFileErrors`, for synchronous calls. */
export function withFileErrorsSync<T>(what: string, path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw explainFileError(error, what, path);
  }
}

/**
 * Puts a file in place atomically and durably: written beside its place, flushed to the disk, then renamed.
 * When anything fails, a file that was there before stays as it was and nothing is left behind. `check` gets the
 * path of the written file before it is put in place, and throws to keep it out.
 */
export async function writeFileAtomic(
  path: string,
  data: Uint8Array | string | Iterable<Uint8Array>,
  check?: (writtenFile: string) => Promise<void>,
): Promise<void> {
  await withFileErrors('Cannot write a file', path, async () => {
    const partial = join(dirname(path), `.partial-${process.pid}-${randomTag()}-${basename(path)}`);
    try {
      await mkdir(dirname(path), { recursive: true });
      await writeFileDurably(partial, data);
      await check?.(partial);
      await rename(partial, path);
    } catch (error) {
      await rm(partial, { force: true });
      throw error;
    }
    await flushFolder(dirname(path));
  });
}

/** Writes a new file and flushes it to the disk, without atomicity: for files inside a folder that is not in place yet. */
export async function writeFileDurably(
  path: string,
  data: Uint8Array | string | Iterable<Uint8Array>,
): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(data);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Flushes a folder's list of names to the disk, where the platform can (Windows cannot, and need not). */
export async function flushFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A few random letters and digits, for names that must not collide. */
export function randomTag(): string {
  return crypto.randomUUID().slice(0, 8);
}

/** SHA-256 (hexadecimal) and size of a file, read as a stream. */
export async function digestFile(path: string): Promise<{ sha256: string; sizeBytes: number }> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  await withFileErrors('Cannot read a file', path, async () => {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
      hash.update(chunk);
      sizeBytes += chunk.length;
    }
  });
  return { sha256: hash.digest('hex'), sizeBytes };
}
