// A model file whose graph is known exactly: it answers with the puzzle itself, and a puzzle halts at the step whose
// number is its first digit (at once where that is blank).

import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { sudokuGeometry } from '../../../common/puzzles/sudoku/geometry.ts';
import { emitOnnx } from '../../../worker/capture/onnx/emit.ts';
import { encodeGraph, encodeModel } from '../../../worker/capture/onnx/schema.ts';
import type { Program } from '../../../worker/capture/program.ts';
import { sudokuVocabulary } from '../../../worker/dataset/sudoku-split.ts';
import { encodeMetadata, type ModelMetadata } from '../../../worker/export/metadata.ts';
import { tokenCount } from '../../../worker/model/specification.ts';
import { inferenceProgram } from '../../../worker/model/step.ts';
import { tinyExperiment } from '../tiny-experiment.ts';

export const echoMetadata: Omit<ModelMetadata, 'graphSha256'> = {
  format: 1,
  experiment: tinyExperiment(),
  sizes: { sequenceLength: 16, vocabularySize: 6, puzzleIdentifierCount: 1 },
  task: 'Echo the puzzle.',
  vocabulary: sudokuVocabulary(sudokuGeometry(4)),
  dataset: { name: 'tiny', digest: 'd'.repeat(64) },
  dataSource: null,
  dataLicence: null,
  step: 1,
  weights: 'ema',
  evaluation: null,
  maximumSteps: 3,
  halting: 'q>=0.5',
  precision: 'float32',
  form: 'step',
  batch: null,
  appVersion: '0.1.0',
};

function echoProgram(batch: number): Program {
  const specification = { ...echoMetadata.experiment.model, ...echoMetadata.sizes };
  const { inputs } = inferenceProgram(specification, batch);
  return {
    state: {},
    inputs,
    run(_, tensors) {
      const { inputs: tokens, high, low, reset } = tensors as Record<string, tf.Tensor>;
      const going = tf.reshape(tf.sub(1, tf.cast(reset as tf.Tensor, 'float32')), [-1, 1, 1]);
      const count = tf.add(tf.mul(high as tf.Tensor, going), 1);
      const steps = tf.reshape(tf.slice(count, [0, 0, 0], [-1, 1, 1]), [-1]);
      const first = tf.reshape(tf.slice(tokens as tf.Tensor, [0, 0], [-1, 1]), [-1]);
      const outputs = {
        next_high: count,
        next_low: tf.clone(low as tf.Tensor),
        logits: tf.oneHot(tokens as tf.Tensor2D, specification.vocabularySize, 4, 0, 'float32'),
        // The token of digit d is d + 1.
        halt_logits: tf.sub(steps, tf.sub(tf.cast(first, 'float32'), 1.5)),
        continue_logits: tf.zerosLike(steps),
      };
      return { state: {}, rowUpdates: {}, outputs };
    },
  };
}

/** The encoded graph. Needs a tfjs backend. */
export function echoGraph(program: (batch: number) => Program = echoProgram): Uint8Array {
  return encodeGraph(emitOnnx({ program, state: {}, name: 'echo', documentation: '', descriptions: {} }));
}

export function encodeEcho(graph: Uint8Array, changes: Record<string, string | undefined> = {}): Uint8Array {
  const graphSha256 = createHash('sha256').update(graph).digest('hex');
  const metadata = { ...encodeMetadata({ ...echoMetadata, graphSha256 }), ...changes };
  return encodeModel({
    irVersion: 8,
    opset: 18,
    producerName: 'TRM Studio',
    producerVersion: '0.1.0',
    documentation: '',
    metadata: Object.fromEntries(
      Object.entries(metadata).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
    graph,
  });
}

export function writeEchoModel(path: string): void {
  writeFileSync(path, encodeEcho(echoGraph()));
}

/** The program without one of its outputs. */
export function withoutOutput(name: string): (batch: number) => Program {
  return (batch) => {
    const program = echoProgram(batch);
    return {
      ...program,
      run(state, inputs) {
        const result = program.run(state, inputs);
        const { [name]: _, ...outputs } = result.outputs;
        return { ...result, outputs };
      },
    };
  };
}

/** Tokens of a latent in the echo model. */
export const echoTokens = tokenCount({ ...echoMetadata.experiment.model, ...echoMetadata.sizes });
