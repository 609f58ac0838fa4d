// The NVIDIA GPUs with their driver, memory and compute capability, or why there are none; and whether the processor's
// energy counters can be read.

import { accessSync, constants, existsSync } from 'node:fs';
import { nvidiaEvidence } from '../system/machine.mjs';
import { capture, describeFailure, findExecutable } from '../system/processes.mjs';
import { part } from './part.mjs';

/**
 * @typedef {import('./part.mjs').Part} Part
 * @typedef {import('../system/stamp.mjs').Stamp} Stamp
 */

/** The first driver for Linux that runs programs built with any CUDA 12, as TensorFlow's wheel is. */
const neededDriver = '525.60.13';

const fields = ['index', 'name', 'driver_version', 'memory.total', 'compute_cap'];

/** @typedef {{ index: string, name: string, driver: string, memory: string, capability: string | null }} Card */

/**
 * @param {Stamp | null} stamp
 * @returns {Promise<Part>}
 */
export async function inspectGpu(stamp) {
  const name = 'CUDA and GPU';
  const evidence = nvidiaEvidence();
  if (evidence === null)
    return part(name, 'ok', { detail: 'no NVIDIA driver was found: training runs on the CPU' });
  const tool = findExecutable('nvidia-smi');
  if (tool === null) {
    const detail = `${evidence} exists, but nvidia-smi is not in PATH`;
    return part(name, 'warning', { detail, remedy: "install the driver's tools" });
  }
  const { cards, problem } = await listCards(tool);
  const [first] = cards;
  if (first === undefined) {
    const detail = `nvidia-smi found no GPU: ${problem}`;
    return part(name, 'warning', { detail, remedy: 'check the NVIDIA driver' });
  }
  const version = `driver ${first.driver}`;
  const detail = `${cards.map(describeCard).join('; ')}${visibleDevices()}`;
  if (isOlder(first.driver, neededDriver)) {
    const old = `${detail}; the driver is too old for CUDA 12`;
    return part(name, 'warning', { version, detail: old, remedy: `a driver from ${neededDriver} on` });
  }
  if (stamp?.tensorflow.device === 'gpu') return part(name, 'ok', { version, detail });
  const unused = `${detail}; TensorFlow does not use it`;
  return part(name, 'warning', { version, detail: unused, remedy: 'npm run setup -- --gpu' });
}

/**
 * Older tools know no compute capability; they are asked again without it.
 * @param {string} tool
 * @returns {Promise<{ cards: Card[], problem: string }>}
 */
async function listCards(tool) {
  let problem = '';
  for (const asked of [fields, fields.slice(0, -1)]) {
    const query = [`--query-gpu=${asked.join(',')}`, '--format=csv,noheader'];
    const outcome = await capture(tool, query, { timeoutMs: 20_000 });
    const cards = outcome.code === 0 ? parseCards(outcome.stdout) : [];
    if (cards.length > 0) return { cards, problem: '' };
    problem = describeFailure(outcome);
  }
  return { cards: [], problem };
}

/**
 * @param {string} text what nvidia-smi printed: index, name, driver, memory and, where it is known, compute capability
 * @returns {Card[]}
 */
export function parseCards(text) {
  return text.split('\n').flatMap((line) => {
    const [index = '', name, driver, memory, capability = null] = line.split(',').map((cell) => cell.trim());
    if (!/^\d+$/.test(index) || name === undefined || driver === undefined || memory === undefined) return [];
    return [{ index, name, driver, memory, capability: /^\d/.test(capability ?? '') ? capability : null }];
  });
}

/** @param {Card} card */
function describeCard({ index, name, memory, capability }) {
  return `${index}: ${name}, ${memory}${capability === null ? '' : `, compute capability ${capability}`}`;
}

function visibleDevices() {
  const value = process.env.CUDA_VISIBLE_DEVICES;
  return value === undefined ? '' : `; CUDA_VISIBLE_DEVICES=${value}`;
}

/**
 * @param {string} version
 * @param {string} other
 */
export function isOlder(version, other) {
  const [own, others] = [version, other].map((text) => text.split('.').map(Number));
  for (const [place, needed] of (others ?? []).entries()) {
    const found = own?.[place] ?? 0;
    if (found !== needed) return found < needed;
  }
  return false;
}

/**
 * Training goes on without them, with an estimate of the energy.
 * @param {string} [root]
 * @returns {Part}
 */
export function inspectEnergyCounters(root = '/sys/class/powercap') {
  const name = 'Energy counters';
  const file = `${root}/intel-rapl:0/energy_uj`;
  const estimated = "the processor's energy is estimated";
  if (!existsSync(file)) return part(name, 'ok', { detail: `this machine shows none: ${estimated}` });
  try {
    accessSync(file, constants.R_OK);
    return part(name, 'ok', { detail: file });
  } catch {
    const detail = `only root may read ${file}: ${estimated}`;
    return part(name, 'ok', {
      detail,
      remedy: `sudo chmod a+r ${root}/intel-rapl:*/energy_uj (until the next start)`,
    });
  }
}
