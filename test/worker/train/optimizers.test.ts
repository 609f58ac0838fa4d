// AdamW, Muon and clipping against torch's numbers and against their formulas in double precision.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { createRandom } from '../../../common/random.ts';
import { startRuntime } from '../../../worker/runtime.ts';
import { muon, orthogonalise } from '../../../worker/train/muon.ts';
import { adamW, clipGlobalNorm } from '../../../worker/train/optimizer.ts';
import { excess, readSmall } from '../golden.ts';

before(() => startRuntime());

interface Golden {
  adamw: {
    lr: number;
    betas: [number, number];
    eps: number;
    weight_decay: number;
    param0: number[];
    grads: number[][];
    after_each_step: number[][];
  }[];
  muon: {
    shape: [number, number];
    lr: number;
    momentum: number;
    weight_decay: number;
    param0: number[];
    grads: number[][];
    after_each_step: number[][];
  }[];
  clip_grad_norm: {
    gradients: number[][];
    shapes: number[][];
    cases: { maximum: number; after: number[][] }[];
  };
}

const golden = readSmall<Golden>('torch_optimizers');

/** Four steps of our AdamW, the parameter after each. */
function runAdamW(one: Golden['adamw'][number]): tf.Tensor[] {
  const [beta1, beta2] = one.betas;
  const settings = { beta1, beta2, weightDecay: one.weight_decay, adamEpsilon: one.eps };
  const zeros = () => tf.zeros([one.param0.length]) as tf.Tensor;
  let now = { value: tf.tensor1d(one.param0) as tf.Tensor, firstMoment: zeros(), secondMoment: zeros() };
  return one.grads.map((gradient, index) => {
    const scalars = {
      learningRate: tf.scalar(one.lr),
      firstCorrection: tf.scalar(1 / (1 - beta1 ** (index + 1))),
      secondCorrection: tf.scalar(1 / Math.sqrt(1 - beta2 ** (index + 1))),
    };
    now = adamW(now.value, tf.tensor1d(gradient), now.firstMoment, now.secondMoment, settings, scalars);
    return now.value;
  });
}

test("adamW is torch's", () => {
  assert.ok(golden.adamw.length > 1);
  for (const one of golden.adamw) {
    const ours = runAdamW(one);
    for (const [index, expected] of one.after_each_step.entries()) {
      assert.ok(excess((ours[index] as tf.Tensor).dataSync(), expected, 1e-6, 1e-6) <= 0);
    }
  }
});

test('adamW follows the formula of the paper', () => {
  for (const one of golden.adamw) {
    const [beta1, beta2] = one.betas;
    const value = [...one.param0];
    const [first, second] = [value.map(() => 0), value.map(() => 0)];
    const ours = runAdamW(one);
    for (const [step, gradient] of one.grads.entries()) {
      for (const [index, g] of gradient.entries()) {
        first[index] = beta1 * (first[index] as number) + (1 - beta1) * g;
        second[index] = beta2 * (second[index] as number) + (1 - beta2) * g * g;
        const mean = (first[index] as number) / (1 - beta1 ** (step + 1));
        const root = Math.sqrt((second[index] as number) / (1 - beta2 ** (step + 1)));
        const before = value[index] as number;
        value[index] = before - one.lr * (mean / (root + one.eps) + one.weight_decay * before);
      }
      assert.ok(excess((ours[step] as tf.Tensor).dataSync(), value, 1e-6, 1e-6) <= 0);
    }
  }
});

test("muon is torch's in double precision", () => {
  assert.deepEqual(
    golden.muon.map(({ shape }) => shape.join('×')),
    ['4×4', '4×4', '6×3', '6×3', '3×7', '3×7'],
  );
  for (const { shape, lr, momentum, weight_decay, param0, grads, after_each_step } of golden.muon) {
    let value: tf.Tensor = tf.tensor2d(param0, shape);
    let buffer: tf.Tensor = tf.zeros(shape);
    for (const [index, gradient] of grads.entries()) {
      const settings = { momentum, weightDecay: weight_decay };
      const matrix = tf.tensor2d(gradient, shape);
      const next = muon(value as tf.Tensor2D, matrix, buffer as tf.Tensor2D, settings, tf.scalar(lr));
      [value, buffer] = [next.value, next.momentum];
      assert.ok(excess(value.dataSync(), after_each_step[index] as number[], 2e-6, 1e-5) <= 0);
    }
  }
});

type Matrix = number[][];
const product = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) =>
    (b[0] as number[]).map((_, j) =>
      row.reduce((sum, x, k) => sum + x * ((b[k] as number[])[j] as number), 0),
    ),
  );
const transposed = (a: Matrix): Matrix => (a[0] as number[]).map((_, j) => a.map((row) => row[j] as number));
const combined = (a: Matrix, x: number, b: Matrix, y: number): Matrix =>
  a.map((row, i) => row.map((value, j) => x * value + y * ((b[i] as number[])[j] as number)));

test('orthogonalise follows the iteration in double precision and keeps the singular vectors', () => {
  const random = createRandom(1, 'matrices');
  for (const [rows, columns] of [
    [5, 5],
    [8, 3],
    [2, 9],
  ] as const) {
    const matrix = Array.from({ length: rows }, () => Array.from({ length: columns }, () => random.normal()));
    const norm = Math.hypot(...matrix.flat());
    let x = matrix.map((row) => row.map((value) => value / norm));
    for (let step = 0; step < 5; step++) {
      const gram = product(x, transposed(x));
      const polynomial = combined(gram, -4.775, product(gram, gram), 2.0315);
      x = combined(x, 3.4445, product(polynomial, x), 1);
    }
    const ours = tf.tidy(() => orthogonalise(tf.tensor2d(matrix)).arraySync());
    assert.ok(excess(ours.flat(), x.flat(), 1e-5) <= 0);
    // UΣ'Vᵀ shares its singular vectors with UΣVᵀ where the product with the transpose is symmetric.
    const together = product(ours, transposed(matrix));
    assert.ok(excess(together.flat(), transposed(together).flat(), 1e-4) <= 0);
  }
  const nothing = orthogonalise(tf.zeros([3, 2]));
  assert.deepEqual([...nothing.dataSync()], [0, 0, 0, 0, 0, 0]);
});

test("clipGlobalNorm is torch's clip_grad_norm_", () => {
  const { gradients, shapes, cases } = golden.clip_grad_norm;
  for (const { maximum, after } of cases) {
    const named = Object.fromEntries(
      gradients.map((values, index) => [`g${index}`, tf.tensor(values, shapes[index])]),
    );
    const clipped = clipGlobalNorm(named, maximum);
    assert.deepEqual(Object.keys(clipped), Object.keys(named));
    for (const [index, expected] of after.entries()) {
      assert.ok(excess((clipped[`g${index}`] as tf.Tensor).dataSync(), expected, 1e-6) <= 0);
    }
  }
  assert.deepEqual(clipGlobalNorm({}, 1), {});
});
