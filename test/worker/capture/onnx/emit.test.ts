// ONNX graphs of recorded programs, run by ONNX Runtime at several batch sizes, against the same programs run
// operation by operation.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { createEagerExecutor } from '../../../../worker/capture/eager.ts';
import { emitOnnx } from '../../../../worker/capture/onnx/emit.ts';
import { encodeGraph, encodeModel, irVersionOf } from '../../../../worker/capture/onnx/schema.ts';
import type { NamedArrays, Program } from '../../../../worker/capture/program.ts';
import { startRuntime } from '../../../../worker/runtime.ts';
import { kernelCases, numericProgram, randomInputs } from '../kernel-cases.ts';
import { randomChain, runChain } from '../random-chains.ts';

before(() => startRuntime());

type ProgramOfBatch = (batch: number) => Program;

function emit(program: ProgramOfBatch, state: NamedArrays = {}) {
  return emitOnnx({ program, state, name: 'test', documentation: '', descriptions: {} });
}

function openGraph(graph: ReturnType<typeof emit>, opset = 18): Promise<InferenceSession> {
  const bytes = encodeModel({
    irVersion: irVersionOf(opset),
    opset,
    producerName: '',
    producerVersion: '',
    documentation: '',
    metadata: {},
    graph: encodeGraph(graph),
  });
  return InferenceSession.create(bytes, { executionProviders: ['cpu'], logSeverityLevel: 3 });
}

async function runSession(session: InferenceSession, program: Program, inputs: NamedArrays) {
  const feeds = Object.entries(program.inputs).map(([name, { shape, type }]) => {
    return [name, new Tensor(type, inputs[name] as Float32Array, shape)];
  });
  const outputs = await session.run(Object.fromEntries(feeds));
  return Object.fromEntries(Object.entries(outputs).map(([name, { data, dims }]) => [name, { data, dims }]));
}

/** What the graph gives at these batch sizes equals what the program gives. */
async function assertSameAsEager(
  program: ProgramOfBatch,
  state: NamedArrays = {},
  opset = 18,
): Promise<void> {
  const session = await openGraph(emit(program, state), opset);
  for (const batch of [1, 4]) {
    const sized = program(batch);
    const inputs = randomInputs(sized, batch);
    const executor = createEagerExecutor(sized);
    await executor.writeState(state);
    const expected = await executor.run(inputs, [...session.outputNames]);
    executor.dispose();
    const found = await runSession(session, sized, inputs);
    assert.deepEqual(Object.keys(found).sort(), Object.keys(expected).sort());
    for (const [name, values] of Object.entries(expected))
      assertClose(found[name]?.data as Float32Array, values);
  }
  await session.release();
}

function assertClose(found: Float32Array, expected: Float32Array | Int32Array): void {
  assert.equal(found.constructor, expected.constructor);
  assert.equal(found.length, expected.length);
  for (const [index, value] of expected.entries()) {
    const difference = Math.abs((found[index] as number) - value);
    assert.ok(
      difference <= 2e-6 * Math.max(1, Math.abs(value)),
      `${found[index]} instead of ${value} at ${index}`,
    );
  }
}

const withoutOperator = ['Atan2', 'Log1p'];

describe('graphs equal eager programs at any batch', () => {
  for (const [index, kernelCase] of kernelCases.entries()) {
    if (withoutOperator.includes(kernelCase.kernel)) continue;
    test(`${kernelCase.kernel} (case ${index})`, () =>
      assertSameAsEager((batch) => numericProgram(kernelCase, batch)));
  }

  test('random chains of operations, in every operator set', async () => {
    const opsets = fc.constantFrom(18, 19, 20, 21, 22, 23);
    await fc.assert(
      fc.asyncProperty(randomChain, opsets, (chain, opset) =>
        assertSameAsEager(
          (batch) => ({
            state: { y: { shape: [4], type: 'float32' } },
            inputs: { x: { shape: [batch, 4], type: 'float32' } },
            run: ({ y }, { x }) => {
              const result = runChain(chain, x as tf.Tensor, y as tf.Tensor);
              return { state: {}, rowUpdates: {}, outputs: { result } };
            },
          }),
          { y: Float32Array.of(0.5, -1, 0.25, 2) },
          opset,
        ),
      ),
      { numRuns: 40 },
    );
  });
});

describe('kernels that no operator stands for', () => {
  for (const kernel of withoutOperator) {
    test(kernel, () => {
      const kernelCase = kernelCases.find((one) => one.kernel === kernel);
      assert.ok(kernelCase);
      assert.throws(() => emit((batch) => numericProgram(kernelCase, batch)), {
        message: `the kernel ${kernel} has no ONNX operation yet`,
      });
    });
  }
});

