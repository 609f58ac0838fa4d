// Where things lie on this machine: the project, the per-user cache and the per-user data folder.
// Reads only the platform and the environment; touches no disk.

import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * What the folders depend on.
 * @typedef {object} Surroundings
 * @property {NodeJS.Platform} platform
 * @property {NodeJS.ProcessEnv} env
 * @property {string} home
 */

/** The folder with package.json. */
export const projectFolder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

/** @returns {Surroundings} */
function ownSurroundings() {
  return { platform: process.platform, env: process.env, home: homedir() };
}

/**
 * The per-user cache: TensorFlow's library and the built addons, shared by all checkouts.
 * @param {Surroundings} [surroundings]
 * @returns {string} an absolute path
 */
export function cacheFolder({ platform, env, home } = ownSurroundings()) {
  if (env.TRM_CACHE) return path.resolve(env.TRM_CACHE);
  if (platform === 'win32') {
    return path.join(env.LOCALAPPDATA ?? path.join(home, 'AppData', 'Local'), 'trm-studio', 'Cache');
  }
  if (env.XDG_CACHE_HOME) return path.resolve(env.XDG_CACHE_HOME, 'trm-studio');
  if (platform === 'darwin') return path.join(home, 'Library', 'Caches', 'trm-studio');
  return path.join(home, '.cache', 'trm-studio');
}

/**
 * The per-user data: datasets, runs, exports and the database. The engine has the same rule.
 * @param {Surroundings} [surroundings]
 * @returns {string} an absolute path
 */
export function dataFolder({ platform, env, home } = ownSurroundings()) {
  if (env.TRM_HOME) return path.resolve(env.TRM_HOME);
  if (platform === 'win32') {
    return path.join(env.APPDATA ?? path.join(home, 'AppData', 'Roaming'), 'trm-studio');
  }
  if (env.XDG_DATA_HOME) return path.resolve(env.XDG_DATA_HOME, 'trm-studio');
  if (platform === 'darwin') return path.join(home, 'Library', 'Application Support', 'trm-studio');
  return path.join(home, '.local', 'share', 'trm-studio');
}

/** The folder of the TensorFlow.js package whose addon the set-up builds. */
export const tfjsFolder = path.join(projectFolder, 'node_modules', '@tensorflow', 'tfjs-node-gpu');

/** Where that package looks for its addon (its node-pre-gyp path for Node-API 8). */
export const addonPath = path.join(tfjsFolder, 'lib', 'napi-v8', 'tfjs_binding.node');

/** Our own native addon (worker/native), beside it. */
export const nativeAddonPath = path.join(path.dirname(addonPath), 'trm_native.node');
