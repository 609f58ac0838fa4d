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
  return puzzleTokenCount(specification) + specification.sequenceLength;
}

/**
 * Tokens in front of the cells that hold the puzzle embedding. HRM and the direct transformer have no setting for it
 * in the reference: they take as few as hold the embedding.
 */
export function puzzleTokenCount(specification: ModelSection): number {
  const { variant, hiddenSize, puzzleEmbedding, puzzleEmbeddingLength } = specification;
  if (!puzzleEmbedding) return 0;
  if (puzzleEmbeddingLength > 0 && variant !== 'hrm' && variant !== 'transformer')
    return puzzleEmbeddingLength;
  return Math.ceil(puzzleEmbeddingSize(specification) / hiddenSize);
}

/** Columns of the puzzle-embedding table. */
export function puzzleEmbeddingSize(specification: ModelSection): number {
  return specification.puzzleEmbeddingSize || specification.hiddenSize;
}

/** Features of one attention head; rounded down, as in the reference, where the heads do not divide the features. */
export function headSize({ hiddenSize, heads }: ModelSection): number {
  return Math.floor(hiddenSize / heads);
}

/** A network of the model: its name in the reference, its blocks and the kinds of latents that it refines. */
export interface NetworkLevel {
  name: 'H_level' | 'L_level';
  layers: number;
  refines: readonly ('low' | 'high')[];
}

/** The networks of a model, in the reference's order. */
export function networkLevels({
  variant,
  layers,
  highLayers,
  separateNetworks,
}: ModelSection): NetworkLevel[] {
  const high = highLayers || layers;
  if (variant === 'transformer') return [{ name: 'H_level', layers: high, refines: ['high'] }];
  if (variant !== 'hrm' && !separateNetworks) return [{ name: 'L_level', layers, refines: ['low', 'high'] }];
  return [
    { name: 'H_level', layers: high, refines: ['high'] },
    { name: 'L_level', layers, refines: ['low'] },
  ];
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
