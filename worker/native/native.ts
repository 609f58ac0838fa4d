// Our own native addon, where it was built: what it offers, typed. Everything that uses it has a way without.

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** A tensor on its way in; `type` is TensorFlow's number. */
export interface NativeFeed {
  /** `NODE:OUTPUT` */
  name: string;
  type: number;
  shape: number[];
  data: Float32Array | Int32Array | Uint8Array;
}

export interface NativeOutput {
  type: number;
  shape: number[];
  data: ArrayBuffer;
}

/** An open session; closed with `closeTracedSession`, or when it is forgotten. */
export type TracedSessionHandle = object;

export interface NativeAddon {
  /** Loads a saved model. @throws Error with TensorFlow's message */
  openTracedSession(folder: string, tag: string): TracedSessionHandle;
  /** Runs once. `metadata` holds the bytes of a RunMetadata with `trace`, else null. */
  runTracedSession(
    session: TracedSessionHandle,
    feeds: NativeFeed[],
    fetches: string[],
    trace: boolean,
  ): { outputs: NativeOutput[]; metadata: ArrayBuffer | null };
  closeTracedSession(session: TracedSessionHandle): void;
}

/** The addon, or null where it was not built. Needs TensorFlow's library loaded, as by startRuntime. */
export function loadNativeAddon(): NativeAddon | null {
  const require = createRequire(import.meta.url);
  const file = process.env.TRM_NATIVE ?? besideTensorFlowAddon(require);
  return file !== null && existsSync(file) ? require(file) : null;
}

function besideTensorFlowAddon(require: NodeJS.Require): string | null {
  try {
    const folder = dirname(require.resolve('@tensorflow/tfjs-node-gpu/package.json'));
    return join(folder, 'lib', 'napi-v8', 'trm_native.node');
  } catch {
    return null;
  }
}
