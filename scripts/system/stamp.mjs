// The record of what the set-up did, kept inside node_modules so that it goes when they go.
// The launcher, the doctor and the worker read it; only the set-up writes it.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isRecord, writeJsonWhole } from './files.mjs';
import { projectFolder } from './places.mjs';

export const stampPath = path.join(projectFolder, 'node_modules', '.trm-setup.json');

/**
 * How TensorFlow runs here.
 * - wheel-cpu, wheel-gpu: the library of TensorFlow's Python wheel and an addon built for it
 * - official: the download of TensorFlow.js itself (an older TensorFlow)
 * - wasm: no native library; the WebAssembly backend
 * @typedef {'wheel-cpu' | 'wheel-gpu' | 'official' | 'wasm'} RuntimeKind
 */

/** What a user asked for by a flag; null: whatever fits the machine. @typedef {'gpu' | 'cpu' | 'wasm' | null} Request */

/**
 * @typedef {object} TensorflowRecord
 * @property {RuntimeKind} kind
 * @property {string | null} version as the library reports it; null for wasm
 * @property {string | null} libraryPath the folder of the library; null for wasm
 * @property {'gpu' | 'cpu'} device what the smoke test ran on
 * @property {string} reason why this one was chosen, as a sentence
 * @property {string | null} better how to get a better one, if there is a way
 * @property {boolean} retry whether the next set-up should try for a better one
 * @property {{ sizeBytes: number, sha256: string } | null} addon the addon in node_modules; null for wasm
 */

/**
 * @typedef {object} Stamp
 * @property {1} version
 * @property {string} lockHash sha256 of package-lock.json
 * @property {import('./node.mjs').ProjectNode} node
 * @property {Request} requested
 * @property {string} machineKey what the choice depended on
 * @property {TensorflowRecord} tensorflow
 */

/** @returns {Stamp | null} null when the set-up was never finished here */
export function readStamp() {
  try {
    const value = JSON.parse(readFileSync(stampPath, 'utf8'));
    return isStamp(value) ? value : null;
  } catch {
    return null;
  }
}

/** @param {Stamp} stamp */
export async function writeStamp(stamp) {
  await writeJsonWhole(stampPath, stamp);
}

/**
 * @param {unknown} value
 * @returns {value is Stamp}
 */
function isStamp(value) {
  if (!isRecord(value) || value.version !== 1 || typeof value.lockHash !== 'string') return false;
  const { node, tensorflow } = value;
  return isRecord(node) && typeof node.path === 'string' && isRecord(tensorflow) && 'addon' in tensorflow;
}
