// Single functions of the model against the reference's values in test/golden/small.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { experimentSchema } from '../../../common/config/experiment.ts';
import { rotaryTable } from '../../../worker/model/attention.ts';
import { rmsNorm } from '../../../worker/model/layers.ts';
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

test('parameter counts are those of the published models', () => {
  interface Counts {
    models: { variant: string; parameters: number; config: Record<string, number | string | boolean> }[];
  }
  for (const { variant, parameters, config } of readSmall<Counts>('param_counts').models) {
    const specification = publishedSpecification(variant, config);
    assert.equal(countParameters(parameterShapes(specification)), parameters, variant);
  }
});

test('fresh weights have the reference distribution and follow the seed', () => {
  const shapes = parameterShapes({ ...publishedSpecification('trm-mlp', { mlp_t: true }), hiddenSize: 256 });
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

function publishedSpecification(
  variant: string,
  config: Record<string, number | string | boolean>,
): ModelSpecification {
  const variants: Record<string, string> = { hrm: 'hrm', 'transformer-baseline': 'transformer' };
  const model = experimentSchema.shape.model.parse({
    variant: variants[variant] ?? 'trm',
    mixer: config.mlp_t ? 'mlp' : 'attention',
    layers: config.L_layers,
    highLayers: config.H_layers,
    heads: config.num_heads,
    positions: config.mlp_t ? 'none' : 'rope',
  });
  return {
    ...model,
    vocabularySize: Number(config.vocab_size ?? 11),
    sequenceLength: Number(config.seq_len ?? 81),
    puzzleIdentifierCount: 1,
  };
}
