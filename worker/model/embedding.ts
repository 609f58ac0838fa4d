// How a puzzle enters the network: its tokens and its puzzle embedding become the injected input
// (reference models/recursive_reasoning/trm.py, _input_embeddings).

import * as tf from '@tensorflow/tfjs-core';
import { labelled } from '../capture/labels.ts';
import { oneHotRows } from './layers.ts';
import { type Parameters, parameter } from './network.ts';
import {
  type ModelSpecification,
  puzzleEmbeddingSize,
  puzzleTokenCount,
  tokenCount,
} from './specification.ts';

/** Each sample's row of the puzzle table, [batch, size]; null where the model has no puzzle embedding. */
export function readPuzzleRows(
  { puzzleEmbedding }: ModelSpecification,
  parameters: Parameters,
  puzzleIdentifiers: tf.Tensor1D,
): tf.Tensor2D | null {
  if (!puzzleEmbedding) return null;
  return tf.gather(parameter<tf.Tensor2D>(parameters, 'puzzle_emb.weights'), puzzleIdentifiers);
}

/**
 * The input embedding, [tokens·batch, hidden], tokens first.
 * `inputs` is int32 [batch, cells]; `puzzleRows` are those of `readPuzzleRows`.
 */
export function embedInput(
  specification: ModelSpecification,
  parameters: Parameters,
  inputs: tf.Tensor2D,
  puzzleRows: tf.Tensor2D | null,
): tf.Tensor2D {
  return labelled('embedding', () => embed(specification, parameters, inputs, puzzleRows));
}

function embed(
  specification: ModelSpecification,
  parameters: Parameters,
  inputs: tf.Tensor2D,
  puzzleRows: tf.Tensor2D | null,
): tf.Tensor2D {
  const { hiddenSize, vocabularySize } = specification;
  const oneHot = oneHotRows(tf.transpose(inputs), vocabularySize);
  const embeddedCells = tf.matMul(
    oneHot,
    parameter<tf.Tensor2D>(parameters, 'embed_tokens.embedding_weight'),
  );
  const prefix = puzzleRows === null ? [] : [embedPuzzle(specification, puzzleRows)];
  const joined = tf.concat([...prefix, embeddedCells], 0) as tf.Tensor2D;
  return tf.mul<tf.Tensor2D>(addPositions(specification, parameters, joined), Math.sqrt(hiddenSize));
}

/** The puzzle rows, padded with zeros, as [puzzleTokens·batch, hidden], tokens first. */
function embedPuzzle(specification: ModelSpecification, puzzleRows: tf.Tensor2D): tf.Tensor2D {
  const { hiddenSize } = specification;
  const puzzleTokens = puzzleTokenCount(specification);
  const missing = puzzleTokens * hiddenSize - puzzleEmbeddingSize(specification);
  const padded =
    missing === 0
      ? puzzleRows
      : tf.pad(puzzleRows, [
          [0, 0],
          [0, missing],
        ]);
  const tokens = tf.reshape(padded, [-1, puzzleTokens, hiddenSize]);
  return tf.reshape(tf.transpose(tokens, [1, 0, 2]), [-1, hiddenSize]);
}

function addPositions(
  specification: ModelSpecification,
  parameters: Parameters,
  embedding: tf.Tensor2D,
): tf.Tensor2D {
  if (specification.positions !== 'learned') return embedding;
  const { hiddenSize } = specification;
  const tokens = tokenCount(specification);
  const positions = parameter<tf.Tensor2D>(parameters, 'embed_pos.embedding_weight');
  const byToken = tf.reshape(embedding, [tokens, -1, hiddenSize]);
  // 1/sqrt(2) keeps the variance of a sum of two equal parts.
  const sum = tf.mul(tf.add(byToken, tf.reshape(positions, [tokens, 1, hiddenSize])), Math.SQRT1_2);
  return tf.reshape(sum, [-1, hiddenSize]);
}
