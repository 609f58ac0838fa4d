// The state that lives between supervision steps (the carry), and how new puzzles replace halted ones
// (reference trm.py, TinyRecursiveReasoningModel_ACTV1.forward).

import * as tf from '@tensorflow/tfjs-core';
import { initialLatentName, type Latents } from './latents.ts';
import { type Parameters, parameter } from './network.ts';
import { type ModelSpecification, tokenCount } from './specification.ts';

/** A batch of puzzles. */
export interface PuzzleBatch {
  /** int32 [batch, cells] */
  inputs: tf.Tensor2D;
  /** int32 [batch, cells]; IGNORED_LABEL where a cell does not count. */
  labels: tf.Tensor2D;
  /** int32 [batch] */
  puzzleIdentifiers: tf.Tensor1D;
}

/** Takes the new row where `halted` (int32 [batch], 0 or 1) is 1 and keeps the old one elsewhere. */
export function replaceHalted(halted: tf.Tensor1D, old: PuzzleBatch, fresh: PuzzleBatch): PuzzleBatch {
  const rows = tf.reshape(halted, [-1, 1]);
  return {
    inputs: blend(rows, old.inputs, fresh.inputs),
    labels: blend(rows, old.labels, fresh.labels),
    puzzleIdentifiers: blend(halted, old.puzzleIdentifiers, fresh.puzzleIdentifiers),
  };
}

/** Puts the latents of halted samples back to the initial ones. */
export function resetHalted(
  specification: ModelSpecification,
  parameters: Parameters,
  halted: tf.Tensor1D,
  latents: Latents,
): Latents {
  const { hiddenSize } = specification;
  const flags = tf.reshape(tf.cast(halted, 'float32'), [1, -1, 1]);
  const byToken = [tokenCount(specification), -1, hiddenSize];
  return Object.fromEntries(
    Object.entries(latents).map(([name, latent]) => {
      const initial = parameter(parameters, initialLatentName(specification, name));
      const next = blend(flags, tf.reshape(latent, byToken), initial);
      return [name, tf.reshape<tf.Rank.R2>(next, [-1, hiddenSize])];
    }),
  );
}

/** old·(1 − flag) + fresh·flag: exact for flags of 0 and 1, and it broadcasts where a selection would not. */
export function blend<Kind extends tf.Tensor>(flags: tf.Tensor, old: Kind, fresh: tf.Tensor): Kind {
  const one = tf.scalar(1, flags.dtype as 'int32' | 'float32');
  return tf.add(tf.mul(old, tf.sub(one, flags)), tf.mul(fresh, flags));
}