/** x [batch, 4] and the state w [6, 4]; the outputs are named. */
function weightProgram(run: (x: tf.Tensor, w: tf.Tensor) => Record<string, tf.Tensor>): ProgramOfBatch {
  return (batch) => ({
    state: { w: { shape: [6, 4], type: 'float32' } },
    inputs: { x: { shape: [batch, 4], type: 'float32' } },
    run: ({ w }, { x }) => ({ state: {}, rowUpdates: {}, outputs: run(x as tf.Tensor, w as tf.Tensor) }),
  });
}

const weights = { w: Float32Array.from({ length: 24 }, (_, index) => Math.sin(index)) };

test('weights are cut and transposed once, at export, and only what is used is written', () => {
  const program = weightProgram((x, w) => {
    const [upper, lower] = tf.split(w, 2, 0) as [tf.Tensor, tf.Tensor];
    const twice = tf.add(tf.matMul(x, upper, false, true), tf.matMul(tf.neg(x), upper, false, true));
    return { y: tf.add(twice, tf.sum(lower)) };
  });
  const graph = emit(program, weights);
  assert.deepEqual(
    graph.node.map(({ op_type }) => op_type),
    ['MatMul', 'Neg', 'MatMul', 'Add', 'Add', 'Identity'],
  );
  assert.deepEqual(
    graph.initializer.map(({ name, dims }) => ({ name, dims })),
    [
      { name: 'w/SplitV_2_0/transposed', dims: [4, 3] },
      { name: 'w/SplitV_2_1/Sum_7', dims: [] },
    ],
  );
  assert.deepEqual(
    graph.node.slice(0, 3).map(({ input }) => input),
    [['x', 'w/SplitV_2_0/transposed'], ['x'], ['Neg_4/Neg_1', 'w/SplitV_2_0/transposed']],
  );
  return assertSameAsEager(program, weights);
});

test('an output may be a weight or an input as it is', () =>
  assertSameAsEager(
    weightProgram((x, w) => ({ sameX: tf.clone(x), sameW: tf.clone(w) })),
    weights,
  ));

test('inputs and outputs have a symbolic batch', () => {
  const graph = emit(
    weightProgram((x) => ({ flat: tf.reshape(x, [-1]), total: tf.sum(x) })),
    weights,
  );
  const shapes = [...graph.input, ...graph.output].map(({ name, type }) => [name, type.tensor_type]);
  assert.deepEqual(shapes, [
    ['x', { elem_type: 1, shape: { dim: [{ dim_param: 'batch' }, { dim_value: 4 }] } }],
    ['flat', { elem_type: 1, shape: { dim: [{ dim_param: '4*batch' }] } }],
    ['total', { elem_type: 1, shape: { dim: [] } }],
  ]);
});

describe('programs that no graph can stand for', () => {
  const faults: [string, ProgramOfBatch, string][] = [
    [
      'one that changes its state',
      (batch) => ({
        ...weightProgram(() => ({}))(batch),
        run: ({ w }) => ({ state: { w: tf.neg(w as tf.Tensor) }, rowUpdates: {}, outputs: {} }),
      }),
      'a program that changes its state cannot be written as an ONNX graph',
    ],
    [
      'a constant that depends on the batch',
      weightProgram((x) => ({ y: tf.mul(x, x.shape[0] as number) })),
      'node 2 (constant) depends on the batch size',
    ],
    [
      'a dimension that does not grow with the batch',
      weightProgram((x) => ({
        y: tf.pad(x, [
          [0, 1],
          [0, 0],
        ]),
      })),
      'node 2 (PadV2): dimension 0 is 3 at batch 2 and 4 at 3',
    ],
    [
      'a fill as large as the batch',
      weightProgram((x) => ({ y: tf.add(x, tf.fill([x.shape[0] as number, 4], 1)) })),
      'a fill whose shape grows with the batch cannot be written',
    ],
    [
      'other operations at another batch',
      weightProgram((x) => ({ y: (x.shape[0] as number) > 2 ? tf.neg(tf.neg(x)) : x })),
      'batch 2 takes 2 nodes, batch 3 4',
    ],
  ];
  for (const [name, program, message] of faults) {
    test(name, () => assert.throws(() => emit(program, weights), { message }));
  }

  test('one whose state has no values', () =>
    assert.throws(() => emit(weightProgram((x, w) => ({ y: tf.matMul(x, w, false, true) }))), {
      message: 'no values for w',
    }));
});
