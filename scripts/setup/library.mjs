// TensorFlow's C library in the per-user cache: where it lies, and whether it is whole. A list of its files,
// written last, says that it is complete.

import { stat } from 'node:fs/promises';
import path from 'node:path';
import { isRecord, readJson, sha256OfFile, writeJsonWhole } from '../system/files.mjs';
import { tensorflowVersion } from './wheels.mjs';

const listName = 'complete.json';

/** The problem of a library that was never unpacked. */
export const absent = 'it is not there';

/** @typedef {{ path: string, sizeBytes: number, modifiedMs: number, sha256: string }} ListedFile */

/**
 * Laid out as in Python's site-packages, since the library looks for CUDA's at ../nvidia.
 * @param {string} cache
 * @param {'cpu' | 'gpu'} device
 */
export function libraryRoot(cache, device) {
  return path.join(cache, 'tensorflow', `${tensorflowVersion}-${device}-${process.platform}-${process.arch}`);
}

/**
 * The folder that the addon's rpath names.
 * @param {string} cache
 * @param {'cpu' | 'gpu'} device
 */
export function libraryFolder(cache, device) {
  return path.join(libraryRoot(cache, device), 'tensorflow');
}

/**
 * Whether the unpacked library is whole. Reads a file again only when its date changed.
 * @param {string} root
 * @returns {Promise<string | null>} what is wrong with it, or null
 */
export async function libraryProblem(root) {
  const list = await readList(root);
  if (list === null) return absent;
  let redated = false;
  for (const file of list.files) {
    const place = path.join(root, file.path);
    const found = await stat(place).catch(() => null);
    if (found === null) return `${place} is missing`;
    if (found.size !== file.sizeBytes) return `${place} has ${found.size} bytes instead of ${file.sizeBytes}`;
    if (found.mtimeMs === file.modifiedMs) continue;
    if ((await sha256OfFile(place)) !== file.sha256) return `${place} is not what was unpacked`;
    file.modifiedMs = found.mtimeMs;
    redated = true;
  }
  // Only to spare the next start the reading: a cache that cannot be written is none the worse.
  if (redated) await writeJsonWhole(path.join(root, listName), list).catch(() => {});
  return null;
}

/**
 * @param {string} root
 * @returns {Promise<{ version: string, device: string, files: ListedFile[] } | null>}
 */
async function readList(root) {
  const value = await readJson(path.join(root, listName));
  if (!isRecord(value) || !Array.isArray(value.files)) return null;
  return { version: String(value.version), device: String(value.device), files: value.files };
}

/**
 * Says that the folder holds the whole library.
 * @param {string} root
 * @param {'cpu' | 'gpu'} device
 * @param {ListedFile[]} files
 */
export async function writeList(root, device, files) {
  await writeJsonWhole(path.join(root, listName), { version: tensorflowVersion, device, files });
}
