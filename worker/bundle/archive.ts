// The zip archive of a bundle: the same files give the same bytes, whenever and wherever it is written.

import { createHash } from 'node:crypto';
import { type Zippable, zipSync } from 'fflate';
import type { BundledFile } from '../../common/bundle.ts';

/** The files of a bundle by their paths, with forward slashes. */
export type BundleFiles = ReadonlyMap<string, Uint8Array>;

/** The first moment that a zip knows: the time of no file is told. Local, as zip times are. */
const noTime = new Date(1980, 0, 1);

/** Files in the order of their paths, packed as small as deflate can. */
export function zipFiles(files: BundleFiles): Uint8Array {
  const entries = sortedPaths(files).map((path) => [path, files.get(path) as Uint8Array] as const);
  const zippable: Zippable = Object.fromEntries(entries);
  return zipSync(zippable, { level: 9, mtime: noTime });
}

/** Size and SHA-256 of each file, in the order of their paths. */
export function listFiles(files: BundleFiles): BundledFile[] {
  return sortedPaths(files).map((path) => {
    const bytes = files.get(path) as Uint8Array;
    return { path, sizeBytes: bytes.length, sha256: sha256Of(bytes) };
  });
}

export function sha256Of(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** By code units: the order of no language. */
function sortedPaths(files: BundleFiles): string[] {
  return [...files.keys()].sort((a, b) => (a < b ? -1 : 1));
}
