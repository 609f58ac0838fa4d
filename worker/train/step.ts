// The whole of one training step as a program: new puzzles for halted samples, recursion, losses, gradients,
// optimizer, EMA, halting and metrics (reference pretrain.py, train_batch; losses.py, ACTLossHead).

import * as tf from '@tensorflow/tfjs-core';
import type { HaltingSection, TrainingSection } from '../../common/config/experiment.ts';
import {
  namedTensor as get,
  type NamedTensors,
  type Program,
  type ProgramResult,
  type TensorSpecification,
} from '../capture/program.ts';
import { labelTargets } from '../model/labels.ts';
import { PUZZLE_TABLE, parameterShapes } from '../model/parameters.ts';
import { type ModelSpecification, tokenCount } from '../model/specification.ts';
import { type PuzzleBatch, replaceHalted, resetHalted } from '../model/supervision.ts';
import { type ForwardResult, forwardAndGradients } from './forward.ts';
import { measure } from './metrics.ts';
import { adamAtan2, signSgdRows } from './optimizer.ts';
import type { TrainingSetup } from './setup.ts';

/** The order of the values in the `scalars` input. */
export const SCALARS = ['learningRate', 'puzzleLearningRate', 'firstCorrection', 'secondCorrection'] as const;

/** Names of the state beside the parameters. */
export const stateNames = {
  firstMoment: (parameter: string) => `first_moment/${parameter}`,
  secondMoment: (parameter: string) => `second_moment/${parameter}`,
  ema: (parameter: string) => `ema/${parameter}`,
};

/** The carry's state and its shapes, tokens first. */
export function carrySpecifications(
  specification: ModelSpecification,
  batchSize: number,
): Record<string, TensorSpecification> {
  const latent = [tokenCount(specification), batchSize, specification.hiddenSize];
  const cells = [batchSize, specification.sequenceLength];
  return {
    'carry/high': { shape: latent, type: 'float32' },
    'carry/low': { shape: latent, type: 'float32' },
    'carry/steps': { shape: [batchSize], type: 'int32' },
    'carry/halted': { shape: [batchSize], type: 'int32' },
    'carry/inputs': { shape: cells, type: 'int32' },
    'carry/labels': { shape: cells, type: 'int32' },
    'carry/puzzle_identifiers': { shape: [batchSize], type: 'int32' },
  };
}

/** The training step of a setup. State and inputs are described by the program itself. */
export function trainingProgram(setup: TrainingSetup): Program {
  const { specification, training } = setup;
  const { batchSize } = training;
  const state: Record<string, TensorSpecification> = {};
  for (const [name, { shape, role }] of parameterShapes(specification)) {
    state[name] = { shape, type: 'float32' };
    if (role !== 'trained') continue;
    state[stateNames.firstMoment(name)] = { shape, type: 'float32' };
    state[stateNames.secondMoment(name)] = { shape, type: 'float32' };
    if (training.ema) state[stateNames.ema(name)] = { shape, type: 'float32' };
  }
  Object.assign(state, carrySpecifications(specification, batchSize));
  const cells: TensorSpecification = { shape: [batchSize, specification.sequenceLength], type: 'int32' };
  return {
    state,
    inputs: {
      inputs: cells,
      labels: cells,
      puzzle_identifiers: { shape: [batchSize], type: 'int32' },
      minimum_steps: { shape: [batchSize], type: 'int32' },
      scalars: { shape: [SCALARS.length], type: 'float32' },
    },
    run: (stateTensors, inputTensors) => runStep(setup, stateTensors, inputTensors),
  };
}

