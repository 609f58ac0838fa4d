// Tries the native TensorFlow in a child process on Node 24, and reads what the child says.

import path from 'node:path';
import { isRecord } from '../system/files.mjs';
import { projectFolder } from '../system/places.mjs';
import { capture, describeFailure } from '../system/processes.mjs';

const probe = path.join(projectFolder, 'scripts', 'probes', 'tensorflow.mjs');

/**
 * @param {string} nodePath
 * @param {number} [timeoutMs] the first start with CUDA compiles kernels and takes long
 * @returns {Promise<{ version: string, device: 'gpu' | 'cpu', problem: null } | { problem: string }>}
 */
export async function smokeTest(nodePath, timeoutMs = 300_000) {
  // Without growth TensorFlow would ask for the whole memory of a GPU on which a training may be running.
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2', TF_FORCE_GPU_ALLOW_GROWTH: 'true' };
  const outcome = await capture(nodePath, [probe], { env, timeoutMs });
  if (outcome.code !== 0) return { problem: describeFailure(outcome) };
  const answer = lastJson(outcome.stdout);
  if (!isRecord(answer) || typeof answer.version !== 'string') return { problem: 'it gave no answer' };
  if (answer.backend !== 'tensorflow') return { problem: `the backend is ${answer.backend}` };
  if (JSON.stringify(answer.product) !== '[19,22,43,50]') {
    return { problem: `a product of two matrices came out as ${JSON.stringify(answer.product)}` };
  }
  return { version: answer.version, device: answer.device === 'gpu' ? 'gpu' : 'cpu', problem: null };
}

/**
 * The last line as JSON: libraries may write before it.
 * @param {string} text
 * @returns {unknown}
 */
export function lastJson(text) {
  try {
    return JSON.parse(text.trim().split('\n').at(-1) ?? '');
  } catch {
    return null;
  }
}
