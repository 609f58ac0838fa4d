// How captured graphs are computed: in which precision, and whether XLA compiles them.

import type { Precision } from './tensorflow/precision.ts';

export interface Compute {
  precision: Precision;
  xla: boolean;
  /** Whole layers as one operation of our native addon, which must be loaded. */
  fusedLayers: boolean;
}

/** What an executor does, which may be less than it was asked for. */
export interface ComputeReport extends Compute {
  /** Why XLA is off although it was asked for; null where it is as asked. */
  xlaProblem: string | null;
}

/** Operation after operation as TensorFlow has them, in float32. */
export const plainCompute: Compute = { precision: 'float32', xla: false, fusedLayers: false };
