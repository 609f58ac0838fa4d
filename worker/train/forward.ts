// The forward pass of a training step and the gradients of its loss. Only the last recursion carries gradients.

import * as tf from '@tensorflow/tfjs-core';
import { namedTensor as get, type NamedTensors } from '../capture/program.ts';
import { embedInput } from '../model/embedding.ts';
import { type HeadOutputs, readHeads } from '../model/heads.ts';
import { correctness, type LabelTargets } from '../model/labels.ts';
import { oneHotRows } from '../model/layers.ts';
import { binaryCrossEntropySum, stablemaxCrossEntropy } from '../model/losses.ts';
import { createNetwork, type Parameters } from '../model/network.ts';
import { PUZZLE_TABLE, parameterShapes } from '../model/parameters.ts';
import { type Latents, refine, refineWithoutGradient } from '../model/recursion.ts';
import type { ModelSpecification } from '../model/specification.ts';
import type { PuzzleBatch } from '../model/supervision.ts';
import type { TrainingSetup } from './setup.ts';

export interface ForwardResult {
  loss: tf.Tensor;
  answerLoss: tf.Tensor;
  haltingLoss: tf.Tensor;
  latents: Latents;
  heads: HeadOutputs;
  puzzleRows: tf.Tensor2D;
  /** Of loss / batch, by parameter name. */
  gradients: NamedTensors;
  /** Of loss / batch, [batch, size]. */
  puzzleRowGradients: tf.Tensor2D;
}

/** Runs the batch from the latents `start` and differentiates loss / batch by every trained parameter. */
export function forwardAndGradients(
  { specification, halting, training }: TrainingSetup,
  state: NamedTensors,
  batch: PuzzleBatch,
  start: Latents,
  targets: LabelTargets,
): ForwardResult {
  const puzzleRows = tf.gather(get<tf.Tensor2D>(state, PUZZLE_TABLE), batch.puzzleIdentifiers);
  const input = embedInput(specification, state, batch.inputs, puzzleRows);
  const warm = refineWithoutGradient(specification, createNetwork(specification, state), start, input);

  const trained = trainedNames(specification);
  const kept: Record<string, tf.Tensor> = {};
  const lossOfBatch = (...tensors: tf.Tensor[]): tf.Tensor => {
    const parameters: Parameters = { ...state };
    trained.forEach((name, index) => {
      parameters[name] = tensors[index] as tf.Tensor;
    });
    const rows = tensors[trained.length] as tf.Tensor2D;
    const question = embedInput(specification, parameters, batch.inputs, rows);
    const latents = refine(specification, createNetwork(specification, parameters), warm, question);
    const heads = readHeads(specification, parameters, latents.high);
    const answerLoss = sumOfAnswerLosses(heads.logits, targets, specification.vocabularySize);
    const haltingLoss = binaryCrossEntropySum(heads.haltLogits, correctness(heads.logits, targets).exact);
    const loss = tf.add(answerLoss, tf.mul(haltingLoss, halting.lossWeight));
    Object.assign(kept, latents, heads, { answerLoss, haltingLoss, loss });
    for (const tensor of Object.values(kept)) tf.keep(tensor);
    return tf.div(loss, training.batchSize);
  };

  const { grads } = tf.valueAndGrads(lossOfBatch)([...trained.map((name) => get(state, name)), puzzleRows]);
  const released = releaseKept(kept);
  return {
    loss: get(released, 'loss'),
    answerLoss: get(released, 'answerLoss'),
    haltingLoss: get(released, 'haltingLoss'),
    latents: { high: get(released, 'high'), low: get(released, 'low') },
    heads: {
      logits: get(released, 'logits'),
      haltLogits: get(released, 'haltLogits'),
      continueLogits: get(released, 'continueLogits'),
    },
    puzzleRows,
    gradients: Object.fromEntries(trained.map((name, index) => [name, grads[index] as tf.Tensor])),
    puzzleRowGradients: grads[trained.length] as tf.Tensor2D,
  };
}

/** Hands tensors that outlived the gradient's scope over to the scope that runs the step. */
function releaseKept(kept: Record<string, tf.Tensor>): NamedTensors {
  const released = Object.fromEntries(Object.entries(kept).map(([name, tensor]) => [name, tf.clone(tensor)]));
  tf.dispose(kept);
  return released;
}

function trainedNames(specification: ModelSpecification): string[] {
  return [...parameterShapes(specification)].flatMap(([name, { role }]) =>
    role === 'trained' ? [name] : [],
  );
}

/** Sum over the batch of each sample's mean cross entropy over the cells that count. */
function sumOfAnswerLosses(logits: tf.Tensor2D, targets: LabelTargets, vocabularySize: number): tf.Scalar {
  const oneHot = oneHotRows(targets.labels, vocabularySize);
  const weights = tf.reshape(tf.div(targets.mask, targets.divisors), [-1, 1]) as tf.Tensor2D;
  return stablemaxCrossEntropy(logits, oneHot, weights);
}
