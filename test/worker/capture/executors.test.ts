// A program run as one captured TensorFlow graph gives what it gives operation by operation.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { createEagerExecutor } from '../../../worker/capture/eager.ts';
import type { Executor, NamedArrays, Program } from '../../../worker/capture/program.ts';
import { createCapturedExecutor } from '../../../worker/capture/tensorflow/executor.ts';
import { startRuntime } from '../../../worker/runtime.ts';
import { kernelCases, numericProgram, randomInputs } from './kernel-cases.ts';
import { randomChain, runChain } from './random-chains.ts';

before(async () => {
  const { backend } = await startRuntime();
  assert.equal(backend, 'tensorflow');
});

async function runOnce(executor: Executor, inputs: NamedArrays, outputs: string[]): Promise<NamedArrays> {
  const result = await executor.run(inputs, outputs);
  executor.dispose();
  return result;
}

describe('captured outputs equal eager ones', () => {
  for (const [index, kernelCase] of kernelCases.entries()) {
    test(`${kernelCase.kernel} (case ${index})`, async () => {
      const program = numericProgram(kernelCase, 3);
      const inputs = randomInputs(program, index);
      const names = tf.tidy(() => Object.keys(program.run({}, zeroInputs(program)).outputs));
      const eager = await runOnce(createEagerExecutor(program), inputs, names);
      const captured = await runOnce(createCapturedExecutor(program), inputs, names);
      assert.deepEqual(Object.keys(captured), Object.keys(eager));
      for (const [name, values] of Object.entries(eager)) assertSame(captured[name], values);
    });
  }
});

/** Whole numbers are equal; the graph may use another kernel for the same operation, which rounds otherwise. */
function assertSame(found: NamedArrays[string] | undefined, expected: NamedArrays[string]): void {
  if (expected instanceof Float32Array) assertClose(found as Float32Array, expected);
  else assert.deepEqual(found, expected);
}

function zeroInputs(program: Program): Record<string, tf.Tensor> {
  return Object.fromEntries(
    Object.entries(program.inputs).map(([name, { shape, type }]) => [name, tf.zeros(shape, type)]),
  );
}

test('captured outputs of random chains of operations are close to eager ones', async () => {
  await fc.assert(
    fc.asyncProperty(randomChain, fc.integer({ min: 1, max: 5 }), fc.nat(), async (chain, rows, seed) => {
      const program: Program = {
        state: {},
        inputs: { x: { shape: [rows, 4], type: 'float32' }, y: { shape: [4], type: 'float32' } },
        run: (_, { x, y }) => {
          const result = runChain(chain, x as tf.Tensor, y as tf.Tensor);
          return { state: {}, rowUpdates: {}, outputs: { result } };
        },
      };
      const inputs = randomInputs(program, seed);
      const { result: eager } = await runOnce(createEagerExecutor(program), inputs, ['result']);
      const { result: captured } = await runOnce(createCapturedExecutor(program), inputs, ['result']);
      assertClose(captured as Float32Array, eager as Float32Array);
    }),
    { numRuns: 40 },
  );
});

/** Within float32 rounding of one another; the optimizer of graphs may reorder products and sums. */
function assertClose(found: Float32Array, expected: Float32Array): void {
  assert.equal(found.length, expected.length);
  for (const [index, value] of expected.entries()) {
    const difference = Math.abs((found[index] as number) - value);
    assert.ok(
      difference <= 1e-5 * Math.max(1, Math.abs(value)),
      `${found[index]} instead of ${value} at ${index}`,
    );
  }
}

