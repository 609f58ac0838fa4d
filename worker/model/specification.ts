// What a model is made of: the config's model section plus what the dataset fixes, with the sizes derived
// from them.

import type { ModelSection } from '../../common/config/experiment.ts';

/** Everything that fixes the shapes of a model. */
export interface ModelSpecification extends ModelSection {
  vocabularySize: number;
  /** Cells of a puzzle, without the puzzle-embedding tokens. */
  sequenceLength: number;
  puzzleIdentifierCount: number;
}

/** Tokens in all: puzzle embedding first, then the cells. */
export function tokenCount(specification: ModelSpecification): number {
  return specification.puzzleEmbeddingLength + specification.sequenceLength;
}

/** Columns of the puzzle-embedding table. */
export function puzzleEmbeddingSize(specification: ModelSpecification): number {
  return specification.puzzleEmbeddingSize || specification.hiddenSize;
}

/**
 * Inner width of a SwiGLU: expansion × width × 2/3, rounded up to a multiple of 256
 * (reference models/layers.py, SwiGLU).
 */
export function swigluWidth(width: number, expansion: number): number {
  return Math.ceil(roundHalfToEven((expansion * width * 2) / 3) / 256) * 256;
}

/** Python's rounding, which the reference's widths rest on. */
function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
