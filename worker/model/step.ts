// One supervision step at inference as a program: carry and puzzles in, carry and answers out. This is what the ONNX
// export records.

import * as tf from '@tensorflow/tfjs-core';
import {
  type NamedTensors,
  namedTensor,
  type Program,
  type TensorSpecification,
} from '../capture/program.ts';
import { embedInput } from './embedding.ts';
import { type HeadOutputs, readHeads } from './heads.ts';
import { createNetwork } from './network.ts';
import { PUZZLE_TABLE, parameterShapes } from './parameters.ts';
import { type Latents, refine, refineWithoutGradient } from './recursion.ts';
import { type ModelSpecification, tokenCount } from './specification.ts';
import { resetHalted } from './supervision.ts';

/**
 * The inference step. Inputs: `inputs` int32 [batch, cells], `puzzle_identifiers` int32 [batch], `high` and `low`
 * float32 [batch, tokens, hidden], `reset` int32 [batch] (1 begins with the initial latents instead). Outputs:
 * `next_high`, `next_low`, `logits` [batch, cells, vocabulary], `halt_logits` and `continue_logits` [batch]. State:
 * the parameters.
 */
export function inferenceProgram(specification: ModelSpecification, batchSize: number): Program {
  const state: Record<string, TensorSpecification> = {};
  for (const [name, { shape }] of parameterShapes(specification)) state[name] = { shape, type: 'float32' };
  const latent = [batchSize, tokenCount(specification), specification.hiddenSize];
  return {
    state,
    inputs: {
      inputs: { shape: [batchSize, specification.sequenceLength], type: 'int32' },
      puzzle_identifiers: { shape: [batchSize], type: 'int32' },
      high: { shape: latent, type: 'float32' },
      low: { shape: latent, type: 'float32' },
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
  const { inputs, puzzle_identifiers, high, low, reset } = tensors as Record<string, tf.Tensor>;
  const { hiddenSize, sequenceLength, vocabularySize } = specification;
  const tokensFirst = (latent: tf.Tensor | undefined) => tf.transpose(latent as tf.Tensor, [1, 0, 2]);
  const batchFirst = (rows: tf.Tensor, tokens: number, width: number) =>
    tf.transpose(tf.reshape(rows, [tokens, -1, width]), [1, 0, 2]);

  const { latents, heads } = inferOnce(specification, parameters, {
    inputs: inputs as tf.Tensor2D,
    puzzleIdentifiers: puzzle_identifiers as tf.Tensor1D,
    reset: reset as tf.Tensor1D,
    high: tokensFirst(high),
    low: tokensFirst(low),
  });
  const tokens = tokenCount(specification);
  return {
    next_high: batchFirst(latents.high, tokens, hiddenSize),
    next_low: batchFirst(latents.low, tokens, hiddenSize),
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
  /** [tokens, batch, hidden] */
  high: tf.Tensor;
  /** [tokens, batch, hidden] */
  low: tf.Tensor;
}

/** One supervision step without gradients: all T refinements, then the heads. */
export function inferOnce(
  specification: ModelSpecification,
  parameters: NamedTensors,
  { inputs, puzzleIdentifiers, reset, high, low }: StepStart,
): { latents: Latents; heads: HeadOutputs } {
  const puzzleRows = tf.gather(namedTensor<tf.Tensor2D>(parameters, PUZZLE_TABLE), puzzleIdentifiers);
  const question = embedInput(specification, parameters, inputs, puzzleRows);
  const network = createNetwork(specification, parameters);
  const start = resetHalted(specification, parameters, reset, high, low);
  const warm = refineWithoutGradient(specification, network, start, question);
  const latents = refine(specification, network, warm, question);
  return { latents, heads: readHeads(specification, parameters, latents.high) };
}
