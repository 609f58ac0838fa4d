// The addon between TensorFlow.js and TensorFlow's library: compiled from the two C++ files of the npm
// package, kept in the cache under a key of all that it depends on, and copied into node_modules.

import { createHash } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { copyWhole, errorCode, isRecord, readJson, sha256OfFile, writeJsonWhole } from '../system/files.mjs';
import { addonPath, projectFolder, tfjsFolder } from '../system/places.mjs';
import { capture, describeFailure } from '../system/processes.mjs';
import { say } from '../system/report.mjs';
import { tensorflowVersion } from './wheels.mjs';

/** The compiler did not produce the addon. */
export class CompileError extends Error {
  name = 'CompileError';
}

const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'];

/**
 * What to compile, beside what every addon needs.
 * @typedef {{ files: string[], flags: string[] }} Sources
 */

/** @type {Sources} */
const tfjsSources = {
  files: sources.map((source) => path.join(tfjsFolder, 'binding', source)),
  flags: ['-O2', '-w'],
};

/**
 * @param {NodeJS.Platform} platform
 * @param {string} libraryFolder holds the libraries and include/
 * @param {string} output
 * @param {Sources} [what] TensorFlow.js's own addon where it is left out
 * @returns {string[]} for g++ or clang++
 */
export function compilerArguments(platform, libraryFolder, output, { files, flags } = tfjsSources) {
  const libraries =
    platform === 'darwin'
      ? ['-undefined', 'dynamic_lookup', '-ltensorflow_cc.2', '-ltensorflow_framework.2']
      : ['-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2'];
  const headers = [
    path.join(projectFolder, 'node_modules', 'node-api-headers', 'include'),
    path.join(libraryFolder, 'include'),
    tfjsFolder,
  ];
  return [
    ...['-fPIC', '-shared', '-std=c++17', '-DNAPI_VERSION=8', ...flags],
    ...headers.flatMap((folder) => ['-I', folder]),
    ...files,
    ...['-o', output, `-L${libraryFolder}`, ...libraries],
    ...['-Xlinker', '-rpath', '-Xlinker', libraryFolder],
  ];
}

/**
 * Where the cache keeps the addon for a library folder: a key of the sources, the library, its
 * place (which the addon names) and the platform.
 * @param {string} cache
 * @param {string} libraryFolder
 * @returns {Promise<string>} a folder
 */
export async function cachedAddonFolder(cache, libraryFolder) {
  const hash = createHash('sha256');
  const binding = path.join(tfjsFolder, 'binding');
  for (const name of (await readdir(binding)).sort())
    hash.update(name).update(await readFile(path.join(binding, name)));
  const { version } = JSON.parse(await readFile(path.join(tfjsFolder, 'package.json'), 'utf8'));
  const facts = [version, tensorflowVersion, process.platform, process.arch, libraryFolder];
  return path.join(cache, 'addons', hash.update(JSON.stringify(facts)).digest('hex').slice(0, 20));
}

/**
 * @param {string} folder as cachedAddonFolder gives it
 * @param {string} [name] of the addon
 * @returns {Promise<string | null>} the addon's file, if it is there and whole
 */
export async function findCachedAddon(folder, name = path.basename(addonPath)) {
  const file = path.join(folder, name);
  const record = await readJson(path.join(folder, 'complete.json'));
  if (!isRecord(record)) return null;
  const sha256 = await sha256OfFile(file).catch(() => null);
  return sha256 !== null && sha256 === record.sha256 ? file : null;
}

/**
 * Compiles into a temporary folder, then into the cache if that can be written, then into node_modules.
 * @param {string} compiler
 * @param {string} libraryFolder
 * @param {string} cachedFolder
 * @throws {CompileError}
 */
export async function buildAddon(compiler, libraryFolder, cachedFolder) {
  say(`Compiling the TensorFlow addon with ${compiler} …`);
  const folder = await mkdtemp(path.join(tmpdir(), 'trm-addon-'));
  try {
    const built = path.join(folder, 'tfjs_binding.node');
    const args = compilerArguments(process.platform, libraryFolder, built);
    const outcome = await capture(compiler, args, { timeoutMs: 600_000 });
    if (outcome.code !== 0) throw new CompileError(`${compiler} failed: ${describeFailure(outcome)}`);
    await placeAddon(built);
    await keepAddon(built, cachedFolder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} built
 * @param {string} cachedFolder
 */
export async function keepAddon(built, cachedFolder) {
  try {
    await copyWhole(built, path.join(cachedFolder, path.basename(built)));
    await writeJsonWhole(path.join(cachedFolder, 'complete.json'), { sha256: await sha256OfFile(built) });
  } catch (error) {
    // A cache that only this user may read still serves its library; the addon is cheap to build again.
    if (!['EACCES', 'EPERM', 'EROFS'].includes(errorCode(error) ?? '')) throw error;
  }
}

/**
 * Puts an addon where TensorFlow.js looks for it.
 * @param {string} file
 */
export async function placeAddon(file) {
  await copyWhole(file, addonPath);
  await chmod(addonPath, 0o755);
}

/** @returns {Promise<{ sizeBytes: number, sha256: string } | null>} the addon in node_modules, if there is one */
export async function describePlacedAddon() {
  const found = await stat(addonPath).catch(() => null);
  return found === null ? null : { sizeBytes: found.size, sha256: await sha256OfFile(addonPath) };
}
