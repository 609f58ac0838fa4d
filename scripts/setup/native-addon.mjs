// Our own native addon (worker/native): whole layers of the network as operations for this very processor, and traced
// sessions. Everything works without it, training on the CPU more slowly; so nothing here ends the set-up.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { copyWhole, isRecord, readJson, sha256OfFile, writeJsonWhole } from '../system/files.mjs';
import { cacheFolder, nativeAddonPath, projectFolder } from '../system/places.mjs';
import { capture, describeFailure } from '../system/processes.mjs';
import { say } from '../system/report.mjs';
import { compilerArguments, findCachedAddon, keepAddon } from './addon.mjs';

const sourceFolder = path.join(projectFolder, 'worker', 'native');
const recordPath = `${nativeAddonPath}.json`;

/**
 * What was built, or why not.
 * @typedef {object} NativeRecord
 * @property {string} key of all that the addon depends on
 * @property {string | null} sha256 null where it could not be built
 * @property {string | null} problem
 */

/**
 * Builds the addon, or takes it from the cache, and notes what came of it.
 * @param {string | null} libraryFolder null where TensorFlow comes without its headers
 * @param {import('../system/machine.mjs').Sought} compiler
 */
export async function setUpNativeAddon(libraryFolder, compiler) {
  await rm(nativeAddonPath, { force: true });
  if (libraryFolder === null) {
    await rm(recordPath, { force: true });
    return;
  }
  const key = nativeKey(libraryFolder);
  const problem = await place(libraryFolder, compiler, path.join(cacheFolder(), 'addons', key));
  if (problem !== null) say(`Training on the CPU does without fused layers and is slower: ${problem}.`);
  const sha256 = problem === null ? await sha256OfFile(nativeAddonPath) : null;
  await writeJsonWhole(recordPath, { key, sha256, problem });
}

/**
 * @param {string | null} libraryFolder as it was set up
 * @returns {Promise<string | null>} why it has to be built again, or null
 */
export async function nativeAddonChange(libraryFolder) {
  if (libraryFolder === null) return null;
  const record = await readJson(recordPath);
  if (!isRecord(record) || record.key !== nativeKey(libraryFolder)) return 'the native addon changed';
  if (record.sha256 === null) return null;
  const sha256 = await sha256OfFile(nativeAddonPath).catch(() => null);
  return sha256 === record.sha256 ? null : 'the native addon is missing or changed';
}

/** @returns {Promise<{ problem: string | null } | null>} what came of it; null where TensorFlow is not our own build */
export async function describeNativeAddon() {
  const record = await readJson(recordPath);
  if (!isRecord(record)) return null;
  return { problem: typeof record.problem === 'string' ? record.problem : null };
}

/**
 * @param {string} libraryFolder
 * @param {import('../system/machine.mjs').Sought} compiler
 * @param {string} cached
 * @returns {Promise<string | null>} what is in the way
 */
async function place(libraryFolder, compiler, cached) {
  const known = await findCachedAddon(cached, path.basename(nativeAddonPath));
  if (known !== null) {
    await copyWhole(known, nativeAddonPath);
    return null;
  }
  if (compiler.found === null) return compiler.problem;
  say(`Compiling the fused layers for this processor with ${compiler.found.path} …`);
  const folder = await mkdtemp(path.join(tmpdir(), 'trm-native-'));
  try {
    const built = path.join(folder, path.basename(nativeAddonPath));
    const args = compilerArguments(process.platform, libraryFolder, built, nativeSources());
    const outcome = await capture(compiler.found.path, args, { timeoutMs: 600_000 });
    if (outcome.code !== 0) return `${compiler.found.path} failed: ${describeFailure(outcome)}`;
    await copyWhole(built, nativeAddonPath);
    await keepAddon(built, cached);
    return null;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function nativeSources() {
  const files = sourceNames().filter((name) => name.endsWith('.cc'));
  const processor = process.arch === 'x64' ? '-march=native' : '-mcpu=native';
  return {
    files: files.map((name) => path.join(sourceFolder, name)),
    flags: ['-O3', processor, '-Wno-psabi'],
  };
}

function sourceNames() {
  return readdirSync(sourceFolder)
    .filter((name) => /\.(cc|h)$/.test(name))
    .sort();
}

/** @param {string} libraryFolder */
function nativeKey(libraryFolder) {
  const hash = createHash('sha256');
  for (const name of sourceNames()) hash.update(name).update(readFileSync(path.join(sourceFolder, name)));
  const { flags } = nativeSources();
  const facts = [process.platform, process.arch, libraryFolder, flags, processorFeatures()];
  return hash.update(JSON.stringify(facts)).digest('hex').slice(0, 20);
}

/** What the compiler's "native" means here: a cache may be shared by machines with other processors. */
function processorFeatures() {
  try {
    return /^flags\s*:.*$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[0] ?? cpus()[0]?.model;
  } catch {
    return cpus()[0]?.model;
  }
}
