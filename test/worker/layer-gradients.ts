// A layer's output and all its gradients as a program, to hold two ways of computing it against each other.

import * as tf from '@tensorflow/tfjs-core';
import { createRandom } from '../../common/random.ts';
import { plainCompute } from '../../worker/capture/compute.ts';
import { createExecutor } from '../../worker/capture/executor.ts';
import type { NamedArrays, NamedTensors, Program } from '../../worker/capture/program.ts';
import type { Layer } from '../../worker/model/blocks.ts';

export type Shape = readonly [number, number];
export type Weights = Record<string, Shape>;

/** The layer's output y and the gradients of its input and weights for an output gradient. */
export function gradientProgram(
  shape: Shape,
  weights: Weights,
  layerOf: (tensors: NamedTensors) => Layer,
): Program {
  const shapes: Weights = { x: shape, dy: shape, ...weights };
  const learned = ['x', ...Object.keys(weights)];
  return {
    state: {},
    inputs: Object.fromEntries(
      Object.entries(shapes).map(([name, size]) => [name, { shape: [...size], type: 'float32' as const }]),
    ),
    run(_, inputs) {
      const values = learned.map((name) => inputs[name] as tf.Tensor2D);
      const forward = (...tensors: tf.Tensor[]) => {
        const named = Object.fromEntries(learned.map((name, index) => [name, tensors[index] as tf.Tensor]));
        return layerOf(named)(named.x as tf.Tensor2D);
      };
      const { value, grads } = tf.valueAndGrads(forward)(values, inputs.dy as tf.Tensor2D);
      const outputs: NamedTensors = { y: value };
      for (const [index, name] of learned.entries()) outputs[`d${name}`] = grads[index] as tf.Tensor;
      return { state: {}, rowUpdates: {}, outputs };
    },
  };
}

function randomArrays(program: Program): NamedArrays {
  const random = createRandom(3, 'fused');
  const draw = ([rows, columns]: Shape, name: string) =>
    Float32Array.from(
      { length: rows * columns },
      () => (random.uniform() - 0.5) * (name === 'x' || name === 'dy' ? 4 : 3 / Math.sqrt(columns)),
    );
  return Object.fromEntries(
    Object.entries(program.inputs).map(([name, { shape }]) => [name, draw(shape as [number, number], name)]),
  );
}

/** The layer's output and gradients for the same random values each time. */
export async function runLayer(program: Program, fusedLayers: boolean): Promise<NamedArrays> {
  const executor = createExecutor(program, 'captured', { ...plainCompute, fusedLayers });
  try {
    return await executor.run(randomArrays(program), [
      'y',
      ...Object.keys(program.inputs)
        .filter(isLearned)
        .map((name) => `d${name}`),
    ]);
  } finally {
    executor.dispose();
  }
}

function isLearned(name: string): boolean {
  return name !== 'dy';
}

/** Largest difference relative to the largest entry. */
export function deviation(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [difference, size] = [0, 0];
  for (let index = 0; index < expected.length; index++) {
    const value = expected[index] as number;
    difference = Math.max(difference, Math.abs(value - (actual[index] as number)));
    size = Math.max(size, Math.abs(value));
  }
  return difference / size;
}
