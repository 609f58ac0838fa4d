// The parts with native code, each loaded in a child process of its own, and Electron.

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { libraryProblem } from '../setup/library.mjs';
import { describeNativeAddon } from '../setup/native-addon.mjs';
import { lastJson, smokeTest } from '../setup/smoke.mjs';
import { isRecord } from '../system/files.mjs';
import { addonPath, nativeAddonPath, projectFolder } from '../system/places.mjs';
import { capture, describeFailure } from '../system/processes.mjs';
import { part } from './part.mjs';

/**
 * @typedef {import('./part.mjs').Part} Part
 * @typedef {import('../system/stamp.mjs').Stamp} Stamp
 * @typedef {import('../system/node.mjs').ProjectNode} ProjectNode
 */

const timeoutMs = 60_000;
const wasmPackage = '@tensorflow/tfjs-backend-wasm';

/**
 * @param {Stamp | null} stamp
 * @param {ProjectNode | null} node
 * @returns {Promise<Part[]>}
 */
export async function inspectNativeParts(stamp, node) {
  const [wasm, onnxruntime, sqlite] = await Promise.all([
    inspectByProbe(wasmPackage, 'WebAssembly fallback', 'wasm', node, describeWasm),
    inspectByProbe('onnxruntime-node', 'ONNX Runtime', 'onnxruntime', node, describeOnnxruntime),
    inspectByProbe('better-sqlite3', 'SQLite', 'sqlite', node, describeSqlite),
  ]);
  const tensorflow = await inspectTensorflow(stamp, node, wasm.status === 'ok');
  return [...tensorflow, wasm, onnxruntime, sqlite, inspectElectron()];
}

/**
 * Library and addon: without a native TensorFlow the fallback serves, and then neither is missing.
 * @param {Stamp | null} stamp
 * @param {ProjectNode | null} node
 * @param {boolean} fallbackWorks
 * @returns {Promise<Part[]>}
 */
async function inspectTensorflow(stamp, node, fallbackWorks) {
  const [library, addon] = ['TensorFlow library', 'TensorFlow addon'];
  const remedy = 'npm run setup';
  if (stamp === null || node === null) {
    const detail = 'the set-up was not finished';
    return [part(library, 'missing', { detail, remedy }), part(addon, 'missing', { detail, remedy })];
  }
  const { kind, reason, better, libraryPath } = stamp.tensorflow;
  const absent = fallbackWorks ? 'warning' : 'missing';
  if (kind === 'wasm' || libraryPath === null) {
    const detail = `WebAssembly takes its place: ${reason}`;
    const whole = part(library, absent, { detail, remedy: better ?? 'none on this machine' });
    return [whole, part(addon, absent, { detail: 'goes with the library' })];
  }
  const origins = {
    'wheel-cpu': 'Python wheel',
    'wheel-gpu': 'Python wheels with CUDA',
    official: 'TensorFlow.js',
  };
  const problem = kind.startsWith('wheel') ? await libraryProblem(path.dirname(libraryPath)) : null;
  if (problem !== null) {
    const detail = 'not tried: the library is not whole';
    return [
      part(library, 'missing', { detail: problem, remedy }),
      part(addon, 'missing', { detail, remedy }),
    ];
  }
  if (!existsSync(addonPath)) {
    const whole = part(library, 'ok', {
      version: stamp.tensorflow.version,
      origin: origins[kind],
      detail: libraryPath,
    });
    return [whole, part(addon, 'missing', { detail: `${addonPath} is missing`, remedy })];
  }
  const tested = await smokeTest(node.path, timeoutMs);
  if (tested.problem !== null) {
    const detail = `loading it fails: ${tested.problem}`;
    const anew = `delete ${path.dirname(libraryPath)}, then: npm run setup`;
    return [
      part(library, 'missing', { detail, remedy: anew }),
      part(addon, 'missing', { detail, remedy: anew }),
    ];
  }
  const found = { version: tested.version, origin: `${origins[kind]}: ${reason}` };
  const detail = `${libraryPath}, runs on the ${tested.device === 'gpu' ? 'GPU' : 'CPU'}`;
  const built = kind === 'official' ? 'TensorFlow.js' : 'compiled here';
  return [
    part(library, kind === 'official' ? 'warning' : 'ok', { ...found, detail, remedy: better }),
    part(addon, 'ok', {
      version: packageVersion('@tensorflow/tfjs-node-gpu'),
      origin: built,
      detail: addonPath,
    }),
    ...(await inspectFusedLayers()),
  ];
}

