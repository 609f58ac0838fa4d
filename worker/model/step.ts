// One supervision step at inference as a program: carry and puzzles in, carry and answers out. This is what the ONNX
// export records.

import * as tf from '@tensorflow/tfjs-core';
import { nextName } from '../../common/solving/step-model.ts';
import { labelled } from '../capture/labels.ts';
import {
  type NamedTensors,
  namedTensor,
  type Program,
  type TensorSpecification,
} from '../capture/program.ts';
import { embedInput, readPuzzleRows } from './embedding.ts';
import { type HeadOutputs, readHeads } from './heads.ts';
import { type Latents, latentNames } from './latents.ts';
import { createNetworks } from './network.ts';
import { parameterShapes } from './parameters.ts';
import { recursionSchedule, runPasses } from './recursion.ts';
import { type ModelSpecification, tokenCount } from './specification.ts';
import { resetHalted } from './supervision.ts';

/**
 * The inference step. Inputs: `inputs` int32 [batch, cells], `puzzle_identifiers` int32 [batch], each latent by its
 * name (`high` and `low` in a TRM), float32 [batch, tokens, hidden], `reset` int32 [batch] (1 begins with the initial
 * latents instead). Outputs: the latents as `next_high` and so on, `logits` [batch, cells, vocabulary], `halt_logits`
 * and `continue_logits` [batch]. State: the parameters.
 */
export function inferenceProgram(specification: ModelSpecification, batchSize: number): Program {
  const state: Record<string, TensorSpecification> = {};
  for (const [name, { shape }] of parameterShapes(specification)) state[name] = { shape, type: 'float32' };
  const shape = [batchSize, tokenCount(specification), specification.hiddenSize];
  const latents = Object.fromEntries(
    latentNames(specification).map((name) => [name, { shape, type: 'float32' as const }]),
  );
  return {
    state,
    inputs: {
      inputs: { shape: [batchSize, specification.sequenceLength], type: 'int32' },
      puzzle_identifiers: { shape: [batchSize], type: 'int32' },
      ...latents,
      reset: { shape: [batchSize], type: 'int32' },
    },
    run: (parameters, inputs) => ({
      state: {},
      rowUpdates: {},
      outputs: inferStep(specification, parameters, inputs),
    }),
  };
}

function inferStep(
  specification: ModelSpecification,
  parameters: NamedTensors,
  tensors: NamedTensors,
): NamedTensors {
  const { hiddenSize, sequenceLength, vocabularySize } = specification;
  const batchFirst = (rows: tf.Tensor, tokens: number, width: number) =>
    tf.transpose(tf.reshape(rows, [tokens, -1, width]), [1, 0, 2]);
  const tokensFirst = (latent: tf.Tensor) =>
    tf.reshape(tf.transpose(latent, [1, 0, 2]), [-1, hiddenSize]) as tf.Tensor2D;

  const { latents, heads } = inferOnce(specification, parameters, {
    inputs: namedTensor(tensors, 'inputs'),
    puzzleIdentifiers: namedTensor(tensors, 'puzzle_identifiers'),
    reset: namedTensor(tensors, 'reset'),
    latents: Object.fromEntries(
      latentNames(specification).map((name) => [name, tokensFirst(namedTensor(tensors, name))]),
    ),
  });
  const tokens = tokenCount(specification);
  return {
    ...Object.fromEntries(
      Object.entries(latents).map(([name, rows]) => [nextName(name), batchFirst(rows, tokens, hiddenSize)]),
    ),
    logits: batchFirst(heads.logits, sequenceLength, vocabularySize),
    halt_logits: heads.haltLogits,
    continue_logits: heads.continueLogits,
  };
}

/** What one supervision step starts from. */
export interface StepStart {
  /** int32 [batch, cells] */
  inputs: tf.Tensor2D;
  /** int32 [batch] */
  puzzleIdentifiers: tf.Tensor1D;
  /** int32 [batch], 1 begins with the initial latents. */
  reset: tf.Tensor1D;
  latents: Latents;
}

/** One supervision step without gradients: all passes, then the heads. */
export function inferOnce(
  specification: ModelSpecification,
  parameters: NamedTensors,
  { inputs, puzzleIdentifiers, reset, latents }: StepStart,
): { latents: Latents; heads: HeadOutputs } {
  const puzzleRows = readPuzzleRows(specification, parameters, puzzleIdentifiers);
  const question = embedInput(specification, parameters, inputs, puzzleRows);
  const start = resetHalted(specification, parameters, reset, latents);
  return think(specification, parameters, start, question);
}

/** All passes of a supervision step from `start`, then the heads. */
export function think(
  specification: ModelSpecification,
  parameters: NamedTensors,
  start: Latents,
  question: tf.Tensor2D,
): { latents: Latents; heads: HeadOutputs } {
  const { withoutGradient, withGradient } = recursionSchedule(specification);
  const networks = labelled('weights', () => createNetworks(specification, parameters));
  const latents = runPasses([...withoutGradient, ...withGradient], networks, start, question);
  return { latents, heads: readHeads(specification, parameters, latents) };
}
