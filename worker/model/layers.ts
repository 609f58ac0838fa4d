// The layers of the network as pure functions on tensors. Latents are kept tokens first, [tokens, batch, hidden]:
// then mixing over tokens and mixing over features are each one plain matrix product, with no transposition.
// The hot ones carry their own gradients, which save less and multiply less than the generic ones.

import * as tf from '@tensorflow/tfjs-core';
import type { ModelSection } from '../../common/config/experiment.ts';

/** x·Wᵀ for x [rows, in] and W [out, in]. */
export function linear(x: tf.Tensor2D, weight: tf.Tensor2D): tf.Tensor2D {
  return tf.matMul(x, weight, false, true);
}

/**
 * Root-mean-square normalisation of a matrix along `axis` without a learned scale, x / sqrt(mean(x²) + ε)
 * (reference models/layers.py, rms_norm).
 */
export function rmsNorm(x: tf.Tensor2D, axis: 0 | 1): tf.Tensor2D {
  const normalise = tf.customGrad((input, save) => {
    const { output, inverse } = normalised(input as tf.Tensor, axis);
    (save as tf.GradSaveFunc)([output, inverse]);
    return { value: output, gradFunc: rmsNormGradient(axis) };
  });
  return normalise(x) as tf.Tensor2D;
}

const RMS_EPSILON = 1e-5;

/** x / sqrt(mean(x²) + ε) along `axis`, and the factors 1 / sqrt(mean(x²) + ε). */
export function normalised(x: tf.Tensor, axis: 0 | 1): { output: tf.Tensor; inverse: tf.Tensor } {
  const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(x), axis, true), RMS_EPSILON));
  return { output: tf.mul(x, inverse), inverse };
}

/** With y = x·r: dx = r·(dy − y·mean(dy·y)), for the saved y and r. */
export function rmsNormGradient(axis: number) {
  return (outputGradient: tf.Tensor, saved: tf.Tensor[]): tf.Tensor => {
    const [output, inverse] = saved as [tf.Tensor, tf.Tensor];
    const projection = tf.mean(tf.mul(outputGradient, output), axis, true);
    return tf.mul(tf.sub(outputGradient, tf.mul(output, projection)), inverse);
  };
}

/** gate·σ(gate)·up, the activation of a SwiGLU. */
export function gatedSilu(gate: tf.Tensor2D, up: tf.Tensor2D): tf.Tensor2D {
  const activate = tf.customGrad((gateInput, upInput, save) => {
    const [g, u] = [gateInput as tf.Tensor, upInput as tf.Tensor];
    const sigmoid = tf.sigmoid(g);
    const silu = tf.mul(g, sigmoid);
    (save as tf.GradSaveFunc)([sigmoid, silu, u]);
    return { value: tf.mul(silu, u), gradFunc: gatedSiluGradient };
  });
  return activate(gate, up) as tf.Tensor2D;
}

/** dup = dy·silu; dgate = dy·up·(σ + silu·(1 − σ)) = dy·up·(σ + silu − silu·σ). */
function gatedSiluGradient(outputGradient: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] {
  const [sigmoid, silu, up] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
  const slope = tf.sub(tf.add(sigmoid, silu), tf.mul(silu, sigmoid));
  return [tf.mul(tf.mul(outputGradient, up), slope), tf.mul(outputGradient, silu)];
}

/**
 * σ(gate)·RMSNorm(gate·up), the normalisation along `axis`: the unit that sic (arXiv 2601.19085) puts in the place of
 * SwiGLU's so that what goes on stays bounded under Muon.
 */
export function normalisedGate(gate: tf.Tensor2D, up: tf.Tensor2D, axis: 0 | 1): tf.Tensor2D {
  const activate = tf.customGrad((gateInput, upInput, save) => {
    const [g, u] = [gateInput as tf.Tensor, upInput as tf.Tensor];
    const sigmoid = tf.sigmoid(g);
    const product = tf.mul(g, u);
    const { output, inverse } = normalised(product, axis);
    (save as tf.GradSaveFunc)([g, u, sigmoid, output, inverse]);
    return { value: tf.mul(sigmoid, output), gradFunc: normalisedGateGradient(axis) };
  });
  return activate(gate, up) as tf.Tensor2D;
}

/** With y = σ·n and n = RMSNorm(p), p = g·u: dp as in rmsNorm from dy·σ; dg = dp·u + dy·n·σ·(1 − σ); du = dp·g. */
function normalisedGateGradient(axis: number) {
  return (outputGradient: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
    const [gate, up, sigmoid, output, inverse] = saved as [
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
    ];
    const ofNormalised = tf.mul(outputGradient, sigmoid);
    const ofProduct = rmsNormGradient(axis)(ofNormalised, [output, inverse]);
    const ofSigmoid = tf.mul(tf.mul(ofNormalised, output), tf.sub(1, sigmoid));
    return [tf.add(tf.mul(ofProduct, up), ofSigmoid), tf.mul(ofProduct, gate)];
  };
}

/** The activation between gate and up of a gated layer. */
export type GatedUnit = ModelSection['gatedUnit'];

function activate(gate: tf.Tensor2D, up: tf.Tensor2D, unit: GatedUnit, axis: 0 | 1): tf.Tensor2D {
  return unit === 'swiglu' ? gatedSilu(gate, up) : normalisedGate(gate, up, axis);
}

/** A SwiGLU's weights with gate and up apart: cutting the weights once is cheaper than cutting each activation. */
export interface SwigluWeights {
  /** [inner, width] */
  gate: tf.Tensor2D;
  /** [inner, width] */
  up: tf.Tensor2D;
  /** [width, inner] */
  down: tf.Tensor2D;
}

/** Cuts the reference's joined gate_up_proj [2·inner, width] in two. */
export function swigluWeights(gateUp: tf.Tensor2D, down: tf.Tensor2D): SwigluWeights {
  const [gate, up] = tf.split(gateUp, 2, 0) as [tf.Tensor2D, tf.Tensor2D];
  return { gate, up, down };
}

/** SwiGLU over the features of x [rows, width]. */
export function swigluOverFeatures(x: tf.Tensor2D, weights: SwigluWeights, unit: GatedUnit): tf.Tensor2D {
  const inner = activate(linear(x, weights.gate), linear(x, weights.up), unit, 1);
  return linear(inner, weights.down);
}

/** SwiGLU over the tokens of x [tokens, columns]: the same layer with the weights on the left. */
export function swigluOverTokens(x: tf.Tensor2D, weights: SwigluWeights, unit: GatedUnit): tf.Tensor2D {
  const inner = activate(tf.matMul(weights.gate, x), tf.matMul(weights.up, x), unit, 0);
  return tf.matMul(weights.down, inner);
}

/** One-hot rows [n, depth] of indices [n]. tfjs's WebAssembly kernel makes right ones only as whole numbers. */
export function oneHotRows(indices: tf.Tensor, depth: number): tf.Tensor2D {
  return tf.cast(tf.oneHot(tf.reshape(indices, [-1]) as tf.Tensor1D, depth), 'float32') as tf.Tensor2D;
}
