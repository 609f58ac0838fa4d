// The npm packages: installed with `npm ci` when node_modules is not what package-lock.json says.
// No install script of a package runs; the set-up does what is needed of their work.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isRecord } from '../system/files.mjs';
import { npmCommand } from '../system/npm.mjs';
import { projectFolder } from '../system/places.mjs';
import { SetupError, say } from '../system/report.mjs';

const lockPath = path.join(projectFolder, 'package-lock.json');
/** npm's own record of what it installed, written last. */
const installedPath = path.join(projectFolder, 'node_modules', '.package-lock.json');

/** @returns {string} sha256 of package-lock.json */
export function hashLock() {
  return createHash('sha256').update(readFileSync(lockPath)).digest('hex');
}

/** @returns {string | null} why the packages must be installed, or null when they are as the lock says */
export function packagesProblem() {
  const lock = readPackages(lockPath);
  const installed = readPackages(installedPath);
  if (lock === null) throw missingLock();
  if (installed === null) return 'they are not installed, or not completely';
  return firstDifference(lock, installed);
}

/**
 * Whether node_modules holds what the lock names: each installed package in the locked version, and
 * each locked one installed unless it is optional (those depend on the platform).
 * @param {Record<string, unknown>} lock the `packages` of package-lock.json
 * @param {Record<string, unknown>} installed the `packages` of npm's hidden lock file
 * @returns {string | null} the first difference in words
 */
export function firstDifference(lock, installed) {
  for (const [place, entry] of Object.entries(installed)) {
    const locked = lock[place];
    if (!isRecord(locked)) return `${place} is not in package-lock.json`;
    if (!isRecord(entry) || entry.version !== locked.version || entry.integrity !== locked.integrity) {
      return `${place} is not in the locked version`;
    }
  }
  for (const [place, locked] of Object.entries(lock)) {
    if (place === '' || place in installed || !isRecord(locked)) continue;
    if (locked.optional !== true && locked.devOptional !== true) return `${place} is missing`;
  }
  return null;
}

/**
 * @param {string} file
 * @returns {Record<string, unknown> | null}
 */
function readPackages(file) {
  try {
    const value = JSON.parse(readFileSync(file, 'utf8'));
    return isRecord(value) && isRecord(value.packages) ? value.packages : null;
  } catch {
    return null;
  }
}

/**
 * @param {string} reason
 * @throws {SetupError} when npm fails
 */
export async function installPackages(reason) {
  say(`Installing the npm packages with npm ci: ${reason}.`);
  const npm = npmCommand();
  const code = await new Promise((resolve) => {
    const child = spawn(npm.command, [...npm.args, 'ci', '--loglevel=error'], {
      cwd: projectFolder,
      stdio: ['ignore', 2, 2],
    });
    child.on('error', (error) => resolve(error.message));
    child.on('close', (exitCode, signal) => resolve(exitCode ?? signal));
  });
  if (code !== 0) {
    throw new SetupError({
      what: 'The npm packages could not be installed.',
      where: projectFolder,
      found: `npm ci ended with ${code}; its own message stands above`,
      expected: 'a network on which npm reaches its registry, and free space on the disk',
      remedy: 'mend what npm reports, then repeat: npm run setup',
    });
  }
}

function missingLock() {
  return new SetupError({
    what: 'package-lock.json is missing or unreadable.',
    where: lockPath,
    expected: 'the file as it comes with the project',
    remedy: 'get it back with: git checkout package-lock.json',
  });
}
