// Where a program says that some of its work must stay in float32 whatever the rest is computed in: losses and
// their gradients, optimizers, averages. It says nothing else, and eagerly it changes nothing.

import * as tf from '@tensorflow/tfjs-core';

let depth = 0;

/** Runs `body`; all kernels that are recorded meanwhile stay in float32. */
export function inFullPrecision<Result>(body: () => Result): Result {
  depth++;
  try {
    return body();
  } finally {
    depth--;
  }
}

/** Whether what is recorded now must stay in float32. */
export function isInFullPrecision(): boolean {
  return depth > 0;
}

type Differentiable = Parameters<typeof tf.customGrad>[0];

/** `tf.customGrad` with both the function and its gradient in full precision. */
export function customGradInFullPrecision(compute: Differentiable): ReturnType<typeof tf.customGrad> {
  return tf.customGrad((...inputs) =>
    inFullPrecision(() => {
      const { value, gradFunc } = compute(...inputs);
      return { value, gradFunc: (dy, saved) => inFullPrecision(() => gradFunc(dy, saved)) };
    }),
  );
}
