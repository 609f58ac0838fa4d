// Node, the npm packages, Python with pip, the C++ compiler and the GPU.

import { installCompiler, installPython } from '../setup/choose.mjs';
import { hashLock, packagesProblem } from '../setup/packages.mjs';
import { findCompiler, findPip } from '../system/machine.mjs';
import { neededMajor, resolveProjectNode } from '../system/node.mjs';
import { SetupError } from '../system/report.mjs';
import { inspectEnergyCounters, inspectGpu } from './gpu.mjs';
import { part } from './part.mjs';

/**
 * @typedef {import('./part.mjs').Part} Part
 * @typedef {import('../system/stamp.mjs').Stamp} Stamp
 * @typedef {import('../system/node.mjs').ProjectNode} ProjectNode
 */

/**
 * @param {Stamp | null} stamp
 * @param {ProjectNode | null} node
 * @returns {Promise<Part[]>}
 */
export async function inspectTools(stamp, node) {
  const hasWheel = stamp?.tensorflow.kind.startsWith('wheel') ?? false;
  return Promise.all([
    inspectNode(node),
    inspectPackages(stamp),
    inspectTool('Python with pip', await findPip(), installPython(process.platform), hasWheel),
    inspectTool('C++ compiler', await findCompiler(), installCompiler(process.platform), hasWheel),
    inspectGpu(stamp),
    inspectEnergyCounters(),
  ]);
}

/**
 * @param {ProjectNode | null} node
 * @returns {Promise<Part>}
 */
async function inspectNode(node) {
  try {
    const { node: used, note } = await resolveProjectNode();
    const origin = used.origin === 'package' ? 'npm package' : 'the Node that is running';
    const detail = note ?? used.path;
    return part('Node', 'ok', { version: used.version, origin, detail });
  } catch (error) {
    const parts = error instanceof SetupError ? error.parts : null;
    const detail = parts === null ? String(error) : `${parts.what} Found: ${parts.found}`;
    const remedy = node === null ? 'npm run setup' : `install Node ${neededMajor} or newer`;
    return part('Node', 'missing', { detail, remedy });
  }
}

/**
 * @param {Stamp | null} stamp
 * @returns {Promise<Part>}
 */
async function inspectPackages(stamp) {
  const name = 'npm packages';
  const problem = packagesProblem();
  if (problem !== null) return part(name, 'missing', { detail: problem, remedy: 'npm run setup' });
  if (stamp === null) {
    const detail = 'installed, but the set-up was not finished';
    return part(name, 'missing', { detail, remedy: 'npm run setup' });
  }
  if (stamp.lockHash !== hashLock()) {
    const detail = 'package-lock.json changed since the set-up';
    return part(name, 'warning', { detail, remedy: 'npm run setup' });
  }
  return part(name, 'ok', { detail: 'as package-lock.json says' });
}

/**
 * @param {string} name
 * @param {import('../system/machine.mjs').Sought} sought
 * @param {string} remedy
 * @param {boolean} hasWheel
 * @returns {Part}
 */
function inspectTool(name, sought, remedy, hasWheel) {
  if (sought.found !== null) {
    return part(name, 'ok', { version: sought.found.version, detail: sought.found.path });
  }
  const use = hasWheel ? 'only needed to set TensorFlow up anew' : 'needed to set TensorFlow up';
  return part(name, 'warning', { detail: `${sought.problem}; ${use}`, remedy });
}
