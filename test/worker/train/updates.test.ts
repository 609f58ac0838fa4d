// Optimizer, puzzle-table update and learning-rate schedule against the reference's values.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { startRuntime } from '../../../worker/runtime.ts';
import { adamAtan2, signSgdRows } from '../../../worker/train/optimizer.ts';
import { learningRateAt } from '../../../worker/train/schedule.ts';
import { excess, readSmall } from '../golden.ts';

before(() => startRuntime());

test('adamAtan2 follows adam-atan2 0.0.3 step by step', () => {
  interface Case {
    lr: number;
    betas: [number, number];
    weight_decay: number;
    param0: number[];
    grads: number[][];
    after_each_step_float64: { param: number[]; exp_avg: number[]; exp_avg_sq: number[] }[];
  }
  for (const { lr, betas, weight_decay, param0, grads, after_each_step_float64 } of readSmall<{
    cases: Case[];
  }>('adam_atan2').cases) {
    const [beta1, beta2] = betas;
    let [value, firstMoment, secondMoment]: tf.Tensor[] = [
      tf.tensor1d(param0),
      tf.zeros([param0.length]),
      tf.zeros([param0.length]),
    ];
    grads.forEach((gradient, index) => {
      const scalars = {
        learningRate: tf.scalar(lr),
        firstCorrection: tf.scalar(1 / (1 - beta1 ** (index + 1))),
        secondCorrection: tf.scalar(1 / Math.sqrt(1 - beta2 ** (index + 1))),
      };
      const settings = { beta1, beta2, weightDecay: weight_decay };
      const [v, m, s] = [value as tf.Tensor, firstMoment as tf.Tensor, secondMoment as tf.Tensor];
      ({ value, firstMoment, secondMoment } = adamAtan2(v, tf.tensor1d(gradient), m, s, settings, scalars));
      const expected = after_each_step_float64[index] as Case['after_each_step_float64'][number];
      assert.ok(excess(value.dataSync(), expected.param, 1e-6, 1e-5) <= 0);
      assert.ok(excess(firstMoment.dataSync(), expected.exp_avg, 1e-7, 1e-5) <= 0);
      assert.ok(excess(secondMoment.dataSync(), expected.exp_avg_sq, 1e-7, 1e-5) <= 0);
    });
  }
});

test('signSgdRows adds up the gradients of equal rows and leaves the others alone', () => {
  const golden = readSmall<{
    lr: number;
    weight_decay: number;
    weights: number[][];
    local_ids: number[];
    local_grad: number[][];
    weights_after: number[][];
  }>('puzzle_sign_sgd');
  const table = tf.tensor2d(golden.weights);
  const indices = tf.tensor1d(golden.local_ids, 'int32');
  const rows = tf.gather(table, indices);
  const updated = signSgdRows(
    indices,
    rows,
    tf.tensor2d(golden.local_grad),
    tf.scalar(golden.lr),
    golden.weight_decay,
  );
  const after = tf.tensorScatterUpdate(table, tf.reshape(indices, [-1, 1]), updated);
  assert.ok(excess(after.dataSync(), golden.weights_after.flat(), 1e-6) <= 0);
});

test('learningRateAt follows the reference schedule', () => {
  interface Case {
    base_lr: number;
    num_warmup_steps: number;
    num_training_steps: number;
    min_ratio: number;
    num_cycles: number;
    steps: number[];
    lr: number[];
  }
  const cases = readSmall<{ cases: Case[] }>('lr_schedule').cases.filter(
    // Half a cosine is the only one in use, and no run goes past its last step.
    ({ num_cycles }) => num_cycles === 0.5,
  );
  assert.ok(cases.length > 1);
  for (const { base_lr, num_warmup_steps, num_training_steps, min_ratio, steps, lr } of cases) {
    const schedule = {
      peak: base_lr,
      minimumRatio: min_ratio,
      warmupSteps: num_warmup_steps,
      steps: num_training_steps,
    };
    const inRange = steps.filter((step) => step <= num_training_steps);
    const ours = inRange.map((step) => learningRateAt(step, schedule));
    assert.ok(excess(ours, lr.slice(0, inRange.length), 1e-15, 1e-12) <= 0);
  }
});
