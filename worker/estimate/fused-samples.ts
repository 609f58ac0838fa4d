// Fused layers that a calibration runs, forward and backward: chains of one layer whose output is its next input.

import * as tf from '@tensorflow/tfjs-core';
import { type FusedKernelName, fusedKernel, keptByAttention, keptBySwiglu } from '../capture/fused.ts';
import { type NamedTensors, namedTensor, type Program } from '../capture/program.ts';
import { type FusedLayer, isAttention, isGradient, productsInside } from './fused-layers.ts';
import { flopsOf } from './work.ts';

interface FusedSample extends Omit<FusedLayer, 'kernel' | 'keeps'> {
  layer: 'SwigluLayer' | 'AttentionLayer';
  featuresFirst: boolean;
}

const swiglu = (items: number, width: number, inner: number, featuresFirst: boolean): FusedSample => {
  return { layer: 'SwigluLayer', items, width, inner, featuresFirst, tokens: 1, heads: 1 };
};
const attention = (batch: number, tokens: number, width: number, heads: number): FusedSample => ({
  ...{ layer: 'AttentionLayer', items: batch * tokens, width, inner: width },
  ...{ featuresFirst: false, tokens, heads },
});

/** As they occur in these networks: mixing of few and of many tokens, of few and of many features, attention. */
const samples: readonly FusedSample[] = [
  swiglu(4096, 18, 256, true),
  swiglu(4096, 38, 256, true),
  swiglu(8192, 97, 512, true),
  swiglu(256, 64, 256, false),
  swiglu(1152, 64, 256, false),
  swiglu(2048, 128, 512, false),
  swiglu(512, 512, 1536, false),
  swiglu(3072, 512, 1536, false),
  attention(64, 18, 64, 4),
  attention(32, 81, 128, 4),
  attention(16, 97, 512, 8),
  attention(4, 400, 256, 4),
];

/** What is timed: each sample forward and backward, which is what the calibration's numbers are of, in this order. */
export const FUSED_SAMPLES: readonly (FusedLayer & { featuresFirst: boolean })[] = samples.flatMap(
  ({ layer, ...sizes }) => [
    { kernel: layer, ...sizes, keeps: false },
    { kernel: `${layer}Gradient` as FusedKernelName, ...sizes, keeps: true },
  ],
);

type Sample = (typeof FUSED_SAMPLES)[number];

/** Of all matrix products in the layer. */
export function fusedFlopsOf(layer: FusedLayer): number {
  return productsInside(layer).reduce((sum, product) => sum + flopsOf(product), 0);
}

const CHAIN_FLOPS = 1e9;
const LONGEST_CHAIN = 16;

/** Layers in a chain: enough that the call itself weighs little. */
export function fusedChainLength(sample: FusedLayer): number {
  return Math.max(1, Math.min(LONGEST_CHAIN, Math.round(CHAIN_FLOPS / fusedFlopsOf(sample))));
}

export const fusedOutput = ({ kernel, ...sizes }: Sample) => `${kernel}/${Object.values(sizes).join('/')}`;

/** What a sample reads. `there` and `back` weights keep a vector of ones about as large as it is. */
function tensorsOf({ kernel, items, width, inner, featuresFirst, tokens, heads }: Sample) {
  const x = featuresFirst ? [width, items] : [items, width];
  const weights = { there: [isAttention(kernel) ? 3 * inner : 2 * inner, width], back: [width, inner] };
  const table = [1, 1, tokens, inner / heads];
  const tables = isAttention(kernel) ? { cosine: table, sine: table } : {};
  const kept = isAttention(kernel) ? keptByAttention(items, inner) : keptBySwiglu(items, 2 * inner);
  return { x, ...weights, ...tables, ...(isGradient(kernel) && { y: x, inverse: [items], kept: [kept] }) };
}

export function fusedSampleState(): Program['state'] {
  const state: Program['state'] = {};
  for (const sample of FUSED_SAMPLES) {
    for (const [name, shape] of Object.entries(tensorsOf(sample))) {
      state[`${fusedOutput(sample)}/${name}`] = { shape, type: 'float32' };
    }
  }
  return state;
}

/** The last result of a sample's chain. */
export function fusedChain(sample: Sample, tensors: NamedTensors): tf.Tensor {
  const { kernel, featuresFirst, heads, tokens, keeps } = sample;
  const named = Object.keys(tensorsOf(sample)).map((name) =>
    namedTensor(tensors, `${fusedOutput(sample)}/${name}`),
  );
  const [x, ...others] = named as [tf.Tensor, ...tf.Tensor[]];
  const attributes: tf.NamedAttrMap = isAttention(kernel)
    ? { heads, tokens, rotary: true, keeps }
    : { featuresFirst, keeps };
  // Backward the gradient runs through the chain. Halved, it is not what the norm takes away altogether.
  let result = isGradient(kernel) ? tf.mul(x, 0.5) : x;
  for (let index = 0; index < fusedChainLength(sample); index++) {
    const inputs = isGradient(kernel) ? [x, ...others, result] : [result, ...others];
    result = fusedKernel(kernel, inputs, attributes)[0] as tf.Tensor;
  }
  return result;
}
