// Which operations run in bfloat16, and that they give what float32 gives within its rounding.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { plainCompute } from '../../../../worker/capture/compute.ts';
import { customGradInFullPrecision, inFullPrecision } from '../../../../worker/capture/full-precision.ts';
import type { Graph, GraphNode } from '../../../../worker/capture/graph.ts';
import type { Program, ProgramResult } from '../../../../worker/capture/program.ts';
import { recordProgram } from '../../../../worker/capture/record.ts';
import { emitTensorFlow } from '../../../../worker/capture/tensorflow/emit.ts';
import { createCapturedExecutor } from '../../../../worker/capture/tensorflow/executor.ts';
import { bfloat16Bits, bfloat16Nodes } from '../../../../worker/capture/tensorflow/precision.ts';
import { rmsNorm } from '../../../../worker/model/layers.ts';
import { startRuntime } from '../../../../worker/runtime.ts';

before(() => startRuntime());

function decode(bits: number): number {
  return new Float32Array(Uint32Array.of(bits << 16).buffer)[0] as number;
}

describe('the nearest bfloat16', () => {
  test('of given numbers', () => {
    const cases = [0, 1, -1, 1 + 2 ** -8, 1 + 3 * 2 ** -8, 1 + 2 ** -8 + 2 ** -20, 3.4e38, Number.NaN];
    assert.deepEqual(
      cases.map((value) => bfloat16Bits(value).toString(16)),
      ['0', '3f80', 'bf80', '3f80', '3f82', '3f81', '7f80', '7fc0'],
    );
  });

  test('is within half a unit in the last place, and its own nearest', () => {
    fc.assert(
      fc.property(fc.float({ min: -(2 ** 100), max: 2 ** 100, noNaN: true }), (value) => {
        const nearest = decode(bfloat16Bits(value));
        assert.ok(Math.abs(nearest - value) <= Math.max(Math.abs(value) * 2 ** -8, 2 ** -126));
        assert.equal(bfloat16Bits(nearest), bfloat16Bits(value));
      }),
    );
  });
});

type Run = (tensors: { x: tf.Tensor2D; w: tf.Tensor2D }) => Partial<ProgramResult>;

function programOf(run: Run): Program {
  return {
    state: { w: { shape: [8, 8], type: 'float32' } },
    inputs: { x: { shape: [4, 8], type: 'float32' } },
    run: ({ w }, { x }) => ({
      state: {},
      rowUpdates: {},
      outputs: {},
      ...run({ x: x as tf.Tensor2D, w: w as tf.Tensor2D }),
    }),
  };
}

/** The kernels of a recording with what they are computed in, in order. */
function precisions(graph: Graph): string[] {
  const chosen = bfloat16Nodes(graph);
  return graph.nodes.flatMap((node, index) =>
    node.kind === 'kernel' ? [`${node.kernel} ${chosen.has(index) ? 'bfloat16' : 'float32'}`] : [],
  );
}

test('statistics of a norm between two products stay in float32, the rest does not', () => {
  const graph = recordProgram(
    programOf(({ x, w }) => ({ outputs: { y: tf.matMul(rmsNorm(tf.matMul(x, w), 1), w) } })),
  );
  assert.deepEqual(
    precisions(graph),
    [
      'BatchMatMul bfloat16',
      'Square float32',
      'Mean float32',
      'Add float32',
      'Rsqrt float32',
      'Multiply bfloat16',
      'Identity float32',
      'Identity float32',
      'BatchMatMul bfloat16',
    ].filter((entry) => !entry.startsWith('Identity')),
  );
});

test('what leads to results, to an exponential or nowhere else stays in float32', () => {
  const graph = recordProgram(
    programOf(({ x, w }) => {
      const product = tf.matMul(x, w);
      return { outputs: { sum: tf.add(product, 1), exponential: tf.exp(tf.neg(product)) } };
    }),
  );
  assert.deepEqual(precisions(graph), ['BatchMatMul bfloat16', 'Add float32', 'Neg float32', 'Exp float32']);
});

test('an exact value is rounded only where a product takes it', () => {
  const graph = recordProgram(
    programOf(({ x, w }) => {
      const probabilities = tf.softmax(tf.matMul(x, w));
      const shares = tf.mul(tf.reshape(probabilities, [8, 4]), 2);
      return { outputs: { y: tf.matMul(shares as tf.Tensor2D, x) } };
    }),
  );
  assert.deepEqual(precisions(graph), [
    'BatchMatMul bfloat16',
    'Softmax float32',
    'Reshape float32',
    'Multiply float32',
    'BatchMatMul bfloat16',
  ]);
});

test('work in full precision stays in float32, products and gradients too', () => {
  const loss = customGradInFullPrecision((logits, save) => {
    const sigmoid = tf.sigmoid(logits as tf.Tensor);
    (save as tf.GradSaveFunc)([sigmoid]);
    return {
      value: sigmoid,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.mul(dy, tf.square(saved[0] as tf.Tensor)),
    };
  });
  const graph = recordProgram(
    programOf(({ x, w }) => {
      const gradient = tf.grad((weight: tf.Tensor) => loss(tf.matMul(x, weight as tf.Tensor2D)))(w);
      return { state: { w: inFullPrecision(() => tf.matMul(tf.neg(gradient) as tf.Tensor2D, w)) } };
    }),
  );
  const without = precisions(graph).filter((entry) => !/^(Identity|Fill)/.test(entry));
  assert.deepEqual(without, [
    'BatchMatMul bfloat16',
    'Sigmoid float32',
    'Square float32',
    'Multiply float32',
    'BatchMatMul bfloat16',
    'Neg float32',
    'BatchMatMul float32',
  ]);
});

