// The recursion of one supervision step: which latent is refined when, and from what. This is the paper's
// deep recursion: T − 1 times without gradient, once with it.

import * as tf from '@tensorflow/tfjs-core';
import type { Network } from './network.ts';
import type { ModelSpecification } from './specification.ts';

/** The two latents, each [tokens·batch, hidden], tokens first. */
export interface Latents {
  /** The answer (y in the paper, z_H in the code). */
  high: tf.Tensor2D;
  /** The reasoning (z in the paper, z_L in the code). */
  low: tf.Tensor2D;
}

/** One latent recursion: the reasoning n times from question, answer and itself; then the answer once. */
export function refine(
  specification: ModelSpecification,
  network: Network,
  latents: Latents,
  input: tf.Tensor2D,
): Latents {
  let { high, low } = latents;
  const question = tf.add<tf.Tensor2D>(high, input);
  for (let cycle = 0; cycle < specification.lowCycles /* n in the paper */; cycle++) {
    low = network(low, question);
  }
  high = network(high, low);
  return { high, low };
}

/** The refinements before the last, which the paper runs without gradient (T − 1 of them). */
export function refineWithoutGradient(
  specification: ModelSpecification,
  network: Network,
  latents: Latents,
  input: tf.Tensor2D,
): Latents {
  let current = latents;
  for (let cycle = 1; cycle < specification.highCycles /* T in the paper */; cycle++) {
    current = refine(specification, network, current, input);
  }
  return current;
}
