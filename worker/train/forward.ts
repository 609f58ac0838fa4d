// The forward pass of a training step and the gradients of its loss. Only the last passes of the recursion carry
// gradients.

import * as tf from '@tensorflow/tfjs-core';
import { BACKWARD, labelled, labelledApart } from '../capture/labels.ts';
import { namedTensor as get, type NamedTensors } from '../capture/program.ts';
import type { LayerOptions } from '../model/blocks.ts';
import { embedInput, readPuzzleRows } from '../model/embedding.ts';
import { continueTarget, learnsToContinue } from '../model/halting.ts';
import { type HeadOutputs, readHeads } from '../model/heads.ts';
import { correctness, type LabelTargets } from '../model/labels.ts';
import { carriedLatents, carryOf, type Latents } from '../model/latents.ts';
import { answerLosses, binaryCrossEntropies } from '../model/losses.ts';
import { createNetworks, type Parameters } from '../model/network.ts';
import { recursionSchedule, runPasses } from '../model/recursion.ts';
import type { ModelSpecification } from '../model/specification.ts';
import { think } from '../model/step.ts';
import type { PuzzleBatch } from '../model/supervision.ts';
import { raceCandidates } from './candidates.ts';
import type { TrainingSetup } from './setup.ts';
import { learnedParameters } from './update.ts';

/** Losses are sums over the batch; those of their kinds are without the weight of the supervision step. */
export interface ForwardResult {
  loss: tf.Tensor;
  answerLoss: tf.Tensor;
  haltingLoss: tf.Tensor;
  /** Of the continue logit; null where it is not trained. */
  continueLoss: tf.Tensor | null;
  /** What the continue logit is trained on, [batch]; null where it is not trained. */
  continueTarget: tf.Tensor | null;
  /** After the step; with candidates the reasoning of all of them. */
  latents: Latents;
  heads: HeadOutputs;
  /** [batch, size]; null where the model has no puzzle embedding. */
  puzzleRows: tf.Tensor2D | null;
  /** Of loss / batch, by parameter name. */
  gradients: NamedTensors;
  /** Of loss / batch, [batch, size]; null where the model has no puzzle embedding. */
  puzzleRowGradients: tf.Tensor2D | null;
}

/** How far the samples of a batch are. */
export interface Progress {
  /** int32 [batch], supervision steps with this one. */
  steps: tf.Tensor1D;
  /** bool [batch], whether this is the last step that the sample may have. */
  isLast: tf.Tensor;
}

