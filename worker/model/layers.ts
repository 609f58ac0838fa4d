// The layers of the network as pure functions on tensors. Latents are kept tokens first, [tokens, batch, hidden]:
// then mixing over tokens and mixing over features are each one plain matrix product, with no transposition.
// The hot ones carry their own gradients, which save less and multiply less than the generic ones.

import * as tf from '@tensorflow/tfjs-core';

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
    const value = input as tf.Tensor;
    const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(value), axis, true), RMS_EPSILON));
    const output = tf.mul(value, inverse);
    (save as tf.GradSaveFunc)([output, inverse]);
    return { value: output, gradFunc: rmsNormGradient(axis) };
  });
  return normalise(x) as tf.Tensor2D;
}

const RMS_EPSILON = 1e-5;

/** With y = x·r: dx = r·(dy − y·mean(dy·y)). */
function rmsNormGradient(axis: number) {
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
export function swigluOverFeatures(x: tf.Tensor2D, weights: SwigluWeights): tf.Tensor2D {
  return linear(gatedSilu(linear(x, weights.gate), linear(x, weights.up)), weights.down);
}

/** SwiGLU over the tokens of x [tokens, columns]: the same layer with the weights on the left. */
export function swigluOverTokens(x: tf.Tensor2D, weights: SwigluWeights): tf.Tensor2D {
  const inner = gatedSilu(tf.matMul(weights.gate, x), tf.matMul(weights.up, x));
  return tf.matMul(weights.down, inner);
}

/** One-hot rows [n, depth] of indices [n]. tfjs's WebAssembly kernel makes right ones only as whole numbers. */
export function oneHotRows(indices: tf.Tensor, depth: number): tf.Tensor2D {
  return tf.cast(tf.oneHot(tf.reshape(indices, [-1]) as tf.Tensor1D, depth), 'float32') as tf.Tensor2D;
}
