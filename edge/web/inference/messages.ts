// What the page and the worker that computes say to each other.

import type { BundleModel, WebProvider } from '../../../common/bundle.ts';
import type { RecursionStep } from '../../../common/solving/recursion.ts';

/** Why a model cannot be used; texts.ts has the words. */
export type ModelTrouble =
  | { kind: 'model-missing'; file: string; found: string }
  | { kind: 'model-damaged'; file: string; found: string }
  | { kind: 'model-unusable'; file: string; found: string }
  | { kind: 'runtime-missing'; file: string; found: string }
  | { kind: 'computing-failed'; file: string; found: string };

export interface OpenRequest {
  type: 'open';
  model: BundleModel;
  /** Absolute addresses that end in a slash: of the bundle's root and of ONNX Runtime. */
  rootUrl: string;
  runtimeUrl: string;
  /** Tried in this order. */
  providers: WebProvider[];
  threads: number;
}

export interface SolveRequest {
  type: 'solve';
  /** Comes back with every step, so that those of an earlier request can be told apart. */
  request: number;
  puzzle: Int32Array;
  identifier: number;
  maximumSteps: number;
  /** The halting rule as text; null gives all steps. */
  rule: string | null;
}

export type Request = OpenRequest | SolveRequest | { type: 'stop' };

/** What runs the model. */
export interface OpenedModel {
  provider: WebProvider;
  threads: number;
  openMs: number;
  /** Why a provider that was tried first is not used; null where there was none. */
  fallback: string | null;
}

export type Response =
  | { type: 'loading'; loadedBytes: number; totalBytes: number }
  | { type: 'opened'; opened: OpenedModel }
  | { type: 'step'; request: number; step: RecursionStep }
  | { type: 'done'; request: number }
  | { type: 'failed'; trouble: ModelTrouble };