/** Runs the batch from the latents `start` and differentiates loss / batch by every parameter that learns. */
export function forwardAndGradients(
  setup: TrainingSetup,
  state: NamedTensors,
  batch: PuzzleBatch,
  start: Latents,
  targets: LabelTargets,
  progress: Progress,
): ForwardResult {
  const { specification, halting, training } = setup;
  const puzzleRows = readPuzzleRows(specification, state, batch.puzzleIdentifiers);
  const input = embedInput(specification, state, batch.inputs, puzzleRows);
  const { withoutGradient, withGradient } = recursionSchedule(specification);
  const race =
    training.candidates > 1
      ? labelled('candidates', () => raceCandidates(setup, state, start, input, targets))
      : null;
  const networksOf = (parameters: Parameters, options?: LayerOptions) =>
    labelled('weights', () => createNetworks(specification, parameters, options));
  const warm = race?.warm ?? runPasses(withoutGradient, networksOf(state), start, input);
  const weights = stepWeights(progress.steps, halting.stepWeightDecay);

  const learned = [...learnedParameters(setup).keys()];
  const kept: Record<string, tf.Tensor> = {};
  const lossOfBatch = (...tensors: tf.Tensor[]): tf.Tensor => {
    const parameters: Parameters = { ...state };
    learned.forEach((name, index) => {
      parameters[name] = tensors[index] as tf.Tensor;
    });
    const rows = (tensors[learned.length] as tf.Tensor2D | undefined) ?? null;
    const question = embedInput(specification, parameters, batch.inputs, rows);
    const networks = networksOf(parameters, { recompute: training.recompute === 'on' });
    const latents = runPasses(withGradient, networks, warm, question);
    const heads = readHeads(specification, parameters, latents);
    const answers = labelled('loss', () => answerLosses(heads.logits, targets, training));
    let verdicts = labelled('loss', () =>
      binaryCrossEntropies(heads.haltLogits, correctness(heads.logits, targets).exact),
    );
    Object.assign(kept, { answerLoss: tf.sum(answers), haltingLoss: tf.sum(verdicts) });
    if (learnsToContinue(setup)) {
      const target = labelled('look-ahead', () =>
        lookAhead(specification, state, latents, input, progress.isLast),
      );
      const continuations = binaryCrossEntropies(heads.continueLogits, target);
      Object.assign(kept, { continueTarget: target, continueLoss: tf.sum(continuations) });
      verdicts = tf.add(verdicts, continuations);
    }
    const ofPuzzles = tf.add(answers, tf.mul(verdicts, halting.lossWeight));
    const loss = tf.sum(weights === null ? ofPuzzles : tf.mul(ofPuzzles, weights));
    Object.assign(kept, carryOf(specification, latents), heads, { loss });
    for (const tensor of Object.values(kept)) tf.keep(tensor);
    return tf.div(loss, training.batchSize);
  };

  const differentiate = tf.valueAndGrads((...tensors) => labelledApart(() => lossOfBatch(...tensors)));
  const inputs = [...learned.map((name) => get(state, name)), ...(puzzleRows ? [puzzleRows] : [])];
  const { grads } = labelled(BACKWARD, () => differentiate(inputs));
  const released = releaseKept(kept);
  return {
    loss: get(released, 'loss'),
    answerLoss: get(released, 'answerLoss'),
    haltingLoss: get(released, 'haltingLoss'),
    continueLoss: released.continueLoss ?? null,
    continueTarget: released.continueTarget ?? null,
    latents: { ...carriedLatents(specification, released), ...(race && { low: race.reasoning }) },
    heads: {
      logits: get(released, 'logits'),
      haltLogits: get(released, 'haltLogits'),
      continueLogits: get(released, 'continueLogits'),
    },
    puzzleRows,
    gradients: Object.fromEntries(learned.map((name, index) => [name, grads[index] as tf.Tensor])),
    puzzleRowGradients: (grads[learned.length] as tf.Tensor2D | undefined) ?? null,
  };
}

/**
 * What the continue logit is trained on, [batch]: a second forward pass from the new latents. Inside of a function
 * with a gradient of its own tfjs notes nothing, so that the pass costs no memory for gradients, of which it has none.
 */
function lookAhead(
  specification: ModelSpecification,
  state: NamedTensors,
  latents: Latents,
  question: tf.Tensor2D,
  isLast: tf.Tensor,
): tf.Tensor1D {
  const names = Object.keys(latents);
  const look = tf.customGrad((...values) => {
    const start = Object.fromEntries(names.map((name, index) => [name, values[index] as tf.Tensor2D]));
    const { heads } = think(specification, state, start, question);
    const gradFunc = () => Object.values(latents).map(({ shape }) => tf.zeros(shape));
    return { value: continueTarget(heads, isLast), gradFunc };
  });
  return look(...Object.values(latents)) as tf.Tensor1D;
}

/** Hands tensors that outlived the gradient's scope over to the scope that runs the step. */
function releaseKept(kept: Record<string, tf.Tensor>): NamedTensors {
  const released = Object.fromEntries(Object.entries(kept).map(([name, tensor]) => [name, tf.clone(tensor)]));
  tf.dispose(kept);
  return released;
}

/** decay^(t − 1) for supervision step t of each sample, [batch]; null where all steps count alike. */
function stepWeights(steps: tf.Tensor1D, decay: number): tf.Tensor1D | null {
  if (decay === 1) return null;
  return tf.exp(tf.mul(tf.sub(tf.cast(steps, 'float32'), 1), Math.log(decay)));
}
