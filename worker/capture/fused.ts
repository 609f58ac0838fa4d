// Whole layers as one kernel: known to recordings that allow them, for which our native addon brings TensorFlow
// operations. Elsewhere the layers are composed of tfjs's own kernels.

import * as tf from '@tensorflow/tfjs-core';

let allowed = false;

/** Records with whole layers as one kernel, or without. */
export function withFusedLayers<Result>(allow: boolean, record: () => Result): Result {
  const before = allowed;
  allowed = allow;
  try {
    return record();
  } finally {
    allowed = before;
  }
}

/** Whether what runs now may call `fusedKernel`. */
export function areLayersFused(): boolean {
  return allowed;
}

/**
 * Fused layers, each with the names of its inputs. Layers give y, the norm's factors `inverse`, and `kept`: with the
 * attribute `keeps` what their gradients would have to make again otherwise, else nothing.
 */
export const fusedKernels = {
  /** y = RMSNorm(x + SwiGLU(x)), over the first axis of x where `featuresFirst`. */
  SwigluLayer: ['x', 'gateUp', 'down'],
  SwigluLayerGradient: ['x', 'gateUp', 'down', 'y', 'inverse', 'kept', 'dy'],
  /** y = RMSNorm(x + attention(x)) for x [tokens·batch, hidden]. */
  AttentionLayer: ['x', 'queryKeyValue', 'output', 'cosine', 'sine'],
  AttentionLayerGradient: ['x', 'queryKeyValue', 'output', 'cosine', 'sine', 'y', 'inverse', 'kept', 'dy'],
} as const;

export type FusedKernelName = keyof typeof fusedKernels;

/** Calls a fused kernel with its inputs in order. */
export function fusedKernel(
  name: FusedKernelName,
  inputs: readonly tf.Tensor[],
  attributes: tf.NamedAttrMap,
): tf.Tensor[] {
  const named = Object.fromEntries(
    fusedKernels[name].map((input, index) => [input, inputs[index] as tf.Tensor]),
  );
  return tf.engine().runKernel(name, named, attributes) as tf.Tensor[];
}

/** Multiple of every processor's panel of items (worker/native/panel.h). */
const KEPT_ITEMS = 48;

/** How many numbers a SwiGLU keeps with `joined` rows of gate and up: whole panels of items. */
export function keptBySwiglu(items: number, joined: number): number {
  return Math.ceil(items / KEPT_ITEMS) * KEPT_ITEMS * joined;
}

/** How many numbers attention keeps: queries, keys, values and their mix. */
export function keptByAttention(items: number, width: number): number {
  return 4 * items * width;
}