/** The native addon is worth a line where TensorFlow can use it: training on a CPU is slower without. */
async function inspectFusedLayers() {
  const name = 'Fused layers';
  const found = await describeNativeAddon();
  if (found === null) return [];
  if (found.problem === null) return [part(name, 'ok', { origin: 'compiled here', detail: nativeAddonPath })];
  const detail = `training on the CPU is slower without: ${found.problem}`;
  return [part(name, 'warning', { detail, remedy: 'mend the compiler, then: npm run setup' })];
}

/**
 * @param {string} packageName
 * @param {string} name
 * @param {string} probe
 * @param {ProjectNode | null} node
 * @param {(answer: Record<string, unknown>) => Partial<Part>} describe
 * @returns {Promise<Part>}
 */
async function inspectByProbe(packageName, name, probe, node, describe) {
  const remedy = 'npm run setup';
  if (packageVersion(packageName) === null) {
    return part(name, 'missing', { detail: `the npm package ${packageName} is not installed`, remedy });
  }
  if (node === null)
    return part(name, 'missing', { detail: "not tried: the project's Node is missing", remedy });
  const file = path.join(projectFolder, 'scripts', 'probes', `${probe}.mjs`);
  const outcome = await capture(node.path, [file], { timeoutMs });
  const answer = outcome.code === 0 ? lastJson(outcome.stdout) : null;
  if (!isRecord(answer)) {
    const anew = 'delete node_modules, then: npm run setup';
    return part(name, 'missing', { detail: `loading it fails: ${describeFailure(outcome)}`, remedy: anew });
  }
  return part(name, 'ok', { version: String(answer.version), ...describe(answer) });
}

/** @param {Record<string, unknown>} answer */
function describeOnnxruntime({ providers, unbundled }) {
  const [here, elsewhere] = [providers, unbundled].map((list) =>
    Array.isArray(list) ? list.join(', ') : '',
  );
  const rest = elsewhere === '' ? '' : `; not in the package: ${elsewhere}`;
  return { origin: 'npm package onnxruntime-node', detail: `providers: ${here}${rest}` };
}

/** @param {Record<string, unknown>} answer */
function describeSqlite({ binding }) {
  return { origin: `npm package better-sqlite3 ${binding}` };
}

function describeWasm() {
  return { origin: `npm package ${wasmPackage}` };
}

/** @returns {Part} */
function inspectElectron() {
  const version = packageVersion('electron');
  if (version === null) {
    const detail = 'not part of this installation: the window needs it, the command line does not';
    return part('Electron', 'ok', { detail });
  }
  const folder = path.join(projectFolder, 'node_modules', 'electron');
  const origin = 'npm package electron';
  try {
    const binary = path.join(folder, 'dist', readFileSync(path.join(folder, 'path.txt'), 'utf8'));
    if (existsSync(binary)) return part('Electron', 'ok', { version, origin, detail: binary });
  } catch {
    // No path.txt: the package was never given its program.
  }
  const detail = 'the package is there, its program is not: the window cannot open';
  return part('Electron', 'warning', { version, origin, detail, remedy: 'npm run setup' });
}

/**
 * @param {string} name
 * @returns {string | null}
 */
function packageVersion(name) {
  try {
    const file = path.join(projectFolder, 'node_modules', name, 'package.json');
    return JSON.parse(readFileSync(file, 'utf8')).version;
  } catch {
    return null;
  }
}
