// The work in a recorded step against formulas.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { experimentSchema } from '../../../common/config/experiment.ts';
import type { Program } from '../../../worker/capture/program.ts';
import { recordProgram } from '../../../worker/capture/record.ts';
import { kernelClassOf } from '../../../worker/estimate/kernel-classes.ts';
import { bytesMoved, flopsOf, matrixProductOf } from '../../../worker/estimate/work.ts';
import { evaluationProgram } from '../../../worker/evaluate/program.ts';
import { startRuntime } from '../../../worker/runtime.ts';

before(() => startRuntime());

function record(run: (x: tf.Tensor) => tf.Tensor, shape: number[]) {
  const program: Program = {
    state: {},
    inputs: { x: { shape, type: 'float32' } },
    run: (_, inputs) => ({ state: {}, rowUpdates: {}, outputs: { y: run(inputs.x as tf.Tensor) } }),
  };
  return recordProgram(program);
}

test('matrix products are counted by their shape, also turned and batched ones', () => {
  const products = [
    record((x) => tf.matMul(x as tf.Tensor2D, tf.ones([5, 7])), [3, 5]),
    record((x) => tf.matMul(x as tf.Tensor2D, tf.ones([7, 5]), false, true), [3, 5]),
    record((x) => tf.matMul(x as tf.Tensor2D, tf.ones([5, 7]), true), [5, 3]),
    record((x) => tf.matMul(x as tf.Tensor3D, tf.ones([4, 5, 7])), [4, 3, 5]),
  ].map((graph) => graph.nodes.flatMap((node) => matrixProductOf(graph, node) ?? []));
  const plain = { count: 1, rows: 3, inner: 5, columns: 7 };
  assert.deepEqual(products, [[plain], [plain], [plain], [{ ...plain, count: 4 }]]);
  assert.deepEqual(products.flat().map(flopsOf), [210, 210, 210, 840]);
});

test('each operation has a class and the bytes that it moves', () => {
  const graph = record(
    (x) => {
      const normalised = tf.mul(x, tf.rsqrt(tf.mean(tf.square(x), 1, true)));
      return tf.add(tf.sum(normalised, 0), tf.scalar(1));
    },
    [8, 16],
  );
  const described = graph.nodes.flatMap((node) =>
    node.kind === 'kernel' ? [[node.kernel, kernelClassOf(graph, node), bytesMoved(graph, node)]] : [],
  );
  assert.deepEqual(described, [
    ['Square', 'arithmetic', 1024],
    ['Mean', 'row reduction', 512 + 32],
    ['Rsqrt', 'division', 64],
    ['Multiply', 'broadcast', 512 + 32 + 512],
    ['Sum', 'column reduction', 512 + 64],
    ['Add', 'arithmetic', 64 + 4 + 64],
  ]);
});

test('an evaluation step of the MLP model has the matrix products of the formula', () => {
  const { model } = experimentSchema.parse({
    name: 'formula',
    dataset: { name: 'formula' },
    model: { mixer: 'mlp', hiddenSize: 64, highCycles: 2, lowCycles: 3, puzzleEmbeddingLength: 2, layers: 2 },
  });
  const [batch, cells, vocabulary, hidden] = [5, 16, 6, 64];
  const specification = {
    ...model,
    vocabularySize: vocabulary,
    sequenceLength: cells,
    puzzleIdentifierCount: 1,
  };
  const graph = recordProgram(evaluationProgram(specification, batch, 'stablemax'));
  const counted = graph.nodes.reduce((sum, node) => {
    const product = matrixProductOf(graph, node);
    return sum + (product === null ? 0 : flopsOf(product));
  }, 0);

  const tokens = cells + 2;
  // Both SwiGLUs are 256 wide: over 18 tokens and over 64 features. Each multiplies three times.
  const pass = 2 * (3 * 2 * 256 * tokens * batch * hidden + 3 * 2 * 256 * hidden * tokens * batch);
  const passes = 2 * (3 + 1);
  const embedding = 2 * batch * cells * vocabulary * hidden;
  const heads = 2 * batch * cells * hidden * vocabulary + 2 * batch * hidden * 2;
  assert.equal(counted, passes * pass + embedding + heads);
});
