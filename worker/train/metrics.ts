// What a training step measures.

import * as tf from '@tensorflow/tfjs-core';
import { correctness, type LabelTargets } from '../model/labels.ts';
import type { ForwardResult } from './forward.ts';

/** The order of the values in the `metrics` output; all are sums over the batch, as the reference's loss head returns. */
export const METRICS = [
  'loss',
  'answerLoss',
  'haltingLoss',
  'continueLoss',
  'count',
  'tokenAccuracy',
  'exactAccuracy',
  'haltingAccuracy',
  'steps',
] as const;

/** The metrics in the order of METRICS; those after the losses count samples that halted here and have labels. */
export function measure(
  forward: ForwardResult,
  targets: LabelTargets,
  steps: tf.Tensor,
  halted: tf.Tensor,
): tf.Tensor {
  const { correctCells, exact } = correctness(forward.heads.logits, targets);
  const counted = tf.mul(tf.cast(halted, 'float32'), tf.cast(tf.greater(targets.counts, 0), 'float32'));
  const verdict = tf.cast(tf.greaterEqual(forward.heads.haltLogits, 0), 'float32');
  const values = [
    forward.loss,
    forward.answerLoss,
    forward.haltingLoss,
    forward.continueLoss ?? tf.scalar(0),
    tf.sum(counted),
    tf.sum(tf.mul(counted, tf.div(correctCells, targets.divisors))),
    tf.sum(tf.mul(counted, exact)),
    tf.sum(tf.mul(counted, tf.cast(tf.equal(verdict, exact), 'float32'))),
    tf.sum(tf.mul(counted, tf.cast(steps, 'float32'))),
  ];
  return tf.concat(values.map((value) => tf.reshape(value, [1])));
}
