// The losses of a supervision step, one value a puzzle, each with its own gradient. What a gradient needs goes through
// `save`: tfjs disposes of every other tensor of the forward pass before the gradient runs.

import * as tf from '@tensorflow/tfjs-core';
import type { TrainingSection } from '../../common/config/training.ts';
import { customGradInFullPrecision } from '../capture/full-precision.ts';
import type { LabelTargets } from './labels.ts';
import { oneHotRows } from './layers.ts';

/** Which cross entropy, and the share of each label that is spread evenly over the vocabulary. */
export type AnswerLossSettings = Pick<TrainingSection, 'answerLoss' | 'labelSmoothing'>;

/** Each puzzle's mean cross entropy over its cells that count, [batch]; logits are [cells·batch, vocabulary]. */
export function answerLosses(
  logits: tf.Tensor2D,
  targets: LabelTargets,
  { answerLoss, labelSmoothing }: AnswerLossSettings,
): tf.Tensor1D {
  const vocabularySize = logits.shape[1];
  const oneHot = oneHotRows(targets.labels, vocabularySize);
  const spread = tf.add(tf.mul(oneHot, 1 - labelSmoothing), labelSmoothing / vocabularySize);
  const distribution = labelSmoothing === 0 ? oneHot : (spread as tf.Tensor2D);
  const perCell = tf.reshape(crossEntropies[answerLoss](logits, distribution), targets.labels.shape);
  return tf.sum(tf.mul(perCell, tf.div(targets.mask, targets.divisors)), 0);
}

/** Cross entropies of each row, [rows, 1], between logits and target distributions, both [rows, vocabulary]. */
export const crossEntropies = { stablemax: stablemaxCrossEntropies, softmax: softmaxCrossEntropies };

/**
 * −Σ t·log(s(x) / Σ s(x)) with s of Prieto et al. 2025, "Grokking at the Edge of Numerical Stability"
 * (reference models/losses.py).
 */
function stablemaxCrossEntropies(logits: tf.Tensor2D, targets: tf.Tensor2D): tf.Tensor2D {
  const losses = customGradInFullPrecision((input, save) => {
    const s = stableExponential(input as tf.Tensor);
    const total = tf.sum(s, 1, true);
    (save as tf.GradSaveFunc)([s, total, targets]);
    const gradFunc = (outputGradient: tf.Tensor, saved: tf.Tensor[]) => {
      const [value, sum, target] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
      const slope = tf.square(tf.minimum(value, 1));
      const inner = tf.sub(tf.div(1, sum), tf.div(target, value));
      return tf.mul(tf.mul(slope, inner), outputGradient);
    };
    return { value: tf.sub(tf.log(total), tf.sum(tf.mul(targets, tf.log(s)), 1, true)), gradFunc };
  });
  return losses(logits) as tf.Tensor2D;
}

/** s(x) = x + 1 for x ≥ 0, 1/(1 − x) below; its slope is min(s, 1)². */
function stableExponential(x: tf.Tensor): tf.Tensor {
  return tf.add(tf.relu(x), tf.reciprocal(tf.add(tf.relu(tf.neg(x)), 1)));
}

/** −Σ t·log softmax(x), its gradient softmax(x) − t. */
function softmaxCrossEntropies(logits: tf.Tensor2D, targets: tf.Tensor2D): tf.Tensor2D {
  const losses = customGradInFullPrecision((input, save) => {
    const x = input as tf.Tensor;
    const shifted = tf.sub(x, tf.max(x, 1, true));
    const exponentials = tf.exp(shifted);
    const total = tf.sum(exponentials, 1, true);
    (save as tf.GradSaveFunc)([tf.div(exponentials, total), targets]);
    const gradFunc = (outputGradient: tf.Tensor, saved: tf.Tensor[]) => {
      const [probabilities, target] = saved as [tf.Tensor, tf.Tensor];
      return tf.mul(tf.sub(probabilities, target), outputGradient);
    };
    return { value: tf.sub(tf.log(total), tf.sum(tf.mul(targets, shifted), 1, true)), gradFunc };
  });
  return losses(logits) as tf.Tensor2D;
}

/** Binary cross entropies of σ(logits) against targets from 0 to 1, all [batch]. */
export function binaryCrossEntropies(logits: tf.Tensor1D, targets: tf.Tensor1D): tf.Tensor1D {
  const losses = customGradInFullPrecision((input, save) => {
    const x = input as tf.Tensor;
    (save as tf.GradSaveFunc)([x, targets]);
    const softplus = tf.add(tf.relu(x), tf.log1p(tf.exp(tf.neg(tf.abs(x)))));
    const gradFunc = (outputGradient: tf.Tensor, saved: tf.Tensor[]) => {
      const [logit, target] = saved as [tf.Tensor, tf.Tensor];
      return tf.mul(tf.sub(tf.sigmoid(logit), target), outputGradient);
    };
    return { value: tf.sub(softplus, tf.mul(x, targets)), gradFunc };
  });
  return losses(logits) as tf.Tensor1D;
}
