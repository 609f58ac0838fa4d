// Runs a program operation by operation on whatever backend tfjs has. The oracle for the captured graph, and
// the fallback where TensorFlow's native library is missing.

import * as tf from '@tensorflow/tfjs-core';
import { plainCompute } from './compute.ts';
import type {
  Executor,
  NamedArrays,
  NamedTensors,
  Program,
  RowUpdate,
  TensorSpecification,
} from './program.ts';

/** An executor of `program`; its state is undefined until `writeState` has set it. */
export function createEagerExecutor(program: Program): Executor {
  const state: NamedTensors = {};

  function replace(name: string, tensor: tf.Tensor): void {
    state[name]?.dispose();
    state[name] = tf.keep(tensor);
  }

  return {
    kind: 'eager',
    compute: { ...plainCompute, xlaProblem: null },
    async run(inputs, wanted = []) {
      const outputs = tf.tidy(() => {
        const result = program.run(state, toTensors(program.inputs, inputs));
        for (const [name, update] of Object.entries(result.rowUpdates)) {
          replace(name, updateRows(state[name] as tf.Tensor, update));
        }
        for (const [name, tensor] of Object.entries(result.state)) replace(name, tf.clone(tensor));
        return Object.fromEntries(wanted.map((name) => [name, result.outputs[name] as tf.Tensor]));
      });
      const arrays = await toArrays(outputs);
      tf.dispose(outputs);
      return arrays;
    },
    async readState(names = Object.keys(program.state)) {
      return toArrays(Object.fromEntries(names.map((name) => [name, state[name] as tf.Tensor])));
    },
    async writeState(values) {
      const specifications = Object.fromEntries(
        Object.keys(values).map((name) => [name, program.state[name] as TensorSpecification]),
      );
      for (const [name, tensor] of Object.entries(toTensors(specifications, values))) replace(name, tensor);
    },
    dispose() {
      tf.dispose(state);
    },
  };
}

function updateRows(table: tf.Tensor, { indices, rows }: RowUpdate): tf.Tensor {
  return tf.tensorScatterUpdate(table, tf.reshape(indices, [-1, 1]), rows);
}

/** Host arrays as tensors of the specified shapes. */
export function toTensors(
  specifications: Record<string, TensorSpecification>,
  arrays: NamedArrays,
): NamedTensors {
  const tensors: NamedTensors = {};
  for (const [name, { shape, type }] of Object.entries(specifications)) {
    const values = arrays[name];
    if (values === undefined) throw new Error(`no values for ${name}`);
    tensors[name] = tf.tensor(values, shape, type);
  }
  return tensors;
}

/** Copies tensors to the host. */
export async function toArrays(tensors: NamedTensors): Promise<NamedArrays> {
  const arrays: NamedArrays = {};
  for (const [name, tensor] of Object.entries(tensors)) {
    arrays[name] = (await tensor.data()) as Float32Array | Int32Array;
  }
  return arrays;
}
