// The two halves of a network's block, each with its residual and norm: mixing over tokens or features by a SwiGLU, and
// attention. Where a recording allows it a half is one fused kernel. A half that is asked to compute its inside again for
// its gradient keeps only its input and output.

import * as tf from '@tensorflow/tfjs-core';
import { areLayersFused, type FusedKernelName, fusedKernel } from '../capture/fused.ts';
import { type AttentionWeights, attention, type RotaryTable } from './attention.ts';
import {
  type GatedUnit,
  rmsNorm,
  type SwigluWeights,
  swigluOverFeatures,
  swigluOverTokens,
  swigluWeights,
} from './layers.ts';
import { type Inner, normalisedAgain } from './recompute.ts';

/** A function of [rows, columns] that keeps the shape. */
export type Layer = (x: tf.Tensor2D) => tf.Tensor2D;

export interface SwigluParameters {
  /** [2·inner, width]: gate, then up. */
  gateUp: tf.Tensor2D;
  /** [width, inner] */
  down: tf.Tensor2D;
}

/** Whether a layer's gradient computes again what lies between its input and output, instead of keeping it. */
export interface LayerOptions {
  recompute?: boolean;
}

/** RMSNorm(x + SwiGLU(x)), both over `axis` of x. */
export function swigluLayer(
  { gateUp, down }: SwigluParameters,
  unit: GatedUnit,
  axis: 0 | 1,
  { recompute = false }: LayerOptions = {},
): Layer {
  if (areLayersFused() && unit === 'swiglu') {
    const settings = { attributes: { featuresFirst: axis === 0 }, recompute };
    return (x) => fusedLayer('SwigluLayer', [x, gateUp, down], [], settings);
  }
  const weights = swigluWeights(gateUp, down);
  const swiglu = axis === 0 ? swigluOverTokens : swigluOverFeatures;
  const inner = (x: tf.Tensor2D, parts: SwigluWeights) => tf.add(x, swiglu(x, parts, unit)) as tf.Tensor2D;
  if (!recompute) return (x) => rmsNorm(inner(x, weights), axis);
  const innerAgain: Inner = (x, gate, up, last) =>
    inner(x, { gate: gate as tf.Tensor2D, up: up as tf.Tensor2D, down: last as tf.Tensor2D });
  return (x) => normalisedAgain(innerAgain, x, [weights.gate, weights.up, weights.down], [], axis);
}

/** RMSNorm(x + attention(x)) for x [tokens·batch, hidden], tokens first. */
export function attentionLayer(
  weights: AttentionWeights,
  heads: number,
  tokens: number,
  rotary: RotaryTable | null,
  { recompute = false }: LayerOptions = {},
): Layer {
  if (areLayersFused()) {
    const tables = rotary ? [rotary.cosine, rotary.sine] : [tf.scalar(1), tf.scalar(0)];
    const settings = { attributes: { heads, tokens, rotary: rotary !== null }, recompute };
    return (x) => fusedLayer('AttentionLayer', [x, weights.queryKeyValue, weights.output], tables, settings);
  }
  const inner = (x: tf.Tensor2D, parts: AttentionWeights, turned: RotaryTable | null) =>
    tf.add(x, attention(x, parts, heads, tokens, turned)) as tf.Tensor2D;
  if (!recompute) return (x) => rmsNorm(inner(x, weights, rotary), 1);
  const innerAgain: Inner = (x, queryKeyValue, output, cosine, sine) => {
    const parts = { queryKeyValue: queryKeyValue as tf.Tensor2D, output: output as tf.Tensor2D };
    const turned = rotary && { cosine: cosine as tf.Tensor4D, sine: sine as tf.Tensor4D };
    return inner(x, parts, turned);
  };
  const tables = rotary ? [rotary.cosine, rotary.sine] : [];
  return (x) => normalisedAgain(innerAgain, x, [weights.queryKeyValue, weights.output], tables, 1);
}

type FusedLayerName = 'SwigluLayer' | 'AttentionLayer';

const gradients: Readonly<Record<FusedLayerName, FusedKernelName>> = {
  SwigluLayer: 'SwigluLayerGradient',
  AttentionLayer: 'AttentionLayerGradient',
};

interface FusedSettings {
  attributes: tf.NamedAttrMap;
  recompute: boolean;
}

/** The gradient kernel takes the layer's inputs, its outputs and dy. */
function fusedLayer(
  name: FusedLayerName,
  learned: tf.Tensor[],
  tables: tf.Tensor[],
  { attributes: ofLayer, recompute }: FusedSettings,
): tf.Tensor2D {
  const attributes = { ...ofLayer, keeps: !recompute && tf.engine().isTapeOn() };
  const layer = tf.customGrad((...differentiable) => {
    const save = differentiable.pop() as tf.GradSaveFunc;
    const inputs = [...(differentiable as tf.Tensor[]), ...tables];
    const outputs = fusedKernel(name, inputs, attributes);
    save([...inputs, ...outputs]);
    return {
      value: outputs[0] as tf.Tensor,
      gradFunc: (dy, saved) => fusedKernel(gradients[name], [...saved, dy], attributes),
    };
  });
  return layer(...learned) as tf.Tensor2D;
}
