// Brings TensorFlow into node_modules: tries the ways that chooseRuntime names until one passes the
// smoke test, and says in plain sentences what was chosen, why, and how to get the better one.

import { rm } from 'node:fs/promises';
import { describeMachine } from '../system/machine.mjs';
import { addonPath, cacheFolder } from '../system/places.mjs';
import { say } from '../system/report.mjs';
import {
  buildAddon,
  CompileError,
  cachedAddonFolder,
  describePlacedAddon,
  findCachedAddon,
  placeAddon,
} from './addon.mjs';
import { chooseRuntime } from './choose.mjs';
import { installLibrary, sweepLeftovers } from './install-library.mjs';
import { absent, libraryFolder, libraryProblem, libraryRoot } from './library.mjs';
import { setUpNativeAddon } from './native-addon.mjs';
import { installOfficial, OfficialError } from './official.mjs';
import { officialSourceFor } from './official-sources.mjs';
import { DownloadError } from './pip.mjs';
import { smokeTest } from './smoke.mjs';
import { tensorflowVersion, wheelSourceFor } from './wheels.mjs';
import { ZipError } from './zip-directory.mjs';

/**
 * @typedef {import('../system/stamp.mjs').TensorflowRecord} TensorflowRecord
 * @typedef {import('../system/stamp.mjs').RuntimeKind} RuntimeKind
 * @typedef {import('../system/machine.mjs').Machine} Machine
 */

/** @type {Readonly<Record<RuntimeKind, string>>} */
const names = Object.freeze({
  'wheel-gpu': `TensorFlow ${tensorflowVersion} with CUDA from its Python wheels`,
  'wheel-cpu': `TensorFlow ${tensorflowVersion} for the CPU from its Python wheel`,
  official: "TensorFlow.js's own download of an older TensorFlow",
  wasm: 'the WebAssembly backend (no native library; much slower)',
});

/** A way that turned out not to work. */
class NotWorking extends Error {
  name = 'NotWorking';
}

/**
 * @param {import('../system/stamp.mjs').Request} requested
 * @param {string} nodePath
 * @returns {Promise<TensorflowRecord>}
 * @throws {import('../system/report.mjs').SetupError} when the user has to mend something first: too little space
 */
export async function setUpTensorflow(requested, nodePath) {
  const cache = cacheFolder();
  await sweepLeftovers(cache);
  const machine = await describeMachine();
  const choice = chooseRuntime(machine, requested, await whatIsCached(cache));
  for (const { kind, reason, remedy } of choice.declined) say(declineSentence(kind, reason, remedy));

  let better = betterAdvice(choice.declined);
  let retry = false;
  for (const { kind, reason } of choice.candidates) {
    try {
      const libraryPath = await prepare(kind, machine, cache);
      const tested = await demandWorking(kind, nodePath);
      say(`Using ${names[kind]}: ${reason}.`);
      if (retry && kind === 'wasm')
        say('The next set-up tries again; to stay with this one: npm run setup -- --wasm');
      const addon = kind === 'wasm' ? null : await describePlacedAddon();
      await setUpNativeAddon(kind.startsWith('wheel') ? libraryPath : null, machine.compiler);
      return {
        kind,
        ...tested,
        libraryPath,
        reason,
        better,
        retry: retry && !kind.startsWith('wheel'),
        addon,
      };
    } catch (error) {
      const problem = problemOf(error);
      say(`${capitalised(names[kind])} does not work here: ${problem}.`);
      if (kind === 'official') continue;
      better ??= adviceAfterFailure(kind);
      retry = true;
    }
  }
  throw new Error('chooseRuntime names no candidate that always works');
}

/** @param {string} cache */
async function whatIsCached(cache) {
  /** @param {'cpu' | 'gpu'} device */
  const look = async (device) => ({
    library: (await libraryProblem(libraryRoot(cache, device))) === null,
    addon: (await findCachedAddon(await cachedAddonFolder(cache, libraryFolder(cache, device)))) !== null,
  });
  return { cpu: await look('cpu'), gpu: await look('gpu') };
}

/**
 * @param {RuntimeKind} kind
 * @param {Machine} machine
 * @param {string} cache
 * @returns {Promise<string | null>} the folder of the library
 */
async function prepare(kind, machine, cache) {
  if (kind === 'wasm') {
    // An addon that fails its test must not be found by whoever looks for one.
    await rm(addonPath, { force: true });
    return null;
  }
  if (kind === 'official') {
    const source = officialSourceFor(machine.platform, machine.arch);
    if (source === null) throw new NotWorking('there is none for this platform');
    return installOfficial(cache, source);
  }
  return prepareWheel(kind === 'wheel-gpu' ? 'gpu' : 'cpu', machine, cache);
}

/**
 * @param {'cpu' | 'gpu'} device
 * @param {Machine} machine
 * @param {string} cache
 */
async function prepareWheel(device, machine, cache) {
  const problem = await libraryProblem(libraryRoot(cache, device));
  const folder = libraryFolder(cache, device);
  if (problem !== null) {
    const source = wheelSourceFor(machine.platform, machine.arch, device);
    if (source === null || machine.pip.found === null) throw new NotWorking('the library cannot be fetched');
    if (problem !== absent) say(`The library in the cache is damaged (${problem}): fetching it again.`);
    await installLibrary({ cache, device, python: machine.pip.found.path, source });
  }
  const cached = await cachedAddonFolder(cache, folder);
  const addon = await findCachedAddon(cached);
  if (addon !== null) {
    await placeAddon(addon);
  } else {
    if (machine.compiler.found === null) throw new NotWorking(machine.compiler.problem);
    await buildAddon(machine.compiler.found.path, folder, cached);
  }
  return folder;
}

/**
 * @param {RuntimeKind} kind
 * @param {string} nodePath
 * @returns {Promise<{ version: string | null, device: 'gpu' | 'cpu' }>}
 */
async function demandWorking(kind, nodePath) {
  if (kind === 'wasm') return { version: null, device: 'cpu' };
  const tested = await smokeTest(nodePath);
  if (tested.problem !== null) throw new NotWorking(`loading it fails: ${tested.problem}`);
  return { version: tested.version, device: tested.device };
}

/**
 * Why a way failed; any other error (a full disk, a mistake of ours) goes on upwards.
 * @param {unknown} error
 * @returns {string}
 */
function problemOf(error) {
  const expected = [NotWorking, DownloadError, CompileError, OfficialError, ZipError];
  if (error instanceof Error && expected.some((type) => error instanceof type)) return error.message;
  throw error;
}

/**
 * @param {RuntimeKind} kind
 * @param {string} reason
 * @param {string | null} remedy
 */
function declineSentence(kind, reason, remedy) {
  return `Not possible: ${names[kind]}, because ${reason}.${remedy === null ? '' : ` To mend it: ${remedy}.`}`;
}

/**
 * @param {import('./choose.mjs').Choice['declined']} declined
 * @returns {string | null}
 */
function betterAdvice(declined) {
  const mendable = declined.find(({ remedy }) => remedy !== null);
  return mendable === undefined ? null : `${mendable.remedy}, then: npm run setup`;
}

/** @param {RuntimeKind} kind */
function adviceAfterFailure(kind) {
  const flag = kind === 'wheel-gpu' ? ' -- --gpu' : '';
  return `mend what the set-up reports, then: npm run setup${flag}`;
}

/** @param {string} text */
function capitalised(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
