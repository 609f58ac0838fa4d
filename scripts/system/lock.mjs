// A lock between processes: one file that holds who has it. The owner refreshes it; a lock whose
// owner is gone, or that nobody refreshed while we watched, is taken over.

import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { errorCode, isRecord } from './files.mjs';

const refreshMs = 5_000;
const takeoverPollMs = 20;

/**
 * @typedef {object} LockOptions
 * @property {(ownerPid: number | null) => void} [onWait] called once, before the first wait
 * @property {number} [pollMs] time between two looks at a taken lock
 * @property {number} [unrefreshedMs] how long a lock may stay unrefreshed before it counts as left behind
 */

/**
 * Runs the action while holding the lock, and lets go of it whatever happens.
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} action
 * @param {LockOptions} [options]
 * @returns {Promise<T>}
 */
export async function withLock(file, action, options = {}) {
  const token = await acquire(file, options);
  const refresh = setInterval(() => {
    const now = new Date();
    utimes(file, now, now).catch(() => {});
  }, refreshMs);
  try {
    return await action();
  } finally {
    clearInterval(refresh);
    if ((await readOwner(file))?.token === token) await rm(file, { force: true });
  }
}

/**
 * @param {string} file
 * @param {LockOptions} options
 * @returns {Promise<string>} the token written into the lock
 */
async function acquire(file, { onWait, pollMs = 500, unrefreshedMs = 60_000 }) {
  const token = randomBytes(8).toString('hex');
  await mkdir(path.dirname(file), { recursive: true });
  let watched = { state: '', sinceMs: 0, told: false };
  for (;;) {
    if (await tryCreate(file, token)) return token;
    const owner = await readOwner(file);
    const state = await describeState(file, owner);
    if (state === null) continue;
    if (state !== watched.state) watched = { ...watched, state, sinceMs: performance.now() };
    // Judged by our own watching, not by the file's date: clocks differ and machines sleep.
    const unrefreshed = performance.now() - watched.sinceMs > unrefreshedMs;
    if (unrefreshed || (owner !== null && isGone(owner))) {
      await removeLeftBehind(file, owner?.token ?? null);
      continue;
    }
    if (!watched.told) onWait?.(owner?.pid ?? null);
    watched.told = true;
    await pause(pollMs);
  }
}

/**
 * @param {string} file
 * @param {string} token
 */
async function tryCreate(file, token) {
  try {
    await writeFile(file, JSON.stringify({ pid: process.pid, host: hostname(), token }), { flag: 'wx' });
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * @typedef {{ pid: number, host: string, token: string }} Owner
 * @param {string} file
 * @returns {Promise<Owner | null>} null when the lock is gone, half written or no lock of ours
 */
async function readOwner(file) {
  try {
    const value = JSON.parse(await readFile(file, 'utf8'));
    if (!isRecord(value)) return null;
    const { pid, host, token } = value;
    if (typeof pid !== 'number' || typeof host !== 'string' || typeof token !== 'string') return null;
    return { pid, host, token };
  } catch {
    return null;
  }
}

/**
 * @param {string} file
 * @param {Owner | null} owner
 * @returns {Promise<string | null>} null when the lock is gone
 */
async function describeState(file, owner) {
  try {
    return `${owner?.token} ${(await stat(file)).mtimeMs}`;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/** @param {Owner} owner */
function isGone(owner) {
  if (owner.host !== hostname()) return false;
  try {
    process.kill(owner.pid, 0);
    return false;
  } catch (error) {
    return errorCode(error) === 'ESRCH';
  }
}

/**
 * Deletes a lock that was left behind, if it is still that one. Only one process at a time may look and
 * delete: otherwise a second one would delete the lock that the first has just made its own.
 * @param {string} file
 * @param {string | null} token
 */
async function removeLeftBehind(file, token) {
  const guard = `${file}.takeover`;
  if (!(await tryCreate(guard, 'takeover'))) {
    const owner = await readOwner(guard);
    if (owner !== null && isGone(owner)) await rm(guard, { force: true });
    await pause(takeoverPollMs);
    return;
  }
  try {
    if (((await readOwner(file))?.token ?? null) === token) await rm(file, { force: true });
  } finally {
    await rm(guard, { force: true });
  }
}

/** @param {number} ms */
function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
