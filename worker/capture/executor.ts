// Chooses how a program runs: captured where TensorFlow is present, eager elsewhere.

import * as tf from '@tensorflow/tfjs-core';
import { UserError } from '../../common/errors.ts';
import { type Compute, plainCompute } from './compute.ts';
import { createEagerExecutor } from './eager.ts';
import type { Executor, Program } from './program.ts';
import { createCapturedExecutor } from './tensorflow/executor.ts';

export type ExecutorChoice = 'auto' | 'captured' | 'eager';

/**
 * An executor for `program`; an eager one computes in float32 without XLA, whatever `compute` says.
 * @throws UserError when `captured` is asked for where TensorFlow is missing
 */
export function createExecutor(
  program: Program,
  choice: ExecutorChoice,
  compute: Compute = plainCompute,
): Executor {
  const hasTensorFlow = tf.getBackend() === 'tensorflow';
  if (choice === 'captured' && !hasTensorFlow) {
    throw new UserError({
      what: 'The captured executor needs TensorFlow, which is not installed here',
      where: 'training.executor',
      found: 'captured',
      expected: 'auto or eager',
      remedy: 'set training.executor=auto, or install TensorFlow with `npm run setup` (see `trm doctor`)',
    });
  }
  return choice === 'eager' || !hasTensorFlow
    ? createEagerExecutor(program)
    : createCapturedExecutor(program, compute);
}
