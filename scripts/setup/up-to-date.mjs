// The quick look: whether everything the last set-up recorded is still so. Starts no program.

import { existsSync } from 'node:fs';
import path from 'node:path';
import { machineKey, nvidiaEvidence } from '../system/machine.mjs';
import { findProjectNode } from '../system/node.mjs';
import { cacheFolder, projectFolder } from '../system/places.mjs';
import { describePlacedAddon } from './addon.mjs';
import { hasCommandLink } from './command-link.mjs';
import { libraryProblem } from './library.mjs';
import { nativeAddonChange } from './native-addon.mjs';
import { hashLock } from './packages.mjs';

/**
 * @typedef {import('../system/stamp.mjs').Stamp} Stamp
 * @typedef {import('../system/stamp.mjs').Request} Request
 */

/**
 * @param {Stamp | null} stamp
 * @param {Request} requested
 * @returns {Promise<string | null>} what is no longer so, or null
 */
export async function whatChanged(stamp, requested) {
  if (stamp === null) return 'nothing is set up yet';
  if (stamp.lockHash !== hashLock()) return 'package-lock.json changed';
  if (findProjectNode()?.path !== stamp.node.path) return "the project's Node changed";
  if (!hasCommandLink(projectFolder)) return 'the command trm is not linked';
  return tensorflowChange(stamp, requested);
}

/**
 * @param {Stamp} stamp
 * @param {Request} requested
 * @returns {Promise<string | null>}
 */
async function tensorflowChange(stamp, requested) {
  const { kind, libraryPath, addon, retry } = stamp.tensorflow;
  if (requested !== stamp.requested) return 'another TensorFlow is asked for';
  if (retry) return 'the better TensorFlow failed last time';
  if (stamp.machineKey !== relevantMachineKey(kind)) return 'the machine changed';
  if (addon === null) return null;
  const placed = await describePlacedAddon();
  if (placed?.sha256 !== addon.sha256) return 'the TensorFlow addon is missing or changed';
  if (libraryPath === null || !existsSync(libraryPath)) return 'the TensorFlow library is missing';
  if (!kind.startsWith('wheel')) return null;
  if (!isWithin(cacheFolder(), libraryPath)) return 'the cache folder changed';
  return (await nativeAddonChange(libraryPath)) ?? libraryProblem(path.dirname(libraryPath));
}

/**
 * With the wheel in place neither Python nor a compiler matters any more: only a GPU that comes or goes.
 * @param {Stamp['tensorflow']['kind']} kind
 * @returns {string}
 */
export function relevantMachineKey(kind) {
  return kind.startsWith('wheel') ? `nvidia ${nvidiaEvidence() ?? 'none'}` : machineKey();
}

/**
 * @param {string} folder
 * @param {string} place
 */
function isWithin(folder, place) {
  const way = path.relative(folder, place);
  return !way.startsWith('..') && !path.isAbsolute(way);
}
