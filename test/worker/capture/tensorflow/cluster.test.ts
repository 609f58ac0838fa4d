// A graph that XLA compiles as one function gives what it gives without, and where XLA cannot, the graph runs without.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { plainCompute } from '../../../../worker/capture/compute.ts';
import type { Program } from '../../../../worker/capture/program.ts';
import { recordProgram } from '../../../../worker/capture/record.ts';
import { clusterGraph } from '../../../../worker/capture/tensorflow/cluster.ts';
import { emitTensorFlow, resultNames } from '../../../../worker/capture/tensorflow/emit.ts';
import { createCapturedExecutor } from '../../../../worker/capture/tensorflow/executor.ts';
import { startRuntime } from '../../../../worker/runtime.ts';

before(() => startRuntime());

/** State that changes whole and in rows; the rows are gathered by indices that are computed. */
const program: Program = {
  state: {
    count: { shape: [2], type: 'int32' },
    table: { shape: [4, 2], type: 'float32' },
    weight: { shape: [2, 2], type: 'float32' },
  },
  inputs: { rows: { shape: [2], type: 'int32' } },
  run: ({ count, table, weight }, { rows }) => {
    const indices = tf.sub(tf.scalar(3, 'int32'), rows as tf.Tensor) as tf.Tensor1D;
    const old = tf.gather(table as tf.Tensor2D, indices);
    const next = tf.matMul(old, weight as tf.Tensor2D);
    const [left, right] = tf.split(next, 2, 1) as [tf.Tensor2D, tf.Tensor2D];
    return {
      state: { count: tf.add(count as tf.Tensor, indices), weight: tf.mul(weight as tf.Tensor, 2) },
      rowUpdates: { table: { indices, rows: next } },
      outputs: { total: tf.sum(count as tf.Tensor), right: tf.sub(right, left), indices, four: tf.scalar(4) },
    };
  },
};

const start = {
  count: Int32Array.of(5, 6),
  table: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  weight: Float32Array.of(1, 2, 3, 5),
};

const firstOutputs = {
  total: Int32Array.of(11),
  right: Float32Array.of(11, 17),
  indices: Int32Array.of(1, 2),
  four: Float32Array.of(4),
};

test('a compiled step gives what the plain one gives, step after step', async () => {
  const executor = createCapturedExecutor(program, { ...plainCompute, xla: true });
  await executor.writeState(start);
  assert.deepEqual(
    await executor.run({ rows: Int32Array.of(2, 1) }, Object.keys(firstOutputs)),
    firstOutputs,
  );
  assert.deepEqual(await executor.run({ rows: Int32Array.of(3, 3) }), {});
  assert.deepEqual(await executor.readState(), {
    count: Int32Array.of(6, 8),
    table: Float32Array.of(14, 24, 15, 26, 23, 40, 7, 8),
    weight: Float32Array.of(4, 8, 12, 20),
  });
  assert.deepEqual(executor.compute, { ...plainCompute, xla: true, xlaProblem: null });
  executor.dispose();
});

test('state and what gathers of it need stay outside of the function', () => {
  const graph = recordProgram(program);
  const { nodes, functions } = clusterGraph(emitTensorFlow(graph), resultNames(graph));
  const compiled = functions[0]?.node_def.map(({ op }) => op).filter((op) => op !== 'Const');
  assert.deepEqual(compiled, ['MatMul', 'SplitV', 'AddV2', 'Mul', 'Sum', 'Sub']);
  const outside = new Set(nodes.map(({ op }) => op));
  assert.deepEqual([...outside].sort(), [
    ...['AssignVariableOp', 'Const', 'Identity', 'Placeholder', 'ReadVariableOp', 'ResourceGather'],
    ...['ResourceScatterUpdate', 'StatefulPartitionedCall', 'Sub', 'VarHandleOp'],
  ]);
});

test('an operation that XLA does not have ends the clustering with its name', () => {
  const graph = recordProgram(program);
  const nodes = emitTensorFlow(graph).map((node) =>
    node.op === 'MatMul' ? { ...node, op: 'OwnProduct' } : node,
  );
  assert.throws(() => clusterGraph(nodes, resultNames(graph)), {
    message: 'XLA cannot compile the operation OwnProduct',
  });
});

test('where compiling fails at the first step, the step runs without XLA from the same state', async () => {
  const backend = tf.backend() as unknown as { runSavedModel(...parameters: unknown[]): tf.Tensor[] };
  const original = backend.runSavedModel;
  const executor = createCapturedExecutor(program, { ...plainCompute, xla: true });
  await executor.writeState(start);
  let failures = 0;
  backend.runSavedModel = function (...parameters) {
    if (failures++ === 0) throw new Error('no compiler for this device\nand more');
    return original.apply(this, parameters);
  };
  try {
    assert.deepEqual(
      await executor.run({ rows: Int32Array.of(2, 1) }, Object.keys(firstOutputs)),
      firstOutputs,
    );
  } finally {
    backend.runSavedModel = original;
  }
  assert.deepEqual(await executor.readState(['count']), { count: Int32Array.of(6, 8) });
  assert.deepEqual(executor.compute, { ...plainCompute, xlaProblem: 'no compiler for this device' });
  executor.dispose();
});
