// The losses and their gradients against the reference's values, torch's, and their definitions in double precision.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { IGNORED_LABEL } from '../../../common/labels.ts';
import { labelTargets } from '../../../worker/model/labels.ts';
import { answerLosses, binaryCrossEntropies, crossEntropies } from '../../../worker/model/losses.ts';
import { startRuntime } from '../../../worker/runtime.ts';
import { excess, readSmall } from '../golden.ts';

before(() => startRuntime());

interface Reference {
  logits: number[][];
  labels: number[];
  stablemax_cross_entropy: number[];
  stablemax_grad_of_sum: number[][];
  softmax_cross_entropy: number[];
  softmax_grad_of_sum: number[][];
}

const reference = readSmall<Reference>('stablemax');

/** The losses of five puzzles of one cell each, as the reference's five rows. */
function lossesOfRows(
  logits: tf.Tensor,
  answerLoss: 'stablemax' | 'softmax',
  labelSmoothing: number,
): tf.Tensor1D {
  const targets = labelTargets(
    tf.tensor2d(
      reference.labels.map((label) => [label === -100 ? IGNORED_LABEL : label]),
      undefined,
      'int32',
    ),
  );
  return answerLosses(logits as tf.Tensor2D, targets, { answerLoss, labelSmoothing });
}

for (const answerLoss of ['stablemax', 'softmax'] as const) {
  describe(answerLoss, () => {
    test('gives the reference losses', () => {
      const losses = lossesOfRows(tf.tensor2d(reference.logits), answerLoss, 0).dataSync();
      assert.ok(excess(losses, reference[`${answerLoss}_cross_entropy`], 1e-6, 1e-6) <= 0);
    });

    test('gives the reference gradient', () => {
      const gradient = tf.grad((x) => tf.sum(lossesOfRows(x, answerLoss, 0)))(tf.tensor2d(reference.logits));
      assert.ok(excess(gradient.dataSync(), reference[`${answerLoss}_grad_of_sum`].flat(), 1e-6, 1e-5) <= 0);
    });

    test('spreads a share of the label over all tokens', () => {
      const rows = reference.logits.slice(0, 4);
      const labels = [0, 5, 1, 3];
      const smoothing = 0.3;
      const expected = rows.map((row, index) => {
        const s = row.map((x) => definitions[answerLoss](x));
        const total = s.reduce((sum, value) => sum + value, 0);
        const logs = s.map((value) => Math.log(value / total));
        const even = logs.reduce((sum, value) => sum + value, 0) / logs.length;
        return -(1 - smoothing) * (logs[labels[index] as number] as number) - smoothing * even;
      });
      const targets = labelTargets(
        tf.tensor2d(
          labels.map((label) => [label]),
          undefined,
          'int32',
        ),
      );
      const settings = { answerLoss, labelSmoothing: smoothing };
      const losses = answerLosses(tf.tensor2d(rows), targets, settings).dataSync();
      assert.ok(excess(losses, expected, 1e-6, 1e-6) <= 0);
    });

    test('has the gradient of its definition where labels are spread', () => {
      const [logits, target] = [
        [0.4, -0.6, 2.5, -2.1],
        [0.1, 0.7, 0.15, 0.05],
      ] as const;
      const loss = (x: readonly number[]) => {
        const s = x.map((value) => definitions[answerLoss](value));
        const total = s.reduce((sum, value) => sum + value, 0);
        return -s.reduce((sum, value, index) => sum + (target[index] as number) * Math.log(value / total), 0);
      };
      const expected = logits.map((_, index) => slope(loss, logits, index));
      const ours = tf.grad((x) =>
        tf.sum(crossEntropies[answerLoss](x as tf.Tensor2D, tf.tensor2d([[...target]]))),
      )(tf.tensor2d([[...logits]]));
      assert.ok(excess(ours.dataSync(), expected, 1e-6) <= 0);
    });
  });
}

const definitions = {
  stablemax: (x: number) => (x >= 0 ? x + 1 : 1 / (1 - x)),
  softmax: (x: number) => Math.exp(x),
};

/** The slope of a function of several numbers along one of them. */
function slope(f: (x: readonly number[]) => number, at: readonly number[], index: number): number {
  const moved = (by: number) => f(at.with(index, (at[index] as number) + by));
  return (moved(1e-5) - moved(-1e-5)) / 2e-5;
}

test("softmax with and without smoothing is torch's", () => {
  const { softmax_cross_entropy: golden } = readSmall<{
    softmax_cross_entropy: {
      logits: number[][];
      labels: number[];
      cases: { label_smoothing: number; losses: number[]; gradient_of_sum: number[] }[];
    };
  }>('torch_optimizers');
  const labels = tf.tensor2d(
    golden.labels.map((label) => [label]),
    undefined,
    'int32',
  );
  assert.deepEqual(
    golden.cases.map((one) => one.label_smoothing),
    [0, 0.2],
  );
  for (const { label_smoothing, losses, gradient_of_sum } of golden.cases) {
    const settings = { answerLoss: 'softmax' as const, labelSmoothing: label_smoothing };
    const loss = (x: tf.Tensor) => answerLosses(x as tf.Tensor2D, labelTargets(labels), settings);
    assert.ok(excess(loss(tf.tensor2d(golden.logits)).dataSync(), losses, 1e-6, 1e-6) <= 0);
    const gradient = tf.grad((x) => tf.sum(loss(x)))(tf.tensor2d(golden.logits));
    assert.ok(excess(gradient.dataSync(), gradient_of_sum, 1e-6) <= 0);
  }
});

test('a puzzle counts by the mean over its cells that have a label', () => {
  // Two puzzles of three cells, cells first; the second puzzle has one label only.
  const logits = tf.tensor2d([
    [1, 0],
    [0, 3],
    [2, 0],
    [0, 1],
    [5, 0],
    [0, 1],
  ]);
  const labels = tf.tensor2d(
    [
      [0, 1, 0],
      [IGNORED_LABEL, 1, IGNORED_LABEL],
    ],
    undefined,
    'int32',
  );
  const perCell = (right: number, wrong: number) => Math.log(1 + Math.exp(wrong - right));
  const expected = [(perCell(1, 0) + perCell(0, 2) + perCell(5, 0)) / 3, perCell(1, 0)];
  const losses = answerLosses(logits, labelTargets(labels), { answerLoss: 'softmax', labelSmoothing: 0 });
  assert.ok(excess(losses.dataSync(), expected, 1e-6) <= 0);
});

test('binaryCrossEntropies and their gradient agree with their definition', () => {
  const logits = [-30, -2, -0.5, 0, 0.5, 2, 30];
  const targets = [0, 1, 0, 1, 0.25, 0, 1];
  const expected = logits.map(
    (x, index) => Math.log1p(Math.exp(-Math.abs(x))) + Math.max(x, 0) - x * (targets[index] as number),
  );
  const loss = (x: tf.Tensor) => binaryCrossEntropies(x as tf.Tensor1D, tf.tensor1d(targets));
  assert.ok(excess(loss(tf.tensor1d(logits)).dataSync(), expected, 1e-6) <= 0);
  const weights = logits.map((_, index) => 1 + index);
  const gradient = tf.grad((x) => tf.sum(tf.mul(loss(x), tf.tensor1d(weights))))(tf.tensor1d(logits));
  const slopes = logits.map(
    (x, index) => (1 / (1 + Math.exp(-x)) - (targets[index] as number)) * (weights[index] as number),
  );
  assert.ok(excess(gradient.dataSync(), slopes, 1e-5) <= 0);
});
