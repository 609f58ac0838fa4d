// Makes tfjs ready in a worker: TensorFlow's native library where the set-up built its addon, the WebAssembly
// backend elsewhere, and says which it is.

import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import util from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { UserError } from '../common/errors.ts';
import { applyDevice, askedDevice, forgetGpu } from './device.ts';
import { loadNativeAddon } from './native/native.ts';

export interface Runtime {
  backend: 'tensorflow' | 'wasm';
  /** TensorFlow's own version, or that of the WebAssembly backend. */
  version: string;
  device: 'cpu' | 'gpu';
  /** Why the backend is not TensorFlow; null when it is. */
  reason: string | null;
  /** Whether our native addon is loaded, which has whole layers as one operation for the CPU. */
  fusedLayers: boolean;
}

/**
 * Loads the best backend there is, on the device that is asked for. `TRM_BACKEND=wasm` asks for WebAssembly.
 * @throws UserError where a GPU is asked for and cannot be used
 */
export async function startRuntime(device = 'auto'): Promise<Runtime> {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  // Numbers GPUs as nvidia-smi does, for values of CUDA_VISIBLE_DEVICES that hold numbers.
  process.env.CUDA_DEVICE_ORDER ??= 'PCI_BUS_ID';
  await applyDevice(device);
  const runtime = await loadBackend();
  if (askedDevice(device).startsWith('cuda') && runtime.device !== 'gpu') throw gpuUnused(runtime);
  if (runtime.device === 'cpu') forgetGpu();
  return runtime;
}

async function loadBackend(): Promise<Runtime> {
  if (process.env.TRM_BACKEND === 'wasm') return startWasm('TRM_BACKEND=wasm asks for it');
  try {
    return startTensorFlow();
  } catch (error) {
    return startWasm(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
  }
}

function startTensorFlow(): Runtime {
  // oneDNN's matrix products are faster than Eigen's also where TensorFlow does not choose them by itself.
  process.env.TF_ENABLE_ONEDNN_OPTS ??= '1';
  // On a GPU, takes memory as it is needed and leaves the rest to others.
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true';
  restoreRemovedNodeFunctions();
  const require = createRequire(import.meta.url);
  require('@tensorflow/tfjs-node-gpu');
  if (tf.getBackend() !== 'tensorflow') throw new Error('the TensorFlow addon registered no backend');
  const { binding, isUsingGpuDevice } = tf.backend() as unknown as {
    binding: { TF_Version: string };
    isUsingGpuDevice: boolean;
  };
  const device = isUsingGpuDevice ? 'gpu' : 'cpu';
  const fusedLayers = device === 'cpu' && loadNativeAddon() !== null;
  return { backend: 'tensorflow', version: binding.TF_Version, device, reason: null, fusedLayers };
}

/** tfjs-node 4.22 calls two functions that newer Node warns of or has dropped (tfjs issue 8609). */
function restoreRemovedNodeFunctions(): void {
  const legacy = util as unknown as Record<string, unknown>;
  legacy.isNullOrUndefined = (value: unknown) => value === null || value === undefined;
  legacy.isArray = Array.isArray;
}

async function startWasm(reason: string): Promise<Runtime> {
  const require = createRequire(import.meta.url);
  // The union package registers the gradients, which the core alone lacks.
  require('@tensorflow/tfjs');
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  wasm.setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
  if (!(await tf.setBackend('wasm'))) {
    throw new UserError({
      what: 'Neither TensorFlow nor its WebAssembly replacement could be started',
      where: join('node_modules', '@tensorflow'),
      found: reason,
      remedy: 'run `npm run setup`, then `trm doctor`',
    });
  }
  return { backend: 'wasm', version: wasm.version_wasm, device: 'cpu', reason, fusedLayers: false };
}

function gpuUnused({ backend, reason }: Runtime): UserError {
  return new UserError({
    what: 'TensorFlow does not use the GPU that is asked for',
    where: 'training.device',
    found:
      backend === 'wasm'
        ? `the WebAssembly backend: ${reason}`
        : 'a TensorFlow that has no CUDA, or that could not load it',
    expected: 'TensorFlow with CUDA',
    remedy: 'run `npm run setup -- --gpu`, then `trm doctor`; or set training.device=cpu',
  });
}