describe('state', () => {
  const program: Program = {
    state: {
      count: { shape: [2], type: 'int32' },
      table: { shape: [3, 2], type: 'float32' },
    },
    inputs: { rows: { shape: [2], type: 'int32' } },
    run: ({ count, table }, { rows }) => {
      const indices = rows as tf.Tensor1D;
      const old = tf.gather(table as tf.Tensor2D, indices);
      return {
        state: { count: tf.add(count as tf.Tensor, indices) },
        rowUpdates: { table: { indices, rows: tf.add(tf.mul(old, 2), 1) as tf.Tensor2D } },
        outputs: { old, total: tf.sum(count as tf.Tensor) },
      };
    },
  };

  for (const create of [createEagerExecutor, createCapturedExecutor]) {
    test(`changes after the outputs are read (${create.name})`, async () => {
      const executor = create(program);
      await executor.writeState({ count: Int32Array.of(5, 6), table: Float32Array.of(1, 2, 3, 4, 5, 6) });
      const first = await executor.run({ rows: Int32Array.of(2, 0) }, ['old', 'total']);
      assert.deepEqual(first, { old: Float32Array.of(5, 6, 1, 2), total: Int32Array.of(11) });
      assert.deepEqual(await executor.run({ rows: Int32Array.of(0, 0) }), {});
      assert.deepEqual(await executor.readState(), {
        count: Int32Array.of(7, 6),
        table: Float32Array.of(7, 11, 3, 4, 11, 13),
      });
      await executor.writeState({ count: Int32Array.of(0, 1) });
      assert.deepEqual(await executor.readState(['count']), { count: Int32Array.of(0, 1) });
      executor.dispose();
    });
  }

  test('a large table that begins as zeros is filled without its zeros being sent', async () => {
    const rowCount = 2 ** 20;
    const large: Program = {
      state: { table: { shape: [rowCount, 4], type: 'float32' } },
      inputs: { rows: { shape: [2], type: 'int32' } },
      run: ({ table }, { rows }) => {
        const indices = rows as tf.Tensor1D;
        const old = tf.gather(table as tf.Tensor2D, indices);
        return {
          state: {},
          rowUpdates: { table: { indices, rows: tf.add(old, 1) as tf.Tensor2D } },
          outputs: { old },
        };
      },
    };
    const executor = createCapturedExecutor(large);
    const last = { rows: Int32Array.of(0, rowCount - 1) };
    await executor.writeState({ table: new Float32Array(rowCount * 4) });
    assert.deepEqual(await executor.run(last, ['old']), { old: new Float32Array(8) });
    assert.deepEqual(await executor.run(last, ['old']), { old: new Float32Array(8).fill(1) });
    await executor.writeState({ table: new Float32Array(rowCount * 4).fill(3) });
    assert.deepEqual(await executor.run(last, ['old']), { old: new Float32Array(8).fill(3) });
    await executor.writeState({ table: new Float32Array(rowCount * 4) });
    const { table } = await executor.readState();
    assert.equal(table?.length, rowCount * 4);
    assert.ok(table?.every((value) => value === 0));
    executor.dispose();
  });

  for (const create of [createEagerExecutor, createCapturedExecutor]) {
    test(`is put back by slices of any rank, all gathered before (${create.name})`, async () => {
      const slices: Program = {
        state: { blocks: { shape: [3, 2, 2], type: 'int32' } },
        inputs: { from: { shape: [1], type: 'int32' }, to: { shape: [1], type: 'int32' } },
        run: ({ blocks }, { from, to }) => {
          const read = (index: tf.Tensor | undefined) =>
            tf.gather(blocks as tf.Tensor3D, index as tf.Tensor1D);
          const rows = tf.add(read(from), tf.scalar(100, 'int32'));
          return {
            state: {},
            rowUpdates: { blocks: { indices: to as tf.Tensor1D, rows } },
            outputs: { old: read(to) },
          };
        },
      };
      const executor = create(slices);
      await executor.writeState({ blocks: Int32Array.from({ length: 12 }, (_, index) => index) });
      const inputs = { from: Int32Array.of(0), to: Int32Array.of(2) };
      assert.deepEqual(await executor.run(inputs, ['old']), { old: Int32Array.of(8, 9, 10, 11) });
      assert.deepEqual(await executor.readState(), {
        blocks: Int32Array.of(0, 1, 2, 3, 4, 5, 6, 7, 100, 101, 102, 103),
      });
      executor.dispose();
    });
  }
});
