// Lets an executor run its graph in a session of ours instead of tfjs's, so that TensorFlow traces each run. The graph,
// its optimization by TensorFlow and the state are the same.

import * as tf from '@tensorflow/tfjs-core';
import type { NativeAddon, NativeFeed, NativeOutput, TracedSessionHandle } from '../native/native.ts';
import { readStepStats, type TracedNode } from './step-stats.ts';

/** The part of tfjs-node's backend that runs saved models. */
export interface SavedModels {
  loadSavedModelMetaGraph(folder: string, tag: string): number;
  deleteSavedModel(id: number): void;
  runSavedModel(id: number, inputs: tf.Tensor[], feeds: { name: string }[], fetches: string[]): tf.Tensor[];
}

/** tfjs-node's backend as a runner of saved models. */
export function savedModelsOfBackend(): SavedModels {
  return tf.backend() as unknown as SavedModels;
}

/** While `action` runs, saved models are opened and run by `replacement` instead of by the backend itself. */
export async function withSavedModels<Result>(
  replacement: Partial<SavedModels>,
  action: () => Promise<Result>,
): Promise<Result> {
  const backend = savedModelsOfBackend();
  // They are methods of the class: what is put on the object hides them, and taking it away shows them again.
  Object.assign(backend, replacement);
  try {
    return await action();
  } finally {
    for (const name of Object.keys(replacement)) Reflect.deleteProperty(backend, name);
  }
}

export interface TracedRun {
  /** When the run was called and when it returned, since the epoch. */
  startMicros: number;
  endMicros: number;
  nodes: TracedNode[];
}

export interface TracedSessions extends SavedModels {
  /** Traces runs from now on, or no longer. */
  setTracing(isTracing: boolean): void;
  /** The runs that were traced, in order. */
  readonly runs: TracedRun[];
}

/** Sessions of the addon. */
export function createTracedSessions(addon: NativeAddon): TracedSessions {
  const sessions = new Map<number, TracedSessionHandle>();
  const runs: TracedRun[] = [];
  let isTracing = false;
  const sessionOf = (id: number) => {
    const session = sessions.get(id);
    if (session === undefined) throw new Error(`there is no traced session ${id}`);
    return session;
  };
  let lastId = 0;
  return {
    runs,
    setTracing(wanted) {
      isTracing = wanted;
    },
    loadSavedModelMetaGraph(folder, tag) {
      sessions.set(++lastId, addon.openTracedSession(folder, tag));
      return lastId;
    },
    deleteSavedModel(id) {
      addon.closeTracedSession(sessionOf(id));
      sessions.delete(id);
    },
    runSavedModel(id, inputs, feeds, fetches) {
      const fed = inputs.map((tensor, index) => toFeed(feeds[index]?.name ?? '', tensor));
      const startMicros = epochMicros();
      const { outputs, metadata } = addon.runTracedSession(sessionOf(id), fed, fetches, isTracing);
      const endMicros = epochMicros();
      if (metadata !== null)
        runs.push({ startMicros, endMicros, nodes: readStepStats(new Uint8Array(metadata)) });
      return outputs.map(toTensor);
    },
  };
}

/** Microseconds since the epoch, as TensorFlow counts them, with fractions. */
export function epochMicros(): number {
  return (performance.timeOrigin + performance.now()) * 1000;
}

const typeNumbers: Readonly<Record<string, number>> = { float32: 1, int32: 3, bool: 10 };

function toFeed(name: string, tensor: tf.Tensor): NativeFeed {
  const type = typeNumbers[tensor.dtype];
  const data = tensor.dataSync();
  if (type === undefined || Array.isArray(data))
    throw new Error(`${tensor.dtype} cannot be fed to a traced session`);
  return { name, type, shape: tensor.shape, data };
}

function toTensor({ type, shape, data }: NativeOutput): tf.Tensor {
  if (type === typeNumbers.float32) return tf.tensor(new Float32Array(data), shape, 'float32');
  if (type === typeNumbers.int32) return tf.tensor(new Int32Array(data), shape, 'int32');
  if (type === typeNumbers.bool) return tf.tensor(new Uint8Array(data), shape, 'bool');
  throw new Error(`TensorFlow's type ${type} cannot be fetched from a traced session`);
}
