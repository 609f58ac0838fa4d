// Fetches wheels with pip, one requirement at a time. A wheel appears in its folder only when it is
// complete; what an interrupted download leaves is swept away by the next one.

import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { wheelNameOf } from './requirements.mjs';

const attemptPrefix = 'attempt-';

/**
 * Runs pip so that it ends when we do: at the end of its standard input, which is our death at the latest.
 * os.read, because Python aborts on exit while a thread holds the lock of sys.stdin.
 */
const pipThatFollowsUs = `
import os, runpy, sys, threading
def follow():
    while os.read(0, 1):
        pass
    os._exit(1)
threading.Thread(target=follow, daemon=True).start()
sys.argv[0] = 'pip'
runpy.run_module('pip', run_name='__main__', alter_sys=True)
`;

/** pip ended without the wheel. */
export class DownloadError extends Error {
  name = 'DownloadError';
}

/**
 * @param {object} order
 * @param {string} order.python
 * @param {string} order.requirement as tensorflow-cpu==2.21.0
 * @param {string[]} order.platforms wheel platform tags
 * @param {string} order.folder where finished wheels lie
 * @returns {Promise<string>} the wheel's path
 * @throws {DownloadError}
 */
export async function fetchWheel({ python, requirement, platforms, folder }) {
  await mkdir(folder, { recursive: true });
  await sweepAttempts(folder);
  const present = await findWheel(folder, requirement);
  if (present !== null) return present;

  const attempt = await mkdtemp(path.join(folder, attemptPrefix));
  try {
    const code = await runPip(python, downloadArguments(requirement, platforms, attempt), attempt);
    const wheel = await findWheel(attempt, requirement);
    if (code !== 0 || wheel === null) {
      throw new DownloadError(`pip could not download ${requirement} (it ended with ${code})`);
    }
    const place = path.join(folder, path.basename(wheel));
    await rename(wheel, place);
    return place;
  } finally {
    await rm(attempt, { recursive: true, force: true });
  }
}

/**
 * Which Python runs pip does not matter: the wheel's C library is all we want of it.
 * @param {string} requirement
 * @param {string[]} platforms
 * @param {string} folder
 */
function downloadArguments(requirement, platforms, folder) {
  return [
    'download',
    '--no-deps',
    '--only-binary=:all:',
    '--python-version=3.12',
    '--implementation=cp',
    ...platforms.map((platform) => `--platform=${platform}`),
    '--no-cache-dir',
    '--no-input',
    '--disable-pip-version-check',
    '--retries=3',
    `--dest=${folder}`,
    requirement,
  ];
}

/**
 * @param {string} python
 * @param {string[]} args
 * @param {string} temporaryFolder pip's own, on the disk of the cache: the usual one is often small
 * @returns {Promise<number | string | null>} the exit code, or what ended it
 */
function runPip(python, args, temporaryFolder) {
  return new Promise((resolve) => {
    const child = spawn(python, ['-c', pipThatFollowsUs, ...args], {
      stdio: ['pipe', 2, 2],
      env: { ...process.env, TMPDIR: temporaryFolder, TEMP: temporaryFolder, TMP: temporaryFolder },
    });
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => resolve(code ?? signal));
  });
}

/**
 * @param {string} folder
 * @param {string} requirement
 * @returns {Promise<string | null>}
 */
async function findWheel(folder, requirement) {
  const beginning = `${wheelNameOf(requirement)}-`;
  const names = await readdir(folder);
  const name = names.find((file) => file.toLowerCase().startsWith(beginning) && file.endsWith('.whl'));
  return name === undefined ? null : path.join(folder, name);
}

/** @param {string} folder */
async function sweepAttempts(folder) {
  for (const name of await readdir(folder)) {
    if (name.startsWith(attemptPrefix)) await rm(path.join(folder, name), { recursive: true, force: true });
  }
}
