// Finding programs and running them as children with a time limit. Never throws: a program that
// is missing, crashes or hangs is an answer like any other.

import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';

/**
 * @typedef {object} Outcome
 * @property {number | null} code null when a signal ended it or it could not start
 * @property {NodeJS.Signals | null} signal
 * @property {string} stdout
 * @property {string} stderr
 * @property {boolean} timedOut
 * @property {string | null} startError why it could not start
 */

/**
 * Runs a program to its end and gives what it wrote.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeoutMs?: number }} [options]
 * @returns {Promise<Outcome>}
 */
export function capture(command, args, options = {}) {
  const { cwd, env, timeoutMs = 30_000 } = options;
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      ...(cwd === undefined ? {} : { cwd }),
      ...(env === undefined ? {} : { env }),
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    let stdout = '';
    let stderr = '';
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
      // A grandchild may hold the pipes open for ever: do not wait for them.
      child.stdout.destroy();
      child.stderr.destroy();
    }, timeoutMs);
    /** @param {Partial<Outcome>} end */
    const finish = (end) => {
      clearTimeout(timer);
      resolve({ code: null, signal: null, startError: null, ...end, stdout, stderr, timedOut });
    };
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    child.on('error', (error) => finish({ startError: error.message }));
    child.on('close', (code, signal) => finish({ code, signal }));
  });
}

/**
 * One line that says how a child failed, with the end of what it wrote.
 * @param {Outcome} outcome
 * @returns {string}
 */
export function describeFailure(outcome) {
  const lines = (outcome.stderr.trim() || outcome.stdout.trim()).split('\n');
  const last = lines.slice(-3).join(' | ').slice(-600);
  const said = last === '' ? '' : `: ${last}`;
  if (outcome.startError !== null) return `it could not be started (${outcome.startError})`;
  if (outcome.timedOut) return `it gave no answer within the time limit${said}`;
  if (outcome.signal !== null) return `it was ended by ${outcome.signal}${said}`;
  return `it ended with exit code ${outcome.code}${said}`;
}

/**
 * The full path of a program in PATH, or null.
 * @param {string} name
 * @param {NodeJS.ProcessEnv} [env]
 * @param {NodeJS.Platform} [platform]
 * @returns {string | null}
 */
export function findExecutable(name, env = process.env, platform = process.platform) {
  const endings = platform === 'win32' ? (env.PATHEXT ?? '.EXE;.CMD').split(';') : [''];
  const folders = path.isAbsolute(name) ? [''] : searchPath(env).split(path.delimiter);
  for (const folder of folders) {
    if (folder === '' && !path.isAbsolute(name)) continue;
    for (const ending of endings) {
      const candidate = path.join(folder, name + ending);
      if (isExecutableFile(candidate)) return candidate;
    }
  }
  return null;
}

/** @param {string} file */
function isExecutableFile(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/**
 * The value of PATH, whatever the case of its name (Windows writes Path).
 * @param {NodeJS.ProcessEnv} env
 * @returns {string}
 */
export function searchPath(env) {
  const key = Object.keys(env).find((name) => name.toUpperCase() === 'PATH');
  return (key === undefined ? undefined : env[key]) ?? '';
}

/**
 * A copy of the environment with a folder first in PATH.
 * @param {NodeJS.ProcessEnv} env
 * @param {string} folder
 * @returns {NodeJS.ProcessEnv}
 */
export function withFirstInPath(env, folder) {
  const others = Object.entries(env).filter(([name]) => name.toUpperCase() !== 'PATH');
  return { ...Object.fromEntries(others), PATH: `${folder}${path.delimiter}${searchPath(env)}` };
}
