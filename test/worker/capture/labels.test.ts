// Recorded operations carry the labels of what they belong to, gradients included.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { BACKWARD, currentLabel, labelled, labelledApart } from '../../../worker/capture/labels.ts';
import type { Program } from '../../../worker/capture/program.ts';
import { recordProgram } from '../../../worker/capture/record.ts';
import { emitTensorFlow } from '../../../worker/capture/tensorflow/emit.ts';
import { startRuntime } from '../../../worker/runtime.ts';

before(() => startRuntime());

/** x → tanh → exp → sum, with its gradient. */
const program: Program = {
  state: {},
  inputs: { x: { shape: [3], type: 'float32' } },
  run(_, { x }) {
    const forward = (input: tf.Tensor) =>
      labelledApart(() => {
        const first = labelled('pass 1', () => labelled('inner', () => tf.tanh(input)));
        const second = labelled('pass 2', () => tf.exp(first));
        return tf.sum(second) as tf.Scalar;
      });
    const gradient = labelled(BACKWARD, () => tf.grad(forward)(x as tf.Tensor));
    return { state: {}, rowUpdates: {}, outputs: { gradient: labelled('end', () => tf.neg(gradient)) } };
  },
};

const labelsOf = (name: string) =>
  recordProgram(program).nodes.flatMap((node) =>
    node.kind === 'kernel' && node.kernel === name ? [node.label ?? ''] : [],
  );

test('operations carry the labels in which they ran, and gradients those of what they differentiate', () => {
  assert.deepEqual(labelsOf('Tanh'), ['pass 1/inner']);
  assert.deepEqual(labelsOf('Exp'), ['pass 2']);
  assert.deepEqual(labelsOf('Neg'), ['end']);
  // 1 − tanh²
  assert.deepEqual(labelsOf('Square'), ['backward/pass 1/inner']);
  assert.ok(labelsOf('Multiply').includes('backward/pass 2'));
});

test('the TensorFlow graph has the labels in its names', () => {
  const names = emitTensorFlow(recordProgram(program)).map(({ name }) => name);
  assert.deepEqual(
    names.filter((name) => /Tanh|Square/.test(name)).map((name) => name.replace(/\d+$/, 'N')),
    ['pass-1/inner/Tanh_N', 'backward/pass-1/inner/Square_N'],
  );
  for (const name of names) assert.match(name, /^[A-Za-z0-9.][A-Za-z0-9_.\\/>-]*$/);
});

test('a label ends with its action, also when that fails', () => {
  assert.throws(() => labelled('outer', () => labelled('inner', () => fail())), /^Error: outer\/inner$/);
  assert.equal(currentLabel(), '');
});

function fail(): never {
  throw new Error(currentLabel());
}
