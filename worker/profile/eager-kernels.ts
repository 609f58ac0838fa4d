// Times each kernel call of a backend that computes at once, as TensorFlow's eager mode on a processor and WebAssembly do.

import * as tf from '@tensorflow/tfjs-core';
import { currentLabel } from '../capture/labels.ts';
import type { TimedOperation } from './operations.ts';
import { epochMicros } from './traced-session.ts';

/** Runs `action` with every kernel of the backend in use timed, and returns the calls in order. */
export async function timeKernels(action: () => Promise<unknown>): Promise<TimedOperation[]> {
  const calls: TimedOperation[] = [];
  const kernels = tf.getKernelsForBackend(tf.getBackend());
  for (const kernel of kernels) {
    replaceKernel({
      ...kernel,
      kernelFunc(parameters) {
        const startMicros = epochMicros();
        const outputs = kernel.kernelFunc(parameters);
        calls.push({
          name: `${kernel.kernelName}_${calls.length}`,
          operation: kernel.kernelName,
          label: currentLabel(),
          thread: 0,
          startMicros,
          endMicros: epochMicros(),
          flops: flopsOfCall(kernel.kernelName, parameters),
        });
        return outputs;
      },
    });
  }
  try {
    await action();
  } finally {
    for (const kernel of kernels) replaceKernel(kernel);
  }
  return calls;
}

/** Neither is set up or torn down again: both are the same kernel. */
function replaceKernel(kernel: tf.KernelConfig): void {
  const { kernelName, backendName, kernelFunc } = kernel;
  tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel({ kernelName, backendName, kernelFunc });
}

type KernelParameters = Parameters<tf.KernelConfig['kernelFunc']>[0];

/** Of a matrix product [.., rows, inner] × [.., inner, columns]; null for anything else. */
function flopsOfCall(kernelName: string, { inputs, attrs }: KernelParameters): number | null {
  if (kernelName !== 'BatchMatMul') return null;
  const { a, b } = inputs;
  if (a === undefined || b === undefined) return null;
  const columns = b.shape.at(attrs?.transposeB === true ? -2 : -1) ?? 0;
  return 2 * tf.util.sizeFromShape(a.shape) * columns;
}
