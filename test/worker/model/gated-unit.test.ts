// The normalised gate and its gradient against their definition in double precision.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { createRandom } from '../../../common/random.ts';
import { normalisedGate } from '../../../worker/model/layers.ts';
import { startRuntime } from '../../../worker/runtime.ts';
import { excess } from '../golden.ts';

before(() => startRuntime());

const [ROWS, WIDTH] = [3, 5];

function defined(gate: number[], up: number[]): number[] {
  return Array.from({ length: ROWS }, (_, row) => {
    const product = Array.from({ length: WIDTH }, (_, column) => {
      const at = row * WIDTH + column;
      return (gate[at] as number) * (up[at] as number);
    });
    const root = Math.sqrt(product.reduce((sum, value) => sum + value ** 2, 0) / WIDTH + 1e-5);
    return product.map(
      (value, column) => value / root / (1 + Math.exp(-(gate[row * WIDTH + column] as number))),
    );
  }).flat();
}

test('normalisedGate is σ(g)·RMSNorm(g·u) with its gradient, along either axis', () => {
  const random = createRandom(3, 'gate');
  const draw = () => Array.from({ length: ROWS * WIDTH }, () => random.normal());
  const [gate, up, weights] = [draw(), draw(), draw()];
  const weighed = (g: number[], u: number[]) =>
    defined(g, u).reduce((sum, value, index) => sum + value * (weights[index] as number), 0);
  const slopes = (f: (values: number[]) => number, at: number[]) =>
    at.map((value, index) => (f(at.with(index, value + 1e-6)) - f(at.with(index, value - 1e-6))) / 2e-6);
  const expected = [slopes((g) => weighed(g, up), gate), slopes((u) => weighed(gate, u), up)];

  for (const axis of [0, 1] as const) {
    const turn = (x: tf.Tensor) => (axis === 1 ? x : tf.transpose(x)) as tf.Tensor2D;
    const tensor = (values: number[]) => tf.tensor2d(values, [ROWS, WIDTH]);
    const ours = (g: tf.Tensor, u: tf.Tensor) => turn(normalisedGate(turn(g), turn(u), axis));
    assert.ok(excess(ours(tensor(gate), tensor(up)).dataSync(), defined(gate, up), 1e-6) <= 0);
    const loss = (g: tf.Tensor, u: tf.Tensor) => tf.sum(tf.mul(ours(g, u), tensor(weights)));
    const gradients = tf.grads(loss)([tensor(gate), tensor(up)]);
    gradients.forEach((gradient, index) => {
      assert.ok(excess(gradient.dataSync(), expected[index] as number[], 1e-4) <= 0);
    });
  }
});
