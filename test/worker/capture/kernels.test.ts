// The shapes and types that are inferred for every kernel against those of real tensors.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { toTensors } from '../../../worker/capture/eager.ts';
import { fusedKernels } from '../../../worker/capture/fused.ts';
import { type Graph, informationOf } from '../../../worker/capture/graph.ts';
import { recordedKernels } from '../../../worker/capture/kernels.ts';
import type { Program } from '../../../worker/capture/program.ts';
import { recordProgram } from '../../../worker/capture/record.ts';
import { startRuntime } from '../../../worker/runtime.ts';
import { caseProgram, kernelCases, randomInputs } from './kernel-cases.ts';

before(() => startRuntime());

function kernelsOf(graph: Graph): string[] {
  return graph.nodes.flatMap((node) => (node.kind === 'kernel' ? [node.kernel] : []));
}

function inferredOutputs(graph: Graph) {
  return Object.entries(graph.outputs).map(([name, reference]) => [name, informationOf(graph, reference)]);
}

function realOutputs(program: Program) {
  return tf.tidy(() => {
    const { outputs } = program.run({}, toTensors(program.inputs, randomInputs(program, 1)));
    return Object.entries(outputs).map(([name, { shape, dtype }]) => [name, { shape, type: dtype }]);
  }) as unknown as ReturnType<typeof inferredOutputs>;
}

describe('inferred shapes and types are those of real tensors', () => {
  for (const [index, kernelCase] of kernelCases.entries()) {
    test(`${kernelCase.kernel} (case ${index})`, () => {
      for (const batch of [1, 2, 5]) {
        const program = caseProgram(kernelCase, batch);
        const graph = recordProgram(program);
        assert.deepEqual(inferredOutputs(graph), realOutputs(program));
        assert.ok(kernelsOf(graph).includes(kernelCase.kernel));
      }
    });
  }
});

test('the cases cover every kernel of the table but the fused layers, which have tests of their own', () => {
  const covered = new Set(
    kernelCases.flatMap((kernelCase) => kernelsOf(recordProgram(caseProgram(kernelCase, 2)))),
  );
  const plain = [...recordedKernels.keys()].filter((kernel) => !Object.hasOwn(fusedKernels, kernel));
  assert.deepEqual([...covered].sort(), plain.sort());
});
