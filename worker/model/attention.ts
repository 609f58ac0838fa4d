// Full self-attention with optional rotary positions (reference models/layers.py, Attention).

import * as tf from '@tensorflow/tfjs-core';
import { linear } from './layers.ts';

/** Cosines and sines of the rotary positions, each [1, 1, tokens, headSize]. */
export interface RotaryTable {
  cosine: tf.Tensor4D;
  sine: tf.Tensor4D;
}

const ROTARY_BASE = 10_000;

/** Rotary positions for `tokens` positions; both halves of a head turn by the same angles. */
export function rotaryTable(tokens: number, headSize: number): RotaryTable {
  const half = headSize / 2;
  const angles = Float32Array.from({ length: tokens * headSize }, (_, index) => {
    const position = Math.floor(index / headSize);
    return Math.fround(position * Math.fround(ROTARY_BASE ** (-(index % half) / half)));
  });
  const shape: [number, number, number, number] = [1, 1, tokens, headSize];
  return {
    cosine: tf.tensor4d(angles.map(Math.cos), shape),
    sine: tf.tensor4d(angles.map(Math.sin), shape),
  };
}

export interface AttentionWeights {
  /** [3·heads·headSize, hidden]: all query heads, all key heads, all value heads. */
  queryKeyValue: tf.Tensor2D;
  /** [hidden, heads·headSize] */
  output: tf.Tensor2D;
}

/** Self-attention over the tokens of x [tokens·batch, hidden], tokens first. */
export function attention(
  x: tf.Tensor2D,
  weights: AttentionWeights,
  heads: number,
  tokens: number,
  rotary: RotaryTable | null,
): tf.Tensor2D {
  const width = weights.output.shape[1];
  const headSize = width / heads;
  // [tokens, batch, 3, heads, headSize] -> [3, batch, heads, tokens, headSize]
  const joined = tf.reshape(linear(x, weights.queryKeyValue), [tokens, -1, 3, heads, headSize]);
  const parts = tf.split(tf.transpose(joined, [2, 1, 3, 0, 4]), 3, 0);
  const [query, key, value] = parts.map((part) => tf.reshape(part, [-1, heads, tokens, headSize])) as [
    tf.Tensor4D,
    tf.Tensor4D,
    tf.Tensor4D,
  ];
  const [turnedQuery, turnedKey] = rotary ? [rotate(query, rotary), rotate(key, rotary)] : [query, key];
  // [batch, heads, tokens, tokens]
  const scores = tf.mul(tf.matMul(turnedQuery, turnedKey, false, true), 1 / Math.sqrt(headSize));
  const mixed = tf.matMul(tf.softmax(scores), value);
  // [batch, heads, tokens, headSize] -> [tokens·batch, heads·headSize]
  const joinedHeads = tf.reshape(tf.transpose(mixed, [2, 0, 1, 3]), [-1, width]) as tf.Tensor2D;
  return linear(joinedHeads, weights.output);
}

function rotate(x: tf.Tensor4D, { cosine, sine }: RotaryTable): tf.Tensor4D {
  const [first, second] = tf.split(x, 2, 3) as [tf.Tensor4D, tf.Tensor4D];
  const turned = tf.concat([tf.neg(second), first], 3);
  return tf.add(tf.mul(x, cosine), tf.mul(turned, sine));
}
