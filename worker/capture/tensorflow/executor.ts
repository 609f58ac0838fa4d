// Runs a program as one TensorFlow graph: recorded once, kept in a session with its state in the session's
// variables. Only inputs go in and only the wanted outputs come out.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { toArrays, toTensors } from '../eager.ts';
import { type Executor, type NamedArrays, type NamedTensors, type Program, sizeOf } from '../program.ts';
import { recordProgram } from '../record.ts';
import { emitTensorFlow, nodeNames } from './emit.ts';
import { encodeSavedModel, SAVED_MODEL_TAG } from './schema.ts';

/** The part of tfjs-node's backend that runs saved models. */
interface SavedModelBackend {
  loadSavedModelMetaGraph(folder: string, tag: string): number;
  deleteSavedModel(id: number): void;
  runSavedModel(id: number, inputs: tf.Tensor[], feeds: { name: string }[], fetches: string[]): tf.Tensor[];
}

/** An executor of `program`; its state is undefined until `writeState` has set it. Needs tfjs-node. */
export function createCapturedExecutor(program: Program): Executor {
  const backend = tf.backend() as unknown as SavedModelBackend;
  const session = openSession(backend, encodeSavedModel(emitTensorFlow(recordProgram(program))));

  async function run(feeds: NamedTensors, fetches: Record<string, string>): Promise<NamedArrays> {
    const tensors = Object.values(feeds);
    const feedNames = Object.keys(feeds).map((name) => ({ name: `${name}:0` }));
    const fetched = backend.runSavedModel(
      session,
      tensors,
      feedNames,
      Object.keys(fetches).map((name) => `${name}:0`),
    );
    tf.dispose(tensors);
    const named = Object.fromEntries(
      Object.values(fetches).map((name, index) => [name, fetched[index] as tf.Tensor]),
    );
    const arrays = await toArrays(named);
    tf.dispose(fetched);
    return arrays;
  }

  return {
    kind: 'captured',
    async run(inputs, outputs = []) {
      const feeds = prefixed(toTensors(program.inputs, inputs), nodeNames.input);
      const fetches = Object.fromEntries(outputs.map((name) => [nodeNames.output(name), name]));
      if (outputs.length > 0) return run(feeds, fetches);
      await run(feeds, { [nodeNames.done]: 'done' });
      return {};
    },
    async readState(names = Object.keys(program.state)) {
      return run({}, Object.fromEntries(names.map((name) => [nodeNames.read(name), name])));
    },
    async writeState(values) {
      const specifications = Object.fromEntries(
        Object.entries(program.state).filter(([name]) => values[name] !== undefined),
      );
      checkSizes(program, values);
      const feeds = prefixed(toTensors(specifications, values), nodeNames.newValue);
      await run(
        feeds,
        Object.fromEntries(Object.keys(values).map((name) => [nodeNames.assigned(name), name])),
      );
    },
    dispose() {
      backend.deleteSavedModel(session);
    },
  };
}

function openSession(backend: SavedModelBackend, savedModel: Uint8Array): number {
  const folder = mkdtempSync(join(tmpdir(), 'trm-studio-graph-'));
  try {
    writeFileSync(join(folder, 'saved_model.pb'), savedModel);
    return backend.loadSavedModelMetaGraph(folder, SAVED_MODEL_TAG);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function prefixed(tensors: NamedTensors, rename: (name: string) => string): NamedTensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [rename(name), tensor]));
}

function checkSizes(program: Program, values: NamedArrays): void {
  for (const [name, array] of Object.entries(values)) {
    const shape = program.state[name]?.shape;
    if (shape === undefined) throw new Error(`the program has no state ${name}`);
    if (array.length !== sizeOf(shape))
      throw new Error(`${name} has ${array.length} values, not ${sizeOf(shape)}`);
  }
}
