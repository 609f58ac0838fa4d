// One supervision step of evaluation as a program. The carry stays on the device; what comes out is small: the
// answers, the halting logits and how right each puzzle is.

import * as tf from '@tensorflow/tfjs-core';
import {
  type NamedTensors,
  namedTensor,
  type Program,
  type TensorSpecification,
} from '../capture/program.ts';
import { correctness, labelTargets } from '../model/labels.ts';
import { carriedLatents, carryOf, latentSpecifications } from '../model/latents.ts';
import { type AnswerLossSettings, answerLosses } from '../model/losses.ts';
import { parameterShapes } from '../model/parameters.ts';
import type { ModelSpecification } from '../model/specification.ts';
import { inferOnce } from '../model/step.ts';

/**
 * Inputs: `inputs` and `labels` int32 [batch, cells], `puzzle_identifiers` int32 [batch], `reset` int32 [batch] (1
 * begins with fresh latents). Outputs: `answers` int32 [batch, cells], the others float32 [batch]: `halt_logits`,
 * `continue_logits`, `correct_cells`, `counted_cells`, `exact`, `answer_losses` (mean over the cells that count).
 */
export function evaluationProgram(
  specification: ModelSpecification,
  batchSize: number,
  answerLoss: AnswerLossSettings['answerLoss'],
): Program {
  const state: Record<string, TensorSpecification> = {};
  for (const [name, { shape }] of parameterShapes(specification)) state[name] = { shape, type: 'float32' };
  Object.assign(state, latentSpecifications(specification, batchSize));
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
      return evaluateStep(specification, named, answerLoss);
    },
  };
}

function evaluateStep(
  specification: ModelSpecification,
  tensors: NamedTensors,
  answerLoss: AnswerLossSettings['answerLoss'],
) {
  const { latents, heads } = inferOnce(specification, tensors, {
    inputs: namedTensor(tensors, 'inputs'),
    puzzleIdentifiers: namedTensor(tensors, 'puzzle_identifiers'),
    reset: namedTensor(tensors, 'reset'),
    latents: carriedLatents(specification, tensors),
  });
  const targets = labelTargets(namedTensor(tensors, 'labels'));
  const { answer, correctCells, exact } = correctness(heads.logits, targets);
  return {
    state: carryOf(specification, latents),
    rowUpdates: {},
    outputs: {
      halt_logits: heads.haltLogits,
      continue_logits: heads.continueLogits,
      correct_cells: correctCells,
      counted_cells: targets.counts,
      exact,
      answers: tf.transpose(answer),
      answer_losses: answerLosses(heads.logits, targets, { answerLoss, labelSmoothing: 0 }),
    },
  };
}
