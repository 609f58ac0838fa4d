// The folders that TRM Studio writes to: whether it may, and how much room is left.

import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import path from 'node:path';
import { cacheFolder, dataFolder } from '../system/places.mjs';
import { formatSize } from '../system/report.mjs';
import { part } from './part.mjs';

const lowBytes = 1e9;

/** @returns {Promise<import('./part.mjs').Part[]>} */
export async function inspectFolders() {
  return [
    await inspectFolder('Cache folder', cacheFolder(), 'TRM_CACHE', 'warning'),
    await inspectFolder('Data folder', dataFolder(), 'TRM_HOME', 'missing'),
  ];
}

/**
 * @param {string} name
 * @param {string} folder
 * @param {string} variable names another folder
 * @param {'warning' | 'missing'} unwritable how bad it is if it cannot be written
 */
async function inspectFolder(name, folder, variable, unwritable) {
  const existing = nearestExisting(folder);
  const remedy = `make it writable, or name another folder with the variable ${variable}`;
  if (!isWritableFolder(existing)) {
    return part(name, unwritable, { detail: `${folder} cannot be written`, remedy });
  }
  const { bavail, bsize } = await statfs(existing);
  const free = bavail * bsize;
  const when = existing === folder ? '' : ', made when it is needed';
  const detail = `${folder}, ${formatSize(free)} free${when}`;
  if (free < lowBytes)
    return part(name, 'warning', { detail, remedy: `free some space, or set ${variable}` });
  return part(name, 'ok', { detail });
}

/** @param {string} place */
function isWritableFolder(place) {
  try {
    accessSync(place, constants.W_OK);
    return statSync(place).isDirectory();
  } catch {
    return false;
  }
}

/** @param {string} folder */
function nearestExisting(folder) {
  let place = folder;
  while (!existsSync(place) && path.dirname(place) !== place) place = path.dirname(place);
  return place;
}
