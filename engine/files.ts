// The engine's own small files: read and written whole, atomically, with clear messages where that fails.

import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { errorCode, explainFileError } from '../common/file-troubles.ts';

/** Puts a small file in place of what was there; a reader never finds a part of it. */
export function writeFileAtomic(path: string, text: string, mode = 0o666): void {
  const partial = `${path}.${process.pid}.partial`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(partial, text, { mode, flush: true });
    renameSync(partial, path);
  } catch (error) {
    rmSync(partial, { force: true });
    throw explainFileError(error, 'Cannot write a file', path);
  }
}

/** The file's text, or null when there is none. */
export function readTextFile(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return null;
    throw explainFileError(error, 'Cannot read a file', path);
  }
}

/** The names in a folder, sorted; empty when there is no such folder. Hidden names are left out. */
export function listFolder(path: string): string[] {
  try {
    return readdirSync(path)
      .filter((name) => !name.startsWith('.'))
      .sort();
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return [];
    throw explainFileError(error, 'Cannot read a folder', path);
  }
}

/** The size of a file, or of all files under a folder; 0 when there is nothing. */
export function sizeOf(path: string): number {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return 0;
  if (!stats.isDirectory()) return stats.size;
  return readdirSync(path).reduce((total, name) => total + sizeOf(join(path, name)), 0);
}

/** @throws UserError when the folder cannot be made */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw explainFileError(error, 'Cannot make a folder', path);
  }
}

/**
 * The lines of a file that end with a line feed, read piece by piece; what stands after the last line feed is
 * left out. No lines when there is no file.
 */
export function* readWholeLines(path: string): Generator<string> {
  const file = openIfPresent(path);
  if (file === null) return;
  try {
    const buffer = Buffer.allocUnsafe(1 << 20);
    let pieces: Buffer[] = [];
    for (;;) {
      const length = readSync(file, buffer, 0, buffer.length, null);
      if (length === 0) return;
      let start = 0;
      for (;;) {
        const end = buffer.subarray(0, length).indexOf(0x0a, start);
        if (end === -1) break;
        pieces.push(buffer.subarray(start, end));
        yield Buffer.concat(pieces).toString('utf8');
        pieces = [];
        start = end + 1;
      }
      pieces.push(Buffer.from(buffer.subarray(start, length)));
    }
  } finally {
    closeSync(file);
  }
}

/** The end of a text file; empty when there is no file. */
export function readTail(path: string, maximumBytes: number): string {
  const file = openIfPresent(path);
  if (file === null) return '';
  try {
    const sizeBytes = statSync(path).size;
    const start = Math.max(0, sizeBytes - maximumBytes);
    const buffer = Buffer.alloc(sizeBytes - start);
    return buffer.toString('utf8', 0, readSync(file, buffer, 0, buffer.length, start));
  } finally {
    closeSync(file);
  }
}

function openIfPresent(path: string): number | null {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw explainFileError(error, 'Cannot read a file', path);
  }
}
