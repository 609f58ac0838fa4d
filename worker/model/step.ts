// One supervision step at inference as a program: carry and puzzles in, carry and answers out. This is what the ONNX
// export records.

import * as tf from '@tensorflow/tfjs-core';
import type { NamedTensors, Program, TensorSpecification } from '../capture/program.ts';
import { embedInput } from './embedding.ts';
import { readHeads } from './heads.ts';
import { createNetwork } from './network.ts';
import { PUZZLE_TABLE, parameterShapes } from './parameters.ts';
import { refine, refineWithoutGradient } from './recursion.ts';
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
  const puzzleRows = tf.gather(parameters[PUZZLE_TABLE] as tf.Tensor2D, puzzle_identifiers as tf.Tensor1D);
  const question = embedInput(specification, parameters, inputs as tf.Tensor2D, puzzleRows);
  const network = createNetwork(specification, parameters);
  const tokensFirst = (latent: tf.Tensor | undefined) => tf.transpose(latent as tf.Tensor, [1, 0, 2]);
  const batchFirst = (rows: tf.Tensor, tokens: number, width: number) =>
    tf.transpose(tf.reshape(rows, [tokens, -1, width]), [1, 0, 2]);

  const flags = reset as tf.Tensor1D;
  const start = resetHalted(specification, parameters, flags, tokensFirst(high), tokensFirst(low));
  const warm = refineWithoutGradient(specification, network, start, question);
  const latents = refine(specification, network, warm, question);
  const heads = readHeads(specification, parameters, latents.high);
  const tokens = tokenCount(specification);
  return {
    next_high: batchFirst(latents.high, tokens, hiddenSize),
    next_low: batchFirst(latents.low, tokens, hiddenSize),
    logits: batchFirst(heads.logits, sequenceLength, vocabularySize),
    halt_logits: heads.haltLogits,
    continue_logits: heads.continueLogits,
  };
}
