// A model of ours in the reference's settings.

import { availableParallelism } from 'node:os';
import type { HaltingSection } from '../common/config/experiment.ts';
import {
  type ModelSpecification,
  puzzleEmbeddingSize,
  puzzleTokenCount,
} from '../worker/model/specification.ts';
import type { Precision } from './options.ts';

/** Whether the reference's TRM can be built like this model; its other variants are other programs. */
export function isReferenceModel({
  variant,
  separateNetworks,
  gatedUnit,
  puzzleEmbedding,
}: ModelSpecification) {
  return variant === 'trm' && !separateNetworks && gatedUnit === 'swiglu' && puzzleEmbedding;
}

/** The settings that reference_lines.py reads. */
export function referenceSettings(
  specification: ModelSpecification,
  { maximumSteps, explorationProbability, continueLoss }: HaltingSection,
  batchSize: number,
  precision: Precision,
) {
  return {
    threads: availableParallelism(),
    batchSize,
    model: {
      H_cycles: specification.highCycles,
      L_cycles: specification.lowCycles,
      H_layers: 0,
      L_layers: specification.layers,
      hidden_size: specification.hiddenSize,
      expansion: specification.expansion,
      num_heads: specification.heads,
      pos_encodings: specification.positions,
      halt_max_steps: maximumSteps,
      halt_exploration_prob: explorationProbability,
      forward_dtype: precision,
      mlp_t: specification.mixer === 'mlp',
      puzzle_emb_len: puzzleTokenCount(specification),
      puzzle_emb_ndim: puzzleEmbeddingSize(specification),
      no_ACT_continue: !continueLoss,
      seq_len: specification.sequenceLength,
      vocab_size: specification.vocabularySize,
      num_puzzle_identifiers: specification.puzzleIdentifierCount,
    },
  };
}
