// How thoroughly a dataset is verified, and what every check is given.

import type { BuildProgress } from './builder.ts';
import type { Pacer } from './pacer.ts';

export interface VerifyOptions {
  /** Puzzles of each split that are solved, drawn at random; 0 solves all. */
  sampleSize: number;
  /** To be awaited now and then in long computations. */
  pace: Pacer;
  onProgress(progress: BuildProgress): void;
}
