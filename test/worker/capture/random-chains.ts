// Random chains of operations on a matrix [rows, 4]: every operation takes the result of the one before.

import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';

type Operation = (x: tf.Tensor, y: tf.Tensor) => tf.Tensor;

const ramp = () => tf.tensor1d([0, 0.12345, 0.27183, 0.41421]);

/** All keep the shape, and values that are not small are brought back to between −1 and 1 or so. */
const operations: Readonly<Record<string, Operation>> = {
  add: (x, y) => tf.add(x, y),
  multiply: (x, y) => tf.sigmoid(tf.mul(x, y)),
  subtract: (x, y) => tf.sub(y, x),
  divide: (x, y) => tf.div(x, tf.add(tf.abs(y), 1)),
  root: (x) => tf.sqrt(tf.add(tf.abs(x), 1)),
  norm: (x) => tf.mul(x, tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), 1))),
  softmax: (x) => tf.softmax(x),
  logarithm: (x) => tf.log(tf.add(tf.square(x), 1)),
  shift: (x) => tf.sub(x, tf.max(x, -1, true)),
  exponential: (x) => tf.exp(tf.neg(tf.relu(x))),
  rotate: (x) => {
    const [left, right] = tf.split(x, 2, 1) as [tf.Tensor, tf.Tensor];
    return tf.concat([tf.neg(right), left], 1);
  },
  transposed: (x) => tf.transpose(tf.sigmoid(tf.transpose(x))),
  product: (x, y) => tf.sigmoid(tf.matMul(x, tf.reshape(tf.concat([y, y, y, y], 0), [4, 4]))),
  productTransposed: (x, y) =>
    tf.sigmoid(tf.matMul(x, tf.reshape(tf.concat([y, y, y, y], 0), [4, 4]), false, true)),
  chosen: (x, y) => {
    const positive = tf.cast(tf.greater(x, y), 'float32');
    return tf.add(tf.mul(positive, x), tf.mul(tf.sub(1, positive), y));
  },
  clamped: (x, y) => tf.maximum(tf.minimum(x, 1), tf.minimum(y, 0)),
  // With a ramp: of equal values the rounding of either way of computing would choose.
  oneHotOfLargest: (x) => tf.oneHot(tf.argMax(tf.add(x, ramp()), 1) as tf.Tensor1D, 4, 0.5, -0.5, 'float32'),
  cut: (x) =>
    tf.pad(
      tf.slice(x, [0, 1], [-1, 3]),
      [
        [0, 0],
        [1, 0],
      ],
      0.25,
    ),
};

export const randomChain = fc.array(fc.constantFrom(...Object.keys(operations)), {
  minLength: 1,
  maxLength: 8,
});

/** Applies the operations in turn to x [rows, 4], with y [4] as their other operand. */
export function runChain(chain: string[], x: tf.Tensor, y: tf.Tensor): tf.Tensor {
  return chain.reduce((value, name) => (operations[name] as Operation)(value, y), x);
}
