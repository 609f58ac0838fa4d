// What the outputs of a supervision step say of one puzzle: how sure the model is of its tokens and of its answer, and
// how far the latent has moved.

import { UserError } from '../errors.ts';
import type { StepModel, StepOutputs, TokenDistribution } from './step-model.ts';

export interface TokenCertainty {
  /** Probability of the most likely token of each cell, [cells] */
  confidences: Float32Array;
  /** Their mean. */
  confidence: number;
  weakestConfidence: number;
  /** In nats, mean of the cells. */
  entropy: number;
}

/**
 * How sure the token distributions of one puzzle are.
 * @param logits [cells, vocabulary]
 */
export function measureCertainty(
  logits: Float32Array,
  vocabulary: number,
  distribution: TokenDistribution,
): TokenCertainty {
  const cells = logits.length / vocabulary;
  const confidences = new Float32Array(cells);
  const weights = new Float64Array(vocabulary);
  let [sum, weakest, entropy] = [0, 1, 0];
  for (let cell = 0; cell < cells; cell++) {
    const scores = logits.subarray(cell * vocabulary, (cell + 1) * vocabulary);
    const total = weigh(scores, weights, distribution);
    let largest = 0;
    for (const weight of weights) {
      const probability = weight / total;
      largest = Math.max(largest, probability);
      if (probability > 0) entropy -= probability * Math.log(probability);
    }
    confidences[cell] = largest;
    sum += largest;
    weakest = Math.min(weakest, largest);
  }
  return { confidences, confidence: sum / cells, weakestConfidence: weakest, entropy: entropy / cells };
}

/** Writes what the probabilities are proportional to, and returns its sum. */
function weigh(scores: Float32Array, weights: Float64Array, distribution: TokenDistribution): number {
  const highest = distribution === 'softmax' ? Math.max(...scores) : 0;
  let total = 0;
  for (const [token, score] of scores.entries()) {
    const weight = distribution === 'softmax' ? Math.exp(score - highest) : stablemaxWeight(score);
    weights[token] = weight;
    total += weight;
  }
  return total;
}

/** s(x) of Prieto et al. 2025 (arXiv 2501.04697). */
function stablemaxWeight(score: number): number {
  return score >= 0 ? score + 1 : 1 / (1 - score);
}

/** ‖after − before‖ / ‖before‖ of one puzzle's latent; 0 where nothing moved. */
export function relativeChange(before: Float32Array, after: Float32Array): number {
  let [moved, length] = [0, 0];
  for (const [index, value] of before.entries()) {
    moved += (value - (after[index] as number)) ** 2;
    length += value ** 2;
  }
  return moved === 0 ? 0 : Math.sqrt(moved / length);
}

/**
 * sigmoid of the halting logits of one puzzle.
 * @throws UserError when the model computes something that is no number
 */
export function readHalting(
  { haltLogits, continueLogits }: Pick<StepOutputs, 'haltLogits' | 'continueLogits'>,
  row: number,
  { path }: Pick<StepModel, 'path'>,
): { haltProbability: number; continueProbability: number } {
  const haltProbability = sigmoid(haltLogits[row] as number);
  const continueProbability = sigmoid(continueLogits[row] as number);
  if (!Number.isNaN(haltProbability)) return { haltProbability, continueProbability };
  throw new UserError({
    what: 'The model computes numbers that are none',
    where: path,
    found: `the halting logit ${haltLogits[row]}`,
    expected: 'a number',
    remedy: 'export another checkpoint: the weights of this one are not usable',
  });
}

function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}
