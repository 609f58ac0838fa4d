// The whole of one training step as a program: new puzzles for halted samples, recursion, losses, gradients,
// optimizer, EMA, halting and metrics (reference pretrain.py, train_batch; losses.py, ACTLossHead).

import * as tf from '@tensorflow/tfjs-core';
import { inFullPrecision } from '../capture/full-precision.ts';
import { labelled } from '../capture/labels.ts';
import {
  namedTensor as get,
  type NamedTensors,
  type Program,
  type ProgramResult,
  type TensorSpecification,
} from '../capture/program.ts';
import { readPuzzleRows } from '../model/embedding.ts';
import { wantsToHalt } from '../model/halting.ts';
import type { HeadOutputs } from '../model/heads.ts';
import { labelTargets } from '../model/labels.ts';
import { carriedLatents, carryOf, latentSpecifications } from '../model/latents.ts';
import { PUZZLE_TABLE, parameterShapes } from '../model/parameters.ts';
import { puzzleEmbeddingSize } from '../model/specification.ts';
import { type PuzzleBatch, replaceHalted, resetHalted } from '../model/supervision.ts';
import { candidateSpecifications, resetCandidates, withCandidates } from './candidates.ts';
import { type ForwardResult, forwardAndGradients } from './forward.ts';
import { measure } from './metrics.ts';
import { signSgdRows } from './optimizer.ts';
import {
  addGradients,
  atLastPart,
  gatherPuzzleRows,
  ofAllParts,
  type Part,
  putPart,
  readPart,
  sumSpecifications,
  takePart,
} from './parts.ts';
import { type ScalarName, scalarNames } from './schedule.ts';
import type { TrainingSetup } from './setup.ts';
import { learnedParameters, optimizerSpecifications, updateParameters } from './update.ts';

/** The carry of a part of the batch, tokens first. */
function carrySpecifications({
  specification,
  training,
}: TrainingSetup): Record<string, TensorSpecification> {
  const partSize = training.batchSize / training.microBatches;
  const cells = [partSize, specification.sequenceLength];
  return {
    ...withCandidates(latentSpecifications(specification, partSize), training.candidates),
    'carry/steps': { shape: [partSize], type: 'int32' },
    'carry/halted': { shape: [partSize], type: 'int32' },
    'carry/inputs': { shape: cells, type: 'int32' },
    'carry/labels': { shape: cells, type: 'int32' },
    'carry/puzzle_identifiers': { shape: [partSize], type: 'int32' },
  };
}

/**
 * The training step of a setup: one run is one optimizer step, or works on one of the batch's parts, given by the input
 * `part`. State and inputs are described by the program itself.
 */
export function trainingProgram(setup: TrainingSetup): Program {
  const { specification, training } = setup;
  const parts = training.microBatches;
  const partSize = training.batchSize / parts;
  const parameters = [...parameterShapes(specification)].map(
    ([name, { shape }]) => [name, { shape, type: 'float32' }] as const,
  );
  const learned = [...learnedParameters(setup)].map(([name, { shape }]) => [name, shape] as const);
  const puzzleRowSize = specification.puzzleEmbedding ? puzzleEmbeddingSize(specification) : null;
  const cells: TensorSpecification = { shape: [partSize, specification.sequenceLength], type: 'int32' };
  return {
    state: {
      ...Object.fromEntries(parameters),
      ...optimizerSpecifications(setup),
      ...sumSpecifications(learned, puzzleRowSize, parts, partSize),
      ...candidateSpecifications(setup),
      ...ofAllParts(carrySpecifications(setup), parts),
    },
    inputs: {
      inputs: cells,
      labels: cells,
      puzzle_identifiers: { shape: [partSize], type: 'int32' },
      minimum_steps: { shape: [partSize], type: 'int32' },
      scalars: { shape: [scalarNames(training).length], type: 'float32' },
      ...(parts > 1 && { part: { shape: [1], type: 'int32' as const } }),
    },
    run: (state, inputs) => runStep(setup, state, inputs),
  };
}