test('a kernel that is not known, and what follows it, stays in float32', () => {
  const float = (shape: number[]) => [{ shape, type: 'float32' as const }];
  const reference = (node: number) => ({ node, output: 0 });
  const kernel = (name: string, ...inputs: number[]): GraphNode => ({
    kind: 'kernel',
    kernel: name,
    attributes: {},
    inputs: inputs.map(reference),
    outputs: float([2, 2]),
  });
  const graph: Graph = {
    nodes: [
      { kind: 'input', name: 'x', inputs: [], outputs: float([2, 2]) },
      kernel('BatchMatMul', 0, 0),
      kernel('WholeLayer', 1),
      kernel('Add', 2, 1),
      kernel('BatchMatMul', 3, 3),
    ],
    stateSpecifications: {},
    inputSpecifications: { x: { shape: [2, 2], type: 'float32' } },
    state: {},
    rowUpdates: {},
    outputs: { y: reference(4) },
  };
  assert.deepEqual(precisions(graph), [
    'BatchMatMul bfloat16',
    'WholeLayer float32',
    'Add float32',
    'BatchMatMul bfloat16',
  ]);
});

test('a weight is cast once, a constant is written as bfloat16, and nothing is cast back and forth', () => {
  const graph = recordProgram(
    programOf(({ x, w }) => {
      const first = tf.mul(tf.matMul(x, w), 3) as tf.Tensor2D;
      const second = tf.matMul(tf.add(first, tf.matMul(first, w, false, true)) as tf.Tensor2D, w);
      return { outputs: { y: second } };
    }),
  );
  const nodes = emitTensorFlow(graph, 'bfloat16');
  const casts = nodes.flatMap(({ op, input, attr }) => (op === 'Cast' ? [{ input, to: attr.DstT }] : []));
  assert.deepEqual(casts, [
    { input: ['input/x'], to: { type: 14 } },
    { input: ['read/w'], to: { type: 14 } },
    { input: [nodes.filter(({ op }) => op === 'MatMul').at(-1)?.name], to: { type: 1 } },
  ]);
  const three = nodes.find(
    ({ op, attr }) =>
      op === 'Const' && 'type' in (attr.dtype ?? {}) && (attr.dtype as { type: number }).type === 14,
  );
  assert.deepEqual(three?.attr.value, {
    tensor: { dtype: 14, tensor_shape: { dim: [] }, tensor_content: Uint8Array.of(0x40, 0x40) },
  });
});

test('every movement and element-wise kernel between products is close to float32', async () => {
  const program = programOf(({ x, w }) => {
    const a = tf.matMul(x, w);
    const [left, right] = tf.split(a, 2, 1) as [tf.Tensor2D, tf.Tensor2D];
    const joined = tf.concat([tf.neg(right), tf.sigmoid(left)], 1);
    const padded = tf.pad(tf.slice(joined, [0, 1], [4, 6]), [
      [0, 0],
      [1, 1],
    ]);
    const turned = tf.transpose(tf.reshape(padded, [2, 2, 8]), [1, 0, 2]);
    const b = tf.reshape(tf.sub(tf.relu(turned), tf.minimum(tf.square(turned), 0.5)), [4, 8]);
    const c = tf.maximum(tf.mul(b, a), tf.add(a, tf.zerosLike(b)));
    return {
      outputs: { y: tf.matMul(c as tf.Tensor2D, w, false, true) },
      state: { w: tf.matMul(c as tf.Tensor2D, a, true) },
    };
  });
  const chosen = precisions(recordProgram(program)).filter((entry) => entry.endsWith('bfloat16'));
  const kernels = [...new Set(chosen.map((entry) => entry.split(' ')[0]))].sort();
  assert.deepEqual(kernels, [
    ...['Add', 'BatchMatMul', 'Concat', 'Maximum', 'Minimum', 'Multiply', 'Neg', 'PadV2', 'Relu', 'Reshape'],
    ...['Sigmoid', 'Slice', 'SplitV', 'Square', 'Sub', 'Transpose', 'ZerosLike'],
  ]);
  const results = [];
  for (const precision of ['float32', 'bfloat16'] as const) {
    const executor = createCapturedExecutor(program, { ...plainCompute, precision });
    await executor.writeState({ w: Float32Array.from({ length: 64 }, (_, index) => Math.sin(index * 7)) });
    const { y } = await executor.run(
      { x: Float32Array.from({ length: 32 }, (_, index) => Math.cos(index)) },
      ['y'],
    );
    const { w } = await executor.readState();
    results.push([...(y as Float32Array), ...(w as Float32Array)]);
    executor.dispose();
  }
  const [exact, rounded] = results as [number[], number[]];
  const scale = Math.max(...exact.map(Math.abs));
  const largest = Math.max(...exact.map((value, index) => Math.abs(value - (rounded[index] as number))));
  assert.ok(largest > 0, 'bfloat16 rounds');
  assert.ok(largest < 0.02 * scale, `${largest} of ${scale}`);
});
