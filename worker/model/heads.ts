// What is read off the answer latent: a token for each cell, and whether to stop thinking.

import * as tf from '@tensorflow/tfjs-core';
import { labelled } from '../capture/labels.ts';
import { answerLatent, type Latents } from './latents.ts';
import { linear } from './layers.ts';
import { type Parameters, parameter } from './network.ts';
import { type ModelSpecification, puzzleTokenCount, tokenCount } from './specification.ts';

export interface HeadOutputs {
  /** [cells·batch, vocabulary], cells first. */
  logits: tf.Tensor2D;
  /** [batch] */
  haltLogits: tf.Tensor1D;
  /** [batch] */
  continueLogits: tf.Tensor1D;
}

/** Reads the heads off the answer latent; the halting head sees the first token only. */
export function readHeads(
  specification: ModelSpecification,
  parameters: Parameters,
  latents: Latents,
): HeadOutputs {
  return labelled('heads', () => runHeads(specification, parameters, latents));
}

function runHeads(specification: ModelSpecification, parameters: Parameters, latents: Latents): HeadOutputs {
  const { hiddenSize, sequenceLength } = specification;
  const answer = latents[answerLatent(specification)] as tf.Tensor2D;
  const byToken = tf.reshape(answer, [tokenCount(specification), -1, hiddenSize]) as tf.Tensor3D;
  const cells = tf.slice(byToken, [puzzleTokenCount(specification), 0, 0], [sequenceLength, -1, -1]);
  const logits = linear(tf.reshape(cells, [-1, hiddenSize]), parameter(parameters, 'lm_head.weight'));
  const first = tf.reshape(tf.slice(byToken, [0, 0, 0], [1, -1, -1]), [-1, hiddenSize]) as tf.Tensor2D;
  const verdicts = tf.add(
    linear(first, parameter(parameters, 'q_head.weight')),
    parameter(parameters, 'q_head.bias'),
  ) as tf.Tensor2D;
  const column = (index: number) => tf.reshape(tf.slice(verdicts, [0, index], [-1, 1]), [-1]) as tf.Tensor1D;
  return { logits, haltLogits: column(0), continueLogits: column(1) };
}
