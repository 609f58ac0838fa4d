// Muon: momentum whose matrix is brought close to an orthogonal one before it is applied
// (Keller Jordan 2024, https://kellerjordan.github.io/posts/muon/), in float32 throughout.

import * as tf from '@tensorflow/tfjs-core';

export interface MuonSettings {
  momentum: number;
  weightDecay: number;
}

/** Five steps of this quintic bring all singular values near 1. */
const NEWTON_SCHULZ_STEPS = 5;
const [LINEAR, CUBIC, QUINTIC] = [3.4445, -4.775, 2.0315] as const;
const SMALLEST_NORM = 1e-7;

/**
 * One step with Nesterov momentum and decoupled weight decay, as torch.optim.Muon does it: the learning rate of a tall
 * matrix [rows, columns] grows by sqrt(rows / columns). All tensors have the parameter's shape.
 */
export function muon(
  value: tf.Tensor2D,
  gradient: tf.Tensor2D,
  momentum: tf.Tensor2D,
  settings: MuonSettings,
  learningRate: tf.Tensor,
): { value: tf.Tensor; momentum: tf.Tensor } {
  const next = mix(momentum, gradient, 1 - settings.momentum);
  const direction = orthogonalise(mix(gradient, next, settings.momentum));
  const [rows, columns] = value.shape;
  const decayed = tf.mul(value, tf.sub(1, tf.mul(learningRate, settings.weightDecay)));
  const rate = tf.mul(learningRate, Math.sqrt(Math.max(1, rows / columns)));
  return { value: tf.sub(decayed, tf.mul(direction, rate)), momentum: next };
}

/** a·(1 − share) + b·share */
function mix(a: tf.Tensor2D, b: tf.Tensor2D, share: number): tf.Tensor2D {
  return tf.add(a, tf.mul(tf.sub(b, a), share));
}

/** The matrix with its singular values brought to between about 0.7 and 1.2, its singular vectors kept. */
export function orthogonalise(matrix: tf.Tensor2D): tf.Tensor2D {
  const tall = matrix.shape[0] > matrix.shape[1];
  const norm = tf.sqrt(tf.sum(tf.square(matrix)));
  let x: tf.Tensor2D = tf.div(matrix, tf.maximum(norm, SMALLEST_NORM));
  for (let step = 0; step < NEWTON_SCHULZ_STEPS; step++) {
    // The smaller of xᵀx and xxᵀ.
    const gram = tf.matMul(x, x, tall, !tall);
    const polynomial = tf.add<tf.Tensor2D>(tf.mul(gram, CUBIC), tf.mul(tf.matMul(gram, gram), QUINTIC));
    const product = tall ? tf.matMul(x, polynomial) : tf.matMul(polynomial, x);
    x = tf.add(tf.mul(x, LINEAR), product);
  }
  return x;
}
