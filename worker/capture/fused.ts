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

/** Fused layers, each with the names of its inputs and how many of them have gradients. */
export const fusedKernels = {
  /** y = RMSNorm(x + SwiGLU(x)) and the norm's factors; over the first axis of x where `featuresFirst`. */
  SwigluLayer: ['x', 'gateUp', 'down'],
  SwigluLayerGradient: ['x', 'gateUp', 'down', 'y', 'inverse', 'dy'],
  /** y = RMSNorm(x + attention(x)) and the norm's factors, for x [tokens·batch, hidden]. */
  AttentionLayer: ['x', 'queryKeyValue', 'output', 'cosine', 'sine'],
  AttentionLayerGradient: ['x', 'queryKeyValue', 'output', 'cosine', 'sine', 'y', 'inverse', 'dy'],
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