function runStep(setup: TrainingSetup, state: NamedTensors, inputs: NamedTensors): ProgramResult {
  const { specification, halting, training } = setup;
  const wasHalted = get<tf.Tensor1D>(state, 'carry/halted');
  const batch = replaceHalted(wasHalted, readBatch(state, 'carry/'), readBatch(inputs, ''));
  const running = tf.sub(tf.scalar(1, 'int32'), wasHalted);
  const steps = tf.add(tf.mul(get(state, 'carry/steps'), running), tf.scalar(1, 'int32')) as tf.Tensor1D;
  const start = resetHalted(
    specification,
    state,
    wasHalted,
    get(state, 'carry/high'),
    get(state, 'carry/low'),
  );
  const targets = labelTargets(batch.labels);

  const forward = forwardAndGradients(setup, state, batch, start, targets);

  const halted = decideHalting(halting, steps, forward.heads.haltLogits, get(inputs, 'minimum_steps'));
  const updated = updateParameters(training, state, inputs, forward);
  const latentShape = [tokenCount(specification), training.batchSize, specification.hiddenSize];
  return {
    state: {
      ...updated,
      'carry/high': tf.reshape(forward.latents.high, latentShape),
      'carry/low': tf.reshape(forward.latents.low, latentShape),
      'carry/steps': steps,
      'carry/halted': halted,
      'carry/inputs': batch.inputs,
      'carry/labels': batch.labels,
      'carry/puzzle_identifiers': batch.puzzleIdentifiers,
    },
    rowUpdates: { [PUZZLE_TABLE]: updatePuzzleRows(training, inputs, batch, forward) },
    outputs: {
      metrics: measure(forward, targets, steps, halted),
      logits: forward.heads.logits,
      halt_logits: forward.heads.haltLogits,
      continue_logits: forward.heads.continueLogits,
    },
  };
}

/**
 * Which samples stop here: at the step limit, or when the halting head says so and exploration does not hold
 * them back. int32 [batch].
 */
function decideHalting(
  halting: HaltingSection,
  steps: tf.Tensor1D,
  haltLogits: tf.Tensor1D,
  minimumSteps: tf.Tensor,
): tf.Tensor {
  const last = tf.greaterEqual(steps, tf.scalar(halting.maximumSteps, 'int32'));
  if (halting.maximumSteps === 1) return tf.cast(last, 'int32');
  const stop = tf.logicalOr(last, tf.greater(haltLogits, 0));
  return tf.cast(tf.logicalAnd(stop, tf.greaterEqual(steps, minimumSteps)), 'int32');
}

function updateParameters(
  training: TrainingSection,
  state: NamedTensors,
  inputs: NamedTensors,
  forward: ForwardResult,
): NamedTensors {
  const scalars = {
    learningRate: readScalar(inputs, 'learningRate'),
    firstCorrection: readScalar(inputs, 'firstCorrection'),
    secondCorrection: readScalar(inputs, 'secondCorrection'),
  };
  const updated: NamedTensors = {};
  for (const [name, gradient] of Object.entries(forward.gradients)) {
    const [firstName, secondName] = [stateNames.firstMoment(name), stateNames.secondMoment(name)];
    const moments = [get(state, firstName), get(state, secondName)] as const;
    const next = adamAtan2(get(state, name), gradient, ...moments, training, scalars);
    updated[name] = next.value;
    updated[firstName] = next.firstMoment;
    updated[secondName] = next.secondMoment;
    if (training.ema) {
      const average = get(state, stateNames.ema(name));
      updated[stateNames.ema(name)] = tf.add(
        tf.mul(average, training.emaRate),
        tf.mul(next.value, 1 - training.emaRate),
      );
    }
  }
  return updated;
}

function updatePuzzleRows(
  training: TrainingSection,
  inputs: NamedTensors,
  batch: PuzzleBatch,
  forward: ForwardResult,
) {
  const rows = signSgdRows(
    batch.puzzleIdentifiers,
    forward.puzzleRows,
    forward.puzzleRowGradients,
    readScalar(inputs, 'puzzleLearningRate'),
    training.puzzleEmbeddingWeightDecay,
  );
  return { indices: batch.puzzleIdentifiers, rows };
}

function readBatch(tensors: NamedTensors, prefix: string): PuzzleBatch {
  return {
    inputs: get(tensors, `${prefix}inputs`),
    labels: get(tensors, `${prefix}labels`),
    puzzleIdentifiers: get(tensors, `${prefix}puzzle_identifiers`),
  };
}

function readScalar(inputs: NamedTensors, name: (typeof SCALARS)[number]): tf.Tensor {
  return tf.reshape(tf.slice(get(inputs, 'scalars'), [SCALARS.indexOf(name)], [1]), []);
}
