// The updates of one optimizer step as pure functions on tensors.

import * as tf from '@tensorflow/tfjs-core';

export interface AdamAtan2Settings {
  beta1: number;
  beta2: number;
  weightDecay: number;
}

/** The part of a step that changes from step to step, each a scalar tensor. */
export interface StepScalars {
  learningRate: tf.Tensor;
  /** 1 / (1 − β1^t) */
  firstCorrection: tf.Tensor;
  /** 1 / sqrt(1 − β2^t) */
  secondCorrection: tf.Tensor;
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
): { value: tf.Tensor; firstMoment: tf.Tensor; secondMoment: tf.Tensor } {
  const { beta1, beta2, weightDecay } = settings;
  const first = tf.add(firstMoment, tf.mul(tf.sub(gradient, firstMoment), 1 - beta1));
  const second = tf.add(tf.mul(secondMoment, beta2), tf.mul(tf.square(gradient), 1 - beta2));
  const angle = tf.atan2(first, tf.mul(tf.sqrt(second), scalars.secondCorrection));
  const decayed = tf.mul(value, tf.sub(1, tf.mul(scalars.learningRate, weightDecay)));
  const step = tf.mul(angle, tf.mul(scalars.learningRate, scalars.firstCorrection));
  return { value: tf.sub(decayed, step), firstMoment: first, secondMoment: second };
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
