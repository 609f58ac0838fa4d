// When a puzzle stops in training, and what the second halting logit is trained on.

import * as tf from '@tensorflow/tfjs-core';
import type { HaltingSection } from '../../common/config/experiment.ts';
import type { HeadOutputs } from './heads.ts';
import type { ModelSpecification } from './specification.ts';
import { blend } from './supervision.ts';

/** The settings that the halting rules rest on. */
export interface HaltingSetup {
  specification: Pick<ModelSpecification, 'variant'>;
  halting: HaltingSection;
}

/**
 * Whether the continue logit is trained (ACT-continue). In the reference HRM always does, its three TRM files cannot
 * (with no_ACT_continue off they unpack five values from three), and the direct transformer never asks for it. Where
 * there is one step only there is nothing to go on to.
 */
export function learnsToContinue({ specification, halting }: HaltingSetup): boolean {
  return halting.maximumSteps > 1 && (halting.continueLoss || specification.variant === 'hrm');
}

/**
 * Whether a puzzle stops where q_halt > q_continue, not where q_halt > 0: so wherever the continue logit is trained,
 * and in the direct transformer, which in the reference compares the two although it trains the first alone.
 */
export function comparesHaltingLogits({ specification: { variant }, halting }: HaltingSetup): boolean {
  return halting.continueLoss || variant === 'hrm' || variant === 'transformer';
}

/** Where the halting head says stop, bool [batch]. */
export function wantsToHalt(
  setup: HaltingSetup,
  { haltLogits, continueLogits }: Pick<HeadOutputs, 'haltLogits' | 'continueLogits'>,
): tf.Tensor {
  return tf.greater(haltLogits, comparesHaltingLogits(setup) ? continueLogits : 0);
}

/**
 * What the continue logit should say after this step, [batch], from the heads of the step after it: the value of
 * stopping there if that is all that is left, else that of the better choice (reference hrm.py; PQN, Gallici et al.
 * 2024).
 * @param isLast bool [batch], whether this step is the puzzle's last
 */
export function continueTarget(
  { haltLogits, continueLogits }: Pick<HeadOutputs, 'haltLogits' | 'continueLogits'>,
  isLast: tf.Tensor,
): tf.Tensor1D {
  const better = tf.maximum(haltLogits, continueLogits) as tf.Tensor1D;
  return tf.sigmoid(blend(tf.cast(isLast, 'float32'), better, haltLogits));
}