function runStep(setup: TrainingSetup, allState: NamedTensors, inputs: NamedTensors): ProgramResult {
  const { specification, halting, training } = setup;
  const part = readPart(inputs, training.microBatches);
  const state = takePart(allState, carrySpecifications(setup), part);
  const wasHalted = get<tf.Tensor1D>(state, 'carry/halted');
  const batch = labelled('data replacement', () =>
    replaceHalted(wasHalted, readBatch(state, 'carry/'), readBatch(inputs, '')),
  );
  const running = tf.sub(tf.scalar(1, 'int32'), wasHalted);
  const steps = tf.add(tf.mul(get(state, 'carry/steps'), running), tf.scalar(1, 'int32')) as tf.Tensor1D;
  const isLast = tf.greaterEqual(steps, tf.scalar(halting.maximumSteps, 'int32'));
  const carried = carriedLatents(specification, state);
  const start = labelled('data replacement', () =>
    training.candidates > 1
      ? resetCandidates(setup, state, wasHalted, carried)
      : resetHalted(specification, state, wasHalted, carried),
  );
  const targets = labelled('data replacement', () => labelTargets(batch.labels));

  const forward = forwardAndGradients(setup, state, batch, start, targets, { steps, isLast });

  const held = tf.less(steps, get(inputs, 'minimum_steps'));
  const halted = labelled('halting', () => decideHalting(setup, isLast, forward.heads, held));
  const learning = inFullPrecision(() => learn(setup, state, inputs, batch, forward, part));
  const carry = putPart(
    {
      ...withShapes(carryOf(specification, forward.latents), carrySpecifications(setup)),
      'carry/steps': steps,
      'carry/halted': halted,
      'carry/inputs': batch.inputs,
      'carry/labels': batch.labels,
      'carry/puzzle_identifiers': batch.puzzleIdentifiers,
    },
    part,
  );
  return {
    state: { ...learning.state, ...carry.state },
    rowUpdates: { ...learning.rowUpdates, ...carry.rowUpdates },
    outputs: {
      metrics: labelled('metrics', () => measure(forward, targets, steps, halted)),
      logits: forward.heads.logits,
      halt_logits: forward.heads.haltLogits,
      continue_logits: forward.heads.continueLogits,
      ...(forward.continueTarget && { continue_targets: forward.continueTarget }),
      ...(forward.puzzleRowGradients && { puzzle_row_gradients: forward.puzzleRowGradients }),
    },
  };
}

/** Tensors in the shapes of the state that they are to become. */
function withShapes(
  tensors: NamedTensors,
  specifications: Record<string, TensorSpecification>,
): NamedTensors {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [
      name,
      tf.reshape(tensor, specifications[name]?.shape ?? tensor.shape),
    ]),
  );
}

/**
 * Which samples stop here: at the step limit, or when the halting head says so and exploration does not hold
 * them back. int32 [batch].
 */
function decideHalting(
  setup: TrainingSetup,
  isLast: tf.Tensor,
  heads: HeadOutputs,
  mustGoOn: tf.Tensor,
): tf.Tensor {
  // Every step is the last: exploration holds nothing back.
  if (setup.halting.maximumSteps === 1) return tf.cast(isLast, 'int32');
  const stop = tf.logicalOr(isLast, wantsToHalt(setup, heads));
  return tf.cast(tf.logicalAnd(stop, tf.logicalNot(mustGoOn)), 'int32');
}

/** What learns from the gradients: at once, or at the last part of the batch from those of all parts. */
function learn(
  setup: TrainingSetup,
  state: NamedTensors,
  inputs: NamedTensors,
  batch: PuzzleBatch,
  forward: ForwardResult,
  part: Part | null,
): Pick<ProgramResult, 'state' | 'rowUpdates'> {
  const read = (name: ScalarName) => readScalar(setup, inputs, name);
  const scalars = {
    learningRate: read('learningRate'),
    firstCorrection: read('firstCorrection'),
    secondCorrection: read('secondCorrection'),
    muonLearningRate: setup.training.optimizer === 'muon' ? read('muonLearningRate') : null,
  };
  const { gradients, kept } = labelled('accumulation', () => addGradients(state, forward.gradients, part));
  const updated = updateParameters(setup, state, gradients, scalars);
  const table = labelled('puzzle table', () =>
    updatePuzzleTable(setup, state, read('puzzleLearningRate'), batch, forward, part),
  );
  const settled = Object.entries(updated).map(([name, value]) => [
    name,
    atLastPart(get(state, name), value, part),
  ]);
  return {
    state: { ...Object.fromEntries(settled), ...kept, ...table.state },
    rowUpdates: table.rowUpdates,
  };
}

function updatePuzzleTable(
  { specification, training }: TrainingSetup,
  state: NamedTensors,
  learningRate: tf.Tensor,
  batch: PuzzleBatch,
  { puzzleRows, puzzleRowGradients }: ForwardResult,
  part: Part | null,
): Pick<ProgramResult, 'state' | 'rowUpdates'> {
  if (puzzleRows === null || puzzleRowGradients === null) return { state: {}, rowUpdates: {} };
  const ofPart = { identifiers: batch.puzzleIdentifiers, gradients: puzzleRowGradients };
  const { identifiers, gradients, kept } = gatherPuzzleRows(state, ofPart, part);
  const rows = part === null ? puzzleRows : readPuzzleRows(specification, state, identifiers);
  const next = signSgdRows(
    identifiers,
    rows as tf.Tensor2D,
    gradients,
    learningRate,
    training.puzzleEmbeddingWeightDecay,
  );
  const update = { indices: identifiers, rows: atLastPart(rows as tf.Tensor2D, next, part) };
  return { state: kept, rowUpdates: { [PUZZLE_TABLE]: update } };
}

function readBatch(tensors: NamedTensors, prefix: string): PuzzleBatch {
  return {
    inputs: get(tensors, `${prefix}inputs`),
    labels: get(tensors, `${prefix}labels`),
    puzzleIdentifiers: get(tensors, `${prefix}puzzle_identifiers`),
  };
}

function readScalar({ training }: TrainingSetup, inputs: NamedTensors, name: ScalarName): tf.Tensor {
  const place = scalarNames(training).indexOf(name);
  return tf.reshape(tf.slice(get(inputs, 'scalars'), [place], [1]), []);
}
