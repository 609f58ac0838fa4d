// What a recording holds, and what a program must not do while it is recorded.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import type { Program, ProgramResult } from '../../../worker/capture/program.ts';
import { recordProgram } from '../../../worker/capture/record.ts';
import { startRuntime } from '../../../worker/runtime.ts';

before(() => startRuntime());

function programOf(run: (tensors: Record<string, tf.Tensor>) => Partial<ProgramResult>): Program {
  return {
    state: { table: { shape: [4, 2], type: 'float32' } },
    inputs: { x: { shape: [3], type: 'float32' }, rows: { shape: [2], type: 'int32' } },
    run: (state, inputs) => ({ state: {}, rowUpdates: {}, outputs: {}, ...run({ ...state, ...inputs }) }),
  };
}

test('a recording holds placeholders, kernel calls and results in order', () => {
  const graph = recordProgram(
    programOf(({ table, x, rows }) => ({
      state: { table: tf.neg(table as tf.Tensor) },
      rowUpdates: { table: { indices: rows as tf.Tensor1D, rows: tf.ones([2, 2]) } },
      outputs: { sum: tf.sum(x as tf.Tensor, 0, true) },
    })),
  );
  const float = (shape: number[]) => [{ shape, type: 'float32' }];
  assert.deepEqual(graph, {
    nodes: [
      { kind: 'state', name: 'table', inputs: [], outputs: float([4, 2]) },
      { kind: 'input', name: 'x', inputs: [], outputs: float([3]) },
      { kind: 'input', name: 'rows', inputs: [], outputs: [{ shape: [2], type: 'int32' }] },
      {
        kind: 'kernel',
        kernel: 'Neg',
        attributes: {},
        inputs: [{ node: 0, output: 0 }],
        outputs: float([4, 2]),
      },
      { kind: 'constant', values: Float64Array.of(1, 1, 1, 1), inputs: [], outputs: float([2, 2]) },
      {
        kind: 'kernel',
        kernel: 'Sum',
        attributes: { axis: 0, keepDims: true },
        inputs: [{ node: 1, output: 0 }],
        outputs: float([1]),
      },
    ],
    stateSpecifications: { table: { shape: [4, 2], type: 'float32' } },
    inputSpecifications: { x: { shape: [3], type: 'float32' }, rows: { shape: [2], type: 'int32' } },
    state: { table: { node: 3, output: 0 } },
    rowUpdates: { table: { indices: { node: 2, output: 0 }, rows: { node: 4, output: 0 } } },
    outputs: { sum: { node: 5, output: 0 } },
  });
});

test('large constants of one value become fills', () => {
  const graph = recordProgram(
    programOf(() => ({
      outputs: { filled: tf.fill([5, 5], 3), written: tf.tensor1d(new Array(16).fill(2)) },
    })),
  );
  assert.deepEqual(graph.nodes.slice(3), [
    { kind: 'fill', value: 3, inputs: [], outputs: [{ shape: [5, 5], type: 'float32' }] },
    { kind: 'fill', value: 2, inputs: [], outputs: [{ shape: [16], type: 'float32' }] },
  ]);
});

describe('a program that cannot be recorded', () => {
  const faults: [string, Program, RegExp][] = [
    [
      'reads values',
      programOf(({ x }) => {
        (x as tf.Tensor).dataSync();
        return {};
      }),
      /^Error: a program must not read values while it is recorded$/,
    ],
    [
      'uses a tensor from outside',
      programOf(({ x }) => ({ outputs: { sum: tf.add(x as tf.Tensor, outside()) } })),
      /^Error: a tensor from outside the recorded program was used in it$/,
    ],
    [
      'calls a kernel that is not in the table',
      programOf(({ x }) => ({ outputs: { sine: tf.sin(x as tf.Tensor) } })),
      /Kernel 'Sin' not registered for backend 'capture'/,
    ],
  ];
  let tensor: tf.Tensor | undefined;
  const outside = () => tensor as tf.Tensor;

  for (const [name, program, message] of faults) {
    test(`${name}: a clear error, and the backend is in use again`, () => {
      const backend = tf.getBackend();
      tensor = tf.tensor1d([1, 2, 3]);
      assert.throws(() => recordProgram(program), message);
      assert.equal(tf.getBackend(), backend);
      assert.deepEqual([...tf.add(tensor, 1).dataSync()], [2, 3, 4]);
      tensor.dispose();
    });
  }
});

test('recording leaves no tensors behind', () => {
  const { numTensors } = tf.memory();
  for (let round = 0; round < 3; round++) {
    recordProgram(programOf(({ x }) => ({ outputs: { y: tf.softmax(tf.mul(x as tf.Tensor, 2)) } })));
  }
  assert.equal(tf.memory().numTensors, numTensors);
});
