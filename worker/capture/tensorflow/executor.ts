// Runs a program as one TensorFlow graph: recorded once, kept in a session with its state in the session's
// variables. Only inputs go in and only the wanted outputs come out.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { type Compute, type ComputeReport, plainCompute } from '../compute.ts';
import { toArrays, toTensors } from '../eager.ts';
import {
  type Executor,
  type NamedArrays,
  type NamedTensors,
  type Program,
  sizeOf,
  type TensorSpecification,
} from '../program.ts';
import { recordProgram } from '../record.ts';
import { clusterGraph } from './cluster.ts';
import { emitTensorFlow, isLarge, nodeNames, resultNames } from './emit.ts';
import { encodeSavedModel, type GraphMessage, SAVED_MODEL_TAG } from './schema.ts';

/** The part of tfjs-node's backend that runs saved models. */
interface SavedModelBackend {
  loadSavedModelMetaGraph(folder: string, tag: string): number;
  deleteSavedModel(id: number): void;
  runSavedModel(id: number, inputs: tf.Tensor[], feeds: { name: string }[], fetches: string[]): tf.Tensor[];
}

/** An executor of `program`; its state is undefined until `writeState` has set it. Needs tfjs-node. */
export function createCapturedExecutor(program: Program, asked: Compute = plainCompute): Executor {
  const backend = tf.backend() as unknown as SavedModelBackend;
  const compute: ComputeReport = { ...asked, xlaProblem: null };
  const graph = recordProgram(program, { fusedLayers: asked.fusedLayers });
  let isProven = !asked.xla;
  let session = asked.xla ? openClustered() : openPlain();

  function openPlain(): number {
    return openSession(backend, { nodes: emitTensorFlow(graph, asked.precision), functions: [] });
  }

  function openClustered(): number {
    try {
      return openSession(backend, clusterGraph(emitTensorFlow(graph, asked.precision), resultNames(graph)));
    } catch (error) {
      giveUpXla(error);
      return openPlain();
    }
  }

  function giveUpXla(error: unknown): void {
    isProven = true;
    compute.xla = false;
    compute.xlaProblem = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
  }

  async function fetch(feeds: NamedTensors, fetches: Record<string, string>): Promise<NamedArrays> {
    const feedNames = Object.keys(feeds).map((name) => ({ name: `${name}:0` }));
    const fetched = backend.runSavedModel(
      session,
      Object.values(feeds),
      feedNames,
      Object.keys(fetches).map((name) => `${name}:0`),
    );
    const named = Object.fromEntries(
      Object.values(fetches).map((name, index) => [name, fetched[index] as tf.Tensor]),
    );
    const arrays = await toArrays(named);
    tf.dispose(fetched);
    return arrays;
  }

  async function run(feeds: NamedTensors, fetches: Record<string, string>): Promise<NamedArrays> {
    try {
      return await fetch(feeds, fetches);
    } finally {
      tf.dispose(Object.values(feeds));
    }
  }

  /** The first step is when XLA compiles: where it cannot, nothing has been assigned yet and the step runs without it. */
  async function runStep(inputs: NamedArrays, fetches: Record<string, string>): Promise<NamedArrays> {
    const feeds = () => prefixed(toTensors(program.inputs, inputs), nodeNames.input);
    if (isProven) return run(feeds(), fetches);
    try {
      const outputs = await run(feeds(), fetches);
      isProven = true;
      return outputs;
    } catch (error) {
      giveUpXla(error);
      const state = await readState();
      backend.deleteSavedModel(session);
      session = openPlain();
      await writeState(state);
      return run(feeds(), fetches);
    }
  }

  async function readState(names = Object.keys(program.state)): Promise<NamedArrays> {
    return run({}, Object.fromEntries(names.map((name) => [nodeNames.read(name), name])));
  }

  async function writeState(values: NamedArrays): Promise<void> {
    checkSizes(program, values);
    const names = Object.keys(values);
    const zero = new Set(names.filter((name) => isZeroAndLarge(program, name, values)));
    const fed = Object.entries(program.state).filter(
      ([name]) => values[name] !== undefined && !zero.has(name),
    );
    const feeds = prefixed(toTensors(Object.fromEntries(fed), values), nodeNames.newValue);
    const target = (name: string) => (zero.has(name) ? nodeNames.zeroed(name) : nodeNames.assigned(name));
    await run(feeds, Object.fromEntries(names.map((name) => [target(name), name])));
  }

  return {
    kind: 'captured',
    compute,
    async run(inputs, outputs = []) {
      if (outputs.length > 0) {
        return runStep(inputs, Object.fromEntries(outputs.map((name) => [nodeNames.output(name), name])));
      }
      await runStep(inputs, { [nodeNames.done]: 'done' });
      return {};
    },
    readState,
    writeState,
    dispose() {
      backend.deleteSavedModel(session);
    },
  };
}

function openSession(backend: SavedModelBackend, graph: GraphMessage): number {
  const folder = mkdtempSync(join(tmpdir(), 'trm-studio-graph-'));
  try {
    writeFileSync(join(folder, 'saved_model.pb'), encodeSavedModel(graph));
    return backend.loadSavedModelMetaGraph(folder, SAVED_MODEL_TAG);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function prefixed(tensors: NamedTensors, rename: (name: string) => string): NamedTensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [rename(name), tensor]));
}

function isZeroAndLarge(program: Program, name: string, values: NamedArrays): boolean {
  const array = values[name] as Float32Array | Int32Array;
  if (!isLarge(program.state[name] as TensorSpecification) || array[0] !== 0) return false;
  // As doubles there are half as many to look at. A −0 that passes as 0 is no loss.
  const doubles = new Float64Array(array.buffer, array.byteOffset, Math.floor(array.length / 2));
  return array.at(-1) === 0 && doubles.every((value) => value === 0);
}

function checkSizes(program: Program, values: NamedArrays): void {
  for (const [name, array] of Object.entries(values)) {
    const shape = program.state[name]?.shape;
    if (shape === undefined) throw new Error(`the program has no state ${name}`);
    if (array.length !== sizeOf(shape))
      throw new Error(`${name} has ${array.length} values, not ${sizeOf(shape)}`);
  }
}
