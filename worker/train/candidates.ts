// Winner-take-all training (arXiv 2601.19085): each puzzle has several reasoning latents that began apart. All are
// rolled forward, the one whose answer is best gets the gradient, and its answer latent is handed to all; each keeps
// its own reasoning. Inference takes the first alone, which begins as the model without candidates does.

import * as tf from '@tensorflow/tfjs-core';
import { namedTensor as get, type NamedTensors, type TensorSpecification } from '../capture/program.ts';
import { readHeads } from '../model/heads.ts';
import type { LabelTargets } from '../model/labels.ts';
import { carryName, type Latents } from '../model/latents.ts';
import { oneHotRows } from '../model/layers.ts';
import { answerLosses } from '../model/losses.ts';
import { createNetworks, parameter } from '../model/network.ts';
import { recursionSchedule, runPasses } from '../model/recursion.ts';
import { tokenCount } from '../model/specification.ts';
import { blend, resetHalted } from '../model/supervision.ts';
import type { TrainingSetup } from './setup.ts';
import { stateNames } from './state-names.ts';

/** The latent of which there are several. */
const REASONING = 'low';

/** The carry of a batch with the reasoning latents of all candidates, [tokens, candidates, batch, hidden]. */
export function withCandidates(
  carry: Record<string, TensorSpecification>,
  candidates: number,
): Record<string, TensorSpecification> {
  const name = carryName(REASONING);
  const reasoning = carry[name];
  if (candidates === 1 || reasoning === undefined) return carry;
  return { ...carry, [name]: { ...reasoning, shape: reasoning.shape.toSpliced(1, 0, candidates) } };
}

/** The initial values of the candidates beside the first. */
export function candidateSpecifications({ specification, training }: TrainingSetup) {
  const shape = [training.candidates - 1, specification.hiddenSize];
  const specifications: Record<string, TensorSpecification> = {};
  if (training.candidates > 1) specifications[stateNames.candidates] = { shape, type: 'float32' };
  return specifications;
}

/** Puts the latents of halted samples back to the initial ones, each candidate to its own. */
export function resetCandidates(
  { specification, training }: TrainingSetup,
  state: NamedTensors,
  halted: tf.Tensor1D,
  { [REASONING]: reasoning, ...shared }: Latents,
): Latents {
  const { hiddenSize } = specification;
  const { candidates } = training;
  const first = tf.reshape(parameter(state, 'L_init'), [1, hiddenSize]);
  const initial = tf.concat([first, get(state, stateNames.candidates)], 0);
  const apart = tf.reshape(reasoning as tf.Tensor2D, [tokenCount(specification), candidates, -1, hiddenSize]);
  const next = blend(
    tf.reshape(tf.cast(halted, 'float32'), [1, 1, -1, 1]),
    apart,
    tf.reshape(initial, [1, candidates, 1, hiddenSize]),
  );
  return {
    ...resetHalted(specification, state, halted, shared),
    [REASONING]: tf.reshape<tf.Rank.R2>(next, [-1, hiddenSize]),
  };
}

export interface Race {
  /** The latents of each puzzle's best candidate where the passes with gradient begin, [tokens·batch, hidden]. */
  warm: Latents;
  /** The reasoning latents of all candidates after the step, [tokens·candidates·batch, hidden]. */
  reasoning: tf.Tensor2D;
  /** int32 [batch], which candidate's answer has the smallest loss. */
  winners: tf.Tensor1D;
}

/** Rolls all candidates forward from `start`, without gradient, and finds the best of each puzzle. */
export function raceCandidates(
  { specification, training }: TrainingSetup,
  state: NamedTensors,
  start: Latents,
  question: tf.Tensor2D,
  targets: LabelTargets,
): Race {
  const { candidates } = training;
  const tokens = tokenCount(specification);
  const { hiddenSize } = specification;
  const forAll = (latent: tf.Tensor2D): tf.Tensor2D => {
    const byToken = tf.reshape(latent, [tokens, -1, hiddenSize]);
    return tf.reshape(repeat(byToken, candidates, 1), [-1, hiddenSize]);
  };
  const { [REASONING]: reasoning, ...shared } = start;
  const stacked: Latents = { [REASONING]: reasoning as tf.Tensor2D };
  for (const [name, latent] of Object.entries(shared)) stacked[name] = forAll(latent);

  const { withoutGradient, withGradient } = recursionSchedule(specification);
  const networks = createNetworks(specification, state);
  const questions = forAll(question);
  const warm = runPasses(withoutGradient, networks, stacked, questions);
  const final = runPasses(withGradient, networks, warm, questions);
  const { logits } = readHeads(specification, state, final);
  const losses = tf.reshape(answerLosses(logits, repeatTargets(targets, candidates), training), [
    candidates,
    -1,
  ]);
  const winners = tf.cast<tf.Tensor1D>(tf.argMax(tf.neg(losses), 0), 'int32');
  const chosen = tf.reshape(tf.transpose(oneHotRows(winners, candidates)), [1, candidates, -1, 1]);
  const ofWinners = (latent: tf.Tensor2D) => {
    const apart = tf.reshape(latent, [tokens, candidates, -1, hiddenSize]);
    return tf.reshape<tf.Rank.R2>(tf.sum(tf.mul(apart, chosen), 1), [-1, hiddenSize]);
  };
  return {
    warm: Object.fromEntries(Object.entries(warm).map(([name, latent]) => [name, ofWinners(latent)])),
    reasoning: final[REASONING] as tf.Tensor2D,
    winners,
  };
}

/** Labels laid out as the logits of all candidates are, candidate by candidate. */
function repeatTargets({ mask, labels, counts, divisors }: LabelTargets, times: number): LabelTargets {
  return {
    mask: repeat(mask, times, 1),
    labels: repeat(labels, times, 1),
    counts: repeat(counts, times, 0),
    divisors: repeat(divisors, times, 0),
  };
}

function repeat<Kind extends tf.Tensor>(tensor: Kind, times: number, axis: number): Kind {
  return tf.concat(new Array<tf.Tensor>(times).fill(tensor), axis) as Kind;
}
