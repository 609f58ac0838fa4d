// One supervision step of evaluation as a program. The carry stays on the device; what comes out is small: the
// answers, the halting logits and how right each puzzle is.

import * as tf from '@tensorflow/tfjs-core';
import type { NamedTensors, Program, TensorSpecification } from '../capture/program.ts';
import { correctness, type LabelTargets, labelTargets } from '../model/labels.ts';
import { oneHotRows } from '../model/layers.ts';
import { stablemaxLosses } from '../model/losses.ts';
import { parameterShapes } from '../model/parameters.ts';
import { type ModelSpecification, tokenCount } from '../model/specification.ts';
import { inferOnce } from '../model/step.ts';

/**
 * Inputs: `inputs` and `labels` int32 [batch, cells], `puzzle_identifiers` int32 [batch], `reset` int32 [batch] (1
 * begins with fresh latents). Outputs: `answers` int32 [batch, cells], the others float32 [batch]: `halt_logits`,
 * `correct_cells`, `counted_cells`, `exact`, `answer_losses` (mean over the cells that count).
 */
export function evaluationProgram(specification: ModelSpecification, batchSize: number): Program {
  const state: Record<string, TensorSpecification> = {};
  for (const [name, { shape }] of parameterShapes(specification)) state[name] = { shape, type: 'float32' };
  const latent = [tokenCount(specification), batchSize, specification.hiddenSize];
  state['carry/high'] = { shape: latent, type: 'float32' };
  state['carry/low'] = { shape: latent, type: 'float32' };
  const cells: TensorSpecification = { shape: [batchSize, specification.sequenceLength], type: 'int32' };
  return {
    state,
    inputs: {
      inputs: cells,
      labels: cells,
      puzzle_identifiers: { shape: [batchSize], type: 'int32' },
      reset: { shape: [batchSize], type: 'int32' },
    },
    run(stateTensors, inputs) {
      const named = { ...stateTensors, ...inputs } as Record<string, tf.Tensor>;
      return evaluateStep(specification, named, latent);
    },
  };
}

function evaluateStep(specification: ModelSpecification, tensors: NamedTensors, latentShape: number[]) {
  const named = (name: string) => tensors[name] as tf.Tensor;
  const { latents, heads } = inferOnce(specification, tensors, {
    inputs: named('inputs') as tf.Tensor2D,
    puzzleIdentifiers: named('puzzle_identifiers') as tf.Tensor1D,
    reset: named('reset') as tf.Tensor1D,
    high: named('carry/high'),
    low: named('carry/low'),
  });
  const targets = labelTargets(named('labels') as tf.Tensor2D);
  const { answer, correctCells, exact } = correctness(heads.logits, targets);
  return {
    state: {
      'carry/high': tf.reshape(latents.high, latentShape),
      'carry/low': tf.reshape(latents.low, latentShape),
    },
    rowUpdates: {},
    outputs: {
      halt_logits: heads.haltLogits,
      correct_cells: correctCells,
      counted_cells: targets.counts,
      exact,
      answers: tf.transpose(answer),
      answer_losses: meanAnswerLosses(heads.logits, targets, specification.vocabularySize),
    },
  };
}

function meanAnswerLosses(logits: tf.Tensor2D, targets: LabelTargets, vocabularySize: number): tf.Tensor {
  const oneHot = oneHotRows(targets.labels, vocabularySize);
  const perCell = tf.reshape(stablemaxLosses(logits, oneHot), targets.labels.shape);
  return tf.div(tf.sum(tf.mul(perCell, targets.mask), 0), targets.divisors);
}
