// The updates of one optimizer step as pure functions on tensors.

import * as tf from '@tensorflow/tfjs-core';

export interface AdamAtan2Settings {
  beta1: number;
  beta2: number;
  weightDecay: number;
}

export interface AdamWSettings extends AdamAtan2Settings {
  adamEpsilon: number;
}

/** The part of a step that changes from step to step, each a scalar tensor. */
export interface StepScalars {
  learningRate: tf.Tensor;
  /** 1 / (1 − β1^t) */
  firstCorrection: tf.Tensor;
  /** 1 / sqrt(1 − β2^t) */
  secondCorrection: tf.Tensor;
}

export interface AdamResult {
  value: tf.Tensor;
  firstMoment: tf.Tensor;
  secondMoment: tf.Tensor;
}

/**
 * AdamATan2 (Everett et al. 2024) as adam-atan2 0.0.3 does it: the first moment's correction scales the step,
 * outside the arc tangent. All tensors have the parameter's shape.
 */
export function adamAtan2(
  value: tf.Tensor,
  gradient: tf.Tensor,
  firstMoment: tf.Tensor,
  secondMoment: tf.Tensor,
  settings: AdamAtan2Settings,
  scalars: StepScalars,
): AdamResult {
  const moments = nextMoments(gradient, firstMoment, secondMoment, settings);
  const angle = tf.atan2(moments.firstMoment, correctedRoot(moments.secondMoment, scalars));
  return { value: stepAlong(value, angle, settings, scalars), ...moments };
}

/**
 * AdamW (Loshchilov & Hutter 2019) as torch.optim.AdamW does it: both moments corrected, ε added to the root. All
 * tensors have the parameter's shape.
 */
export function adamW(
  value: tf.Tensor,
  gradient: tf.Tensor,
  firstMoment: tf.Tensor,
  secondMoment: tf.Tensor,
  settings: AdamWSettings,
  scalars: StepScalars,
): AdamResult {
  const moments = nextMoments(gradient, firstMoment, secondMoment, settings);
  const root = correctedRoot(moments.secondMoment, scalars);
  const direction = tf.div(moments.firstMoment, tf.add(root, settings.adamEpsilon));
  return { value: stepAlong(value, direction, settings, scalars), ...moments };
}

function nextMoments(
  gradient: tf.Tensor,
  firstMoment: tf.Tensor,
  secondMoment: tf.Tensor,
  { beta1, beta2 }: AdamAtan2Settings,
) {
  return {
    firstMoment: tf.add(firstMoment, tf.mul(tf.sub(gradient, firstMoment), 1 - beta1)),
    secondMoment: tf.add(tf.mul(secondMoment, beta2), tf.mul(tf.square(gradient), 1 - beta2)),
  };
}

function correctedRoot(secondMoment: tf.Tensor, { secondCorrection }: StepScalars): tf.Tensor {
  return tf.mul(tf.sqrt(secondMoment), secondCorrection);
}

/** Decoupled weight decay, then a step against `direction`, scaled by the first moment's correction. */
function stepAlong(
  value: tf.Tensor,
  direction: tf.Tensor,
  { weightDecay }: AdamAtan2Settings,
  { learningRate, firstCorrection }: StepScalars,
): tf.Tensor {
  const decayed = tf.mul(value, tf.sub(1, tf.mul(learningRate, weightDecay)));
  return tf.sub(decayed, tf.mul(direction, tf.mul(learningRate, firstCorrection)));
}

/** Added to the norm of the gradients before dividing by it, as torch's clip_grad_norm_ does. */
const NORM_EPSILON = 1e-6;

/** The gradients scaled down so that the root of the sum of all their squares is at most `maximumNorm`. */
export function clipGlobalNorm(
  gradients: Record<string, tf.Tensor>,
  maximumNorm: number,
): Record<string, tf.Tensor> {
  const entries = Object.entries(gradients);
  if (entries.length === 0) return gradients;
  const squares = entries.map(([, gradient]) => tf.reshape(tf.sum(tf.square(gradient)), [1]));
  const norm = tf.sqrt(tf.sum(tf.concat(squares)));
  const factor = tf.minimum(tf.div(maximumNorm, tf.add(norm, NORM_EPSILON)), 1);
  return Object.fromEntries(entries.map(([name, gradient]) => [name, tf.mul(gradient, factor)]));
}

/**
 * Sign-SGD on the rows of the puzzle table that this batch used: gradients of equal rows add up first, so equal
 * indices get equal new rows (reference models/sparse_embedding.py).
 * @param indices int32 [batch]
 * @param rows [batch, size], the table's rows at `indices`
 * @param gradients [batch, size]
 */
export function signSgdRows(
  indices: tf.Tensor1D,
  rows: tf.Tensor2D,
  gradients: tf.Tensor2D,
  learningRate: tf.Tensor,
  weightDecay: number,
): tf.Tensor2D {
  const same = tf.cast(tf.equal(tf.reshape(indices, [-1, 1]), tf.reshape(indices, [1, -1])), 'float32');
  const summed = tf.matMul(same as tf.Tensor2D, gradients);
  const decayed = tf.mul(rows, tf.sub(1, tf.mul(learningRate, weightDecay)));
  return tf.sub(decayed, tf.mul(learningRate, tf.sign(summed)));
}
