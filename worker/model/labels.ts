// What the labels of a batch say: which cells count, and whether an answer is right.

import * as tf from '@tensorflow/tfjs-core';
import { IGNORED_LABEL } from '../../common/labels.ts';

/** Labels laid out as the logits are, cells first. */
export interface LabelTargets {
  /** float32 [cells, batch], 1 where a cell counts. */
  mask: tf.Tensor2D;
  /** int32 [cells, batch], 0 where a cell does not count. */
  labels: tf.Tensor2D;
  /** float32 [batch], cells that count. */
  counts: tf.Tensor1D;
  /** float32 [batch], the same, but at least 1, to divide by. */
  divisors: tf.Tensor1D;
}

/** Lays out labels [batch, cells]. */
export function labelTargets(labels: tf.Tensor2D): LabelTargets {
  const byCell = tf.transpose(labels) as tf.Tensor2D;
  const counted = tf.notEqual(byCell, tf.scalar(IGNORED_LABEL, 'int32'));
  const mask = tf.cast<tf.Tensor2D>(counted as tf.Tensor2D, 'float32');
  const counts = tf.sum(mask, 0) as tf.Tensor1D;
  const divisors = tf.maximum(counts, 1) as tf.Tensor1D;
  return { mask, labels: tf.mul<tf.Tensor2D>(byCell, tf.cast(counted, 'int32')), counts, divisors };
}

export interface Correctness {
  /** int32 [cells, batch], the most likely tokens. */
  answer: tf.Tensor2D;
  /** float32 [batch], right cells. */
  correctCells: tf.Tensor1D;
  /** float32 [batch], 1 where every cell that counts is right (also where none counts, as in the reference). */
  exact: tf.Tensor1D;
}

/** Compares logits [cells·batch, vocabulary] with the labels. */
export function correctness(logits: tf.Tensor2D, targets: LabelTargets): Correctness {
  const answer = tf.reshape<tf.Rank.R2>(tf.cast(tf.argMax(logits, 1), 'int32'), targets.labels.shape);
  const right = tf.mul(tf.cast(tf.equal(answer, targets.labels), 'float32'), targets.mask);
  const correctCells = tf.sum(right, 0) as tf.Tensor1D;
  return { answer, correctCells, exact: tf.cast(tf.equal(correctCells, targets.counts), 'float32') };
}
