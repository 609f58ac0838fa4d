// A block's half that keeps its input, its output and the factors of its norm, and computes what lies between again in
// the backward pass: less memory for more work, with the same gradients.

import * as tf from '@tensorflow/tfjs-core';
import { valueAfter } from '../capture/value-after.ts';
import { normalised, rmsNormGradient } from './layers.ts';

/** What a half normalises, of x, its weights and then its constant tables. */
export type Inner = (x: tf.Tensor2D, ...others: tf.Tensor[]) => tf.Tensor2D;

/**
 * RMSNorm along `axis` of `inner`(x, weights, tables); differentiable in x and the weights.
 * @param tables constants, which are kept too: whatever a function with a gradient finds outside may be gone later
 */
export function normalisedAgain(
  inner: Inner,
  x: tf.Tensor2D,
  weights: readonly tf.Tensor[],
  tables: readonly tf.Tensor[],
  axis: 0 | 1,
): tf.Tensor2D {
  const half = tf.customGrad((...differentiable) => {
    const save = differentiable.pop() as tf.GradSaveFunc;
    const inputs = [...(differentiable as tf.Tensor[]), ...tables];
    const [first, ...others] = inputs;
    const { output, inverse } = normalised(inner(first as tf.Tensor2D, ...others), axis);
    save([output, inverse, ...inputs]);
    return { value: output, gradFunc: gradientOf(inner, weights.length, axis) };
  });
  return half(x, ...weights) as tf.Tensor2D;
}

function gradientOf(inner: Inner, weightCount: number, axis: 0 | 1) {
  return (outputGradient: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
    const [output, inverse, x, ...others] = saved as [tf.Tensor, tf.Tensor, tf.Tensor2D, ...tf.Tensor[]];
    const ofInner = rmsNormGradient(axis)(outputGradient, [output, inverse]);
    const [weights, tables] = [others.slice(0, weightCount), others.slice(weightCount)];
    const again = (...tensors: tf.Tensor[]) => {
      const [first, ...rest] = tensors;
      return inner(first as tf.Tensor2D, ...rest, ...tables);
    };
    return onATapeOfItsOwn(() => tf.grads(again)([valueAfter(x, ofInner), ...weights], ofInner));
  };
}

/** tfjs forgets the tape of the outer gradients when those inside end, but looks at it once more at its own end. */
function onATapeOfItsOwn<Result>(differentiate: () => Result): Result {
  const { state } = tf.engine();
  const outer = state.activeTape;
  try {
    return differentiate();
  } finally {
    state.activeTape = outer;
  }
}
