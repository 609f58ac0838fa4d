// Small file operations with a guarantee: JSON that is absent or broken reads as null, and a file
// is put in place whole or not at all.

import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * @param {string} file
 * @returns {Promise<unknown>} null when the file is absent, unreadable or no JSON
 */
export async function readJson(file) {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return null;
  }
}

/**
 * @param {string} file
 * @param {unknown} value
 */
export async function writeJsonWhole(file, value) {
  await putInPlace(file, (temporary) => writeFile(temporary, `${JSON.stringify(value, null, 2)}\n`));
}

/**
 * Copies by way of a temporary file beside the destination, so that a process that has the old
 * file open keeps it.
 * @param {string} source
 * @param {string} destination
 */
export async function copyWhole(source, destination) {
  await putInPlace(destination, (temporary) => copyFile(source, temporary));
}

/**
 * @param {string} destination
 * @param {(temporary: string) => Promise<void>} write
 */
async function putInPlace(destination, write) {
  await mkdir(path.dirname(destination), { recursive: true });
  const temporary = `${destination}.${randomBytes(4).toString('hex')}.part`;
  try {
    await write(temporary);
    await rename(temporary, destination);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/**
 * @param {string} file
 * @returns {Promise<string>} hexadecimal
 */
export async function sha256OfFile(file) {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk);
  return hash.digest('hex');
}

/**
 * The code of a system error, such as ENOENT; null for any other thrown value.
 * @param {unknown} error
 * @returns {string | null}
 */
export function errorCode(error) {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
export function isRecord(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
