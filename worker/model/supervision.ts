// The state that lives between supervision steps (the carry), and how new puzzles replace halted ones
// (reference trm.py, TinyRecursiveReasoningModel_ACTV1.forward).

import * as tf from '@tensorflow/tfjs-core';
import { type Parameters, parameter } from './network.ts';
import type { Latents } from './recursion.ts';
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

/** Puts the latents of halted samples back to the initial ones; latents are [tokens, batch, hidden]. */
export function resetHalted(
  specification: ModelSpecification,
  parameters: Parameters,
  halted: tf.Tensor1D,
  high: tf.Tensor,
  low: tf.Tensor,
): Latents {
  const { hiddenSize } = specification;
  const flags = tf.reshape(tf.cast(halted, 'float32'), [1, -1, 1]);
  const shape = [tokenCount(specification), -1, hiddenSize];
  const reset = (latent: tf.Tensor, initial: string) =>
    tf.reshape(blend(flags, tf.reshape(latent, shape), parameter(parameters, initial)), [
      -1,
      hiddenSize,
    ]) as tf.Tensor2D;
  return { high: reset(high, 'H_init'), low: reset(low, 'L_init') };
}

/** old·(1 − flag) + fresh·flag: exact for flags of 0 and 1, and it broadcasts where a selection would not. */
function blend<Kind extends tf.Tensor>(flags: tf.Tensor, old: Kind, fresh: tf.Tensor): Kind {
  const one = tf.scalar(1, flags.dtype as 'int32' | 'float32');
  return tf.add(tf.mul(old, tf.sub(one, flags)), tf.mul(fresh, flags));
}
