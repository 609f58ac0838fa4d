// Decides which ways to TensorFlow are worth trying on a machine, best first, and says why.
// A pure function of the machine and of what was asked for.

import { officialSourceFor } from './official-sources.mjs';
import { wheelSourceFor } from './wheels.mjs';

/** @typedef {import('../system/machine.mjs').Machine} Machine */
/** @typedef {import('../system/stamp.mjs').Request} Request */
/** @typedef {import('../system/stamp.mjs').RuntimeKind} RuntimeKind */

/**
 * What the cache holds for a device: then Python or a compiler are not needed any more.
 * @typedef {{ library: boolean, addon: boolean }} Cached
 */

/**
 * @typedef {object} Choice
 * @property {{ kind: RuntimeKind, reason: string }[]} candidates to be tried in this order; wasm closes the list
 * @property {{ kind: RuntimeKind, reason: string, remedy: string | null }[]} declined what cannot work here
 */

/**
 * @param {Machine} machine
 * @param {Request} requested
 * @param {{ cpu: Cached, gpu: Cached }} cached
 * @returns {Choice}
 */
export function chooseRuntime(machine, requested, cached) {
  /** @type {Choice} */
  const choice = { candidates: [], declined: [] };
  if (requested === 'wasm') {
    choice.candidates.push({ kind: 'wasm', reason: 'it was asked for with --wasm' });
    return choice;
  }
  const gpu = wantsGpu(machine, requested);
  if (gpu.wanted) considerWheel(choice, 'gpu', gpu.reason, wheelObstacle(machine, 'gpu', cached.gpu));
  const cpuReason = gpu.wanted ? 'the CUDA version cannot be had' : gpu.reason;
  considerWheel(choice, 'cpu', cpuReason, wheelObstacle(machine, 'cpu', cached.cpu));
  considerOfficial(choice, machine);
  choice.candidates.push({ kind: 'wasm', reason: 'no native TensorFlow can be had here' });
  return choice;
}

/**
 * @param {Machine} machine
 * @param {Request} requested
 */
function wantsGpu(machine, requested) {
  if (requested === 'gpu') return { wanted: true, reason: 'it was asked for with --gpu' };
  if (requested === 'cpu') return { wanted: false, reason: 'it was asked for with --cpu' };
  if (machine.nvidia.present)
    return { wanted: true, reason: `an NVIDIA GPU is here (${machine.nvidia.evidence})` };
  return { wanted: false, reason: machine.nvidia.evidence };
}

/**
 * @param {Choice} choice
 * @param {'cpu' | 'gpu'} device
 * @param {string} reason
 * @param {{ reason: string, remedy: string | null } | null} obstacle
 */
function considerWheel(choice, device, reason, obstacle) {
  const kind = device === 'gpu' ? 'wheel-gpu' : 'wheel-cpu';
  if (obstacle === null) choice.candidates.push({ kind, reason });
  else choice.declined.push({ kind, ...obstacle });
}

/**
 * @param {Machine} machine
 * @param {'cpu' | 'gpu'} device
 * @param {Cached} cached
 * @returns {{ reason: string, remedy: string | null } | null}
 */
function wheelObstacle(machine, device, cached) {
  const source = wheelSourceFor(machine.platform, machine.arch, device);
  if (source === null) {
    const what = device === 'gpu' ? 'TensorFlow with CUDA' : "TensorFlow's C library";
    return { reason: `no wheel holds ${what} for ${machine.platform}-${machine.arch}`, remedy: null };
  }
  if (source.minimumGlibc !== null && !isAtLeast(machine.glibc, source.minimumGlibc)) {
    const found = machine.glibc === null ? 'another C library is here' : `${machine.glibc} is here`;
    return {
      reason: `the wheel needs the GNU C library ${source.minimumGlibc} or newer and ${found}`,
      remedy: null,
    };
  }
  if (machine.pip.found === null && !cached.library) {
    return { reason: machine.pip.problem, remedy: installPython(machine.platform) };
  }
  if (machine.compiler.found === null && !cached.addon) {
    return { reason: machine.compiler.problem, remedy: installCompiler(machine.platform) };
  }
  return null;
}

/**
 * @param {Choice} choice
 * @param {Machine} machine
 */
function considerOfficial(choice, machine) {
  const { platform, arch } = machine;
  if (officialSourceFor(platform, arch) === null) {
    const reason = `TensorFlow.js offers no download for ${platform}-${arch}`;
    choice.declined.push({ kind: 'official', reason, remedy: null });
  } else if (platform === 'linux' && machine.glibc === null) {
    const reason = "TensorFlow.js's download needs the GNU C library and another one is here";
    choice.declined.push({ kind: 'official', reason, remedy: null });
  } else {
    choice.candidates.push({ kind: 'official', reason: "TensorFlow's wheel cannot be used here" });
  }
}

/**
 * @param {string | null} version
 * @param {string} minimum
 */
function isAtLeast(version, minimum) {
  if (version === null) return false;
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0] = minimum.split('.').map(Number);
  return major !== leastMajor ? major > leastMajor : minor >= leastMinor;
}

/** @param {NodeJS.Platform} platform */
export function installPython(platform) {
  if (platform === 'linux') return 'install Python with pip (Debian, Ubuntu: apt-get install python3-pip)';
  return 'install Python with pip';
}

/** @param {NodeJS.Platform} platform */
export function installCompiler(platform) {
  if (platform === 'linux') return 'install a C++ compiler (Debian, Ubuntu: apt-get install g++)';
  if (platform === 'darwin') return 'install a C++ compiler (xcode-select --install)';
  return 'install a C++ compiler';
}
