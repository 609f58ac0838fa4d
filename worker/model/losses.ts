// The two losses of a supervision step, each with its own gradient. What a gradient needs goes through `save`:
// tfjs disposes of every other tensor of the forward pass before the gradient runs.

import * as tf from '@tensorflow/tfjs-core';

/**
 * Stablemax cross entropy, −log(s(x_label) / Σ s(x)), weighted and summed over the rows
 * (reference models/losses.py; s from Prieto et al. 2025, "Grokking at the Edge of Numerical Stability").
 * @param logits [rows, vocabulary]
 * @param oneHotLabels [rows, vocabulary], any valid row where the weight is 0
 * @param weights [rows, 1]: 0 where ignored, else the row's share in the loss
 */
export function stablemaxCrossEntropy(
  logits: tf.Tensor2D,
  oneHotLabels: tf.Tensor2D,
  weights: tf.Tensor2D,
): tf.Scalar {
  const loss = tf.customGrad((input, save) => {
    const { s, total, perRow } = stablemax(input as tf.Tensor, oneHotLabels);
    (save as tf.GradSaveFunc)([s, total, oneHotLabels, weights]);
    const gradFunc = (outputGradient: tf.Tensor, saved: tf.Tensor[]) => {
      const [value, sum, labels, scale] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
      const slope = tf.square(tf.minimum(value, 1));
      const inner = tf.sub(tf.div(1, sum), tf.div(labels, value));
      return tf.mul(tf.mul(slope, inner), tf.mul(scale, outputGradient));
    };
    return { value: tf.sum(tf.mul(perRow, weights)), gradFunc };
  });
  return loss(logits) as tf.Scalar;
}

/** Stablemax cross entropy of each row, [rows, 1], for use outside of training. */
export function stablemaxLosses(logits: tf.Tensor2D, oneHotLabels: tf.Tensor2D): tf.Tensor {
  return stablemax(logits, oneHotLabels).perRow;
}

function stablemax(logits: tf.Tensor, oneHotLabels: tf.Tensor2D) {
  const s = stableExponential(logits);
  const total = tf.sum(s, 1, true);
  const ofLabel = tf.sum(tf.mul(s, oneHotLabels), 1, true);
  return { s, total, perRow: tf.sub(tf.log(total), tf.log(ofLabel)) };
}

/** s(x) = x + 1 for x ≥ 0, 1/(1 − x) below; its slope is min(s, 1)². */
function stableExponential(x: tf.Tensor): tf.Tensor {
  return tf.add(tf.relu(x), tf.reciprocal(tf.add(tf.relu(tf.neg(x)), 1)));
}

/** Sum of the binary cross entropies of σ(logits) against targets of 0 or 1, both [batch]. */
export function binaryCrossEntropySum(logits: tf.Tensor1D, targets: tf.Tensor1D): tf.Scalar {
  const loss = tf.customGrad((input, save) => {
    const x = input as tf.Tensor;
    (save as tf.GradSaveFunc)([x, targets]);
    const softplus = tf.add(tf.relu(x), tf.log1p(tf.exp(tf.neg(tf.abs(x)))));
    const gradFunc = (outputGradient: tf.Tensor, saved: tf.Tensor[]) => {
      const [logit, target] = saved as [tf.Tensor, tf.Tensor];
      return tf.mul(tf.sub(tf.sigmoid(logit), target), outputGradient);
    };
    return { value: tf.sum(tf.sub(softplus, tf.mul(x, targets))), gradFunc };
  });
  return loss(logits) as tf.Scalar;
}
