// What this machine has that the choice of TensorFlow depends on: platform, C library, Python with
// pip, a C++ compiler, an NVIDIA GPU.

import { existsSync } from 'node:fs';
import { isRecord } from './files.mjs';
import { capture, describeFailure, findExecutable } from './processes.mjs';

/**
 * @typedef {object} Found
 * @property {string} path
 * @property {string} version
 */

/**
 * A part that was found, or why it was not.
 * @typedef {{ found: Found, problem: null } | { found: null, problem: string }} Sought
 */

/**
 * @typedef {object} Machine
 * @property {NodeJS.Platform} platform
 * @property {string} arch
 * @property {string | null} glibc version of the GNU C library; null where there is none
 * @property {Sought} pip Python that has pip; the version is pip's
 * @property {Sought} compiler
 * @property {{ present: boolean, evidence: string }} nvidia
 */

const pythonNames = ['python3', 'python', 'py'];

/** @param {NodeJS.ProcessEnv} env */
function compilerNames(env) {
  return [env.CXX, 'g++', 'c++', 'clang++'].filter((name) => name !== undefined && name !== '');
}

/** @returns {Promise<Machine>} */
export async function describeMachine() {
  const [pip, compiler, nvidia] = await Promise.all([findPip(), findCompiler(), findNvidia()]);
  return { platform: process.platform, arch: process.arch, glibc: glibcVersion(), pip, compiler, nvidia };
}

/**
 * The same facts without starting a program: cheap, and different whenever a choice could differ.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string}
 */
export function machineKey(env = process.env) {
  const python = pythonNames.map((name) => findExecutable(name, env)).find(Boolean) ?? 'none';
  const compiler = compilerNames(env)
    .map((name) => findExecutable(name ?? '', env))
    .find(Boolean);
  return [
    `${process.platform}-${process.arch}`,
    `python ${python}`,
    `compiler ${compiler ?? 'none'}`,
    `nvidia ${nvidiaEvidence(env) ?? 'none'}`,
  ].join('; ');
}

/** @returns {string | null} */
export function glibcVersion() {
  const report = /** @type {unknown} */ (process.report?.getReport());
  const header = isRecord(report) && isRecord(report.header) ? report.header : {};
  return typeof header.glibcVersionRuntime === 'string' ? header.glibcVersionRuntime : null;
}

/**
 * The first Python in PATH whose pip runs.
 * @returns {Promise<Sought>}
 */
export async function findPip() {
  let problem = 'no Python was found in PATH';
  for (const name of pythonNames) {
    const file = findExecutable(name);
    if (file === null) continue;
    const outcome = await capture(file, ['-m', 'pip', '--version'], { timeoutMs: 30_000 });
    const version = /^pip (\S+)/.exec(outcome.stdout)?.[1];
    if (outcome.code === 0 && version !== undefined) return { found: { path: file, version }, problem: null };
    problem = `${file} has no working pip: ${describeFailure(outcome)}`;
  }
  return { found: null, problem };
}

/** @returns {Promise<Sought>} */
export async function findCompiler() {
  let problem = 'no C++ compiler (g++, c++ or clang++) was found in PATH';
  for (const name of compilerNames(process.env)) {
    const file = findExecutable(name ?? '');
    if (file === null) continue;
    const outcome = await capture(file, ['--version'], { timeoutMs: 20_000 });
    const version = /\d+\.\d+(\.\d+)?/.exec(outcome.stdout)?.[0];
    if (outcome.code === 0 && version !== undefined) return { found: { path: file, version }, problem: null };
    problem = `${file} does not run: ${describeFailure(outcome)}`;
  }
  return { found: null, problem };
}

/**
 * A first look for an NVIDIA driver, without starting anything.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string | null} what was seen
 */
export function nvidiaEvidence(env = process.env) {
  const files = ['/proc/driver/nvidia/version', '/dev/nvidia0'];
  return files.find((file) => existsSync(file)) ?? findExecutable('nvidia-smi', env);
}

/** @returns {Promise<Machine['nvidia']>} */
export async function findNvidia() {
  const evidence = nvidiaEvidence();
  if (evidence === null) return { present: false, evidence: 'no NVIDIA driver was found' };
  const tool = findExecutable('nvidia-smi');
  if (tool === null) return { present: true, evidence: `${evidence} exists` };
  const outcome = await capture(tool, ['-L'], { timeoutMs: 20_000 });
  const first = outcome.stdout.split('\n').find((line) => line.startsWith('GPU '));
  if (outcome.code === 0 && first !== undefined) {
    return { present: true, evidence: first.replace(/ \(UUID.*/, '') };
  }
  return { present: false, evidence: `nvidia-smi found no GPU: ${describeFailure(outcome)}` };
}
