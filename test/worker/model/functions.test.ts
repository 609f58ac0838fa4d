// Single functions of the model against the reference's values in test/golden/small.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { rotaryTable } from '../../../worker/model/attention.ts';
import { rmsNorm } from '../../../worker/model/layers.ts';
import { binaryCrossEntropySum, stablemaxCrossEntropy } from '../../../worker/model/losses.ts';
import { countParameters, initialParameters, parameterShapes } from '../../../worker/model/parameters.ts';
import { type ModelSpecification, swigluWidth } from '../../../worker/model/specification.ts';
import { startRuntime } from '../../../worker/runtime.ts';
import { excess, readSmall } from '../golden.ts';

before(() => startRuntime());

interface Layers {
  rms_norm: { x: number[][][]; y: number[][][] };
  swiglu_inter: { expansion: number; hidden: number; inter: number }[];
}

const layers = readSmall<Layers>('layers');

test('swigluWidth gives the reference widths', () => {
  const widths = layers.swiglu_inter.map(({ expansion, hidden }) => swigluWidth(hidden, expansion));
  assert.deepEqual(
    widths,
    layers.swiglu_inter.map(({ inter }) => inter),
  );
});

test('rmsNorm gives the reference values along either axis', () => {
  const rows = layers.rms_norm.x.flat();
  const expected = layers.rms_norm.y.flat(2);
  const along1 = rmsNorm(tf.tensor2d(rows), 1).dataSync();
  assert.ok(excess(along1, expected, 1e-6) <= 0);
  const along0 = tf.transpose(rmsNorm(tf.transpose(tf.tensor2d(rows)), 0)).dataSync();
  assert.ok(excess(along0, expected, 1e-6) <= 0);
});

test('rotaryTable gives the reference cosines and sines', () => {
  const rope = readSmall<{ seq: number; dim: number; cos: number[][]; sin: number[][] }>('rope');
  const { cosine, sine } = rotaryTable(rope.seq, rope.dim);
  assert.ok(excess(cosine.dataSync(), rope.cos.flat(), 1e-6) <= 0);
  assert.ok(excess(sine.dataSync(), rope.sin.flat(), 1e-6) <= 0);
});

describe('stablemaxCrossEntropy', () => {
  const golden = readSmall<{
    logits: number[][];
    labels: number[];
    stablemax_cross_entropy: number[];
    stablemax_grad_of_sum: number[][];
  }>('stablemax');
  const counted = golden.labels.map((label) => Number(label !== -100));
  const oneHot = golden.labels.map((label) =>
    Array.from({ length: 6 }, (_, token) => Number(token === Math.max(label, 0))),
  );
  const loss = (logits: tf.Tensor) =>
    stablemaxCrossEntropy(logits as tf.Tensor2D, tf.tensor2d(oneHot), tf.tensor2d(counted, [5, 1]));

  test('gives the reference loss', () => {
    const sum = golden.stablemax_cross_entropy.reduce((total, value) => total + value, 0);
    assert.ok(excess(loss(tf.tensor2d(golden.logits)).dataSync(), [sum], 1e-5) <= 0);
  });

  test('gives the reference gradient', () => {
    const gradient = tf.grad(loss)(tf.tensor2d(golden.logits));
    assert.ok(excess(gradient.dataSync(), golden.stablemax_grad_of_sum.flat(), 1e-6, 1e-5) <= 0);
  });
});

test('binaryCrossEntropySum and its gradient agree with their definition', () => {
  const logits = [-30, -2, -0.5, 0, 0.5, 2, 30];
  const targets = [0, 1, 0, 1, 1, 0, 1];
  const sigmoid = logits.map((x) => 1 / (1 + Math.exp(-x)));
  const expected = logits.reduce(
    (sum, x, i) => sum + Math.log1p(Math.exp(-Math.abs(x))) + Math.max(x, 0) - x * (targets[i] as number),
    0,
  );
  const loss = (x: tf.Tensor) => binaryCrossEntropySum(x as tf.Tensor1D, tf.tensor1d(targets));
  assert.ok(excess(loss(tf.tensor1d(logits)).dataSync(), [expected], 1e-5) <= 0);
  const gradient = tf.grad(loss)(tf.tensor1d(logits)).dataSync();
  assert.ok(
    excess(
      gradient,
      sigmoid.map((s, i) => s - (targets[i] as number)),
      1e-6,
    ) <= 0,
  );
});

test('parameter counts are those of the published models', () => {
  interface Counts {
    models: { variant: string; parameters: number; config: Record<string, number | string | boolean> }[];
  }
  for (const { variant, parameters, config } of readSmall<Counts>('param_counts').models) {
    if (variant !== 'trm-mlp' && variant !== 'trm-att') continue;
    assert.equal(countParameters(parameterShapes(publishedSpecification(config))), parameters);
  }
});

test('fresh weights have the reference distribution and follow the seed', () => {
  const shapes = parameterShapes({ ...publishedSpecification({ mlp_t: true }), hiddenSize: 256 });
  const name = 'model.inner.L_level.layers.0.mlp.gate_up_proj.weight';
  const values = initialParameters(shapes, 7).get(name) as Float32Array;
  const deviation = 1 / Math.sqrt(256);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  assert.ok(Math.abs(mean) < 0.01 * deviation);
  assert.ok(Math.abs(Math.sqrt(variance) / deviation - 1) < 0.01);
  const { max_abs_value_for_std_1: limit } = readSmall<{ max_abs_value_for_std_1: number }>('trunc_normal');
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  assert.ok(largest <= limit * deviation * 1.000001 && largest > limit * deviation * 0.99);
  assert.deepEqual(initialParameters(shapes, 7).get(name), values);
  assert.notDeepEqual(initialParameters(shapes, 8).get(name), values);
  assert.deepEqual(initialParameters(shapes, 7).get('model.inner.q_head.bias'), Float32Array.of(-5, -5));
});

function publishedSpecification(config: Record<string, number | string | boolean>): ModelSpecification {
  return {
    mixer: config.mlp_t ? 'mlp' : 'attention',
    hiddenSize: 512,
    layers: 2,
    expansion: 4,
    heads: 8,
    positions: config.mlp_t ? 'none' : 'rope',
    highCycles: 3,
    lowCycles: 6,
    puzzleEmbeddingLength: 16,
    puzzleEmbeddingSize: 512,
    vocabularySize: Number(config.vocab_size ?? 11),
    sequenceLength: Number(config.seq_len ?? 81),
    puzzleIdentifierCount: 1,
  };
}
