// What a calibration runs: one program whose outputs are small chains of operations, each in a size of its own. Only
// the chain of the output that is asked for is run.

import * as tf from '@tensorflow/tfjs-core';
import {
  type NamedArrays,
  type NamedTensors,
  namedTensor,
  type Program,
  sizeOf,
} from '../capture/program.ts';
import { FUSED_SAMPLES, fusedChain, fusedOutput, fusedSampleState } from './fused-samples.ts';
import { KERNEL_CLASSES, type KernelClass } from './kernel-classes.ts';
import type { MatrixProduct } from './work.ts';

/** Elements of the tensors on which element-wise operations and reductions are timed. */
export const SAMPLE_ELEMENTS = [2 ** 10, 2 ** 14, 2 ** 18, 2 ** 22] as const;

const COLUMNS = 128;

/** Operations in a chain, so that the call itself weighs little. */
export function chainLength(elements: number): number {
  return elements < 2 ** 16 ? 64 : 8;
}

/** Two operations on y. */
type Link = (y: tf.Tensor, x: tf.Tensor, column: tf.Tensor) => tf.Tensor;

/**
 * A chain's links. TensorFlow simplifies repetitions of one operation, hence the alternations. A reduction's link also
 * multiplies its result back, which is taken off later.
 */
const links: Readonly<Record<KernelClass, Link>> = {
  arithmetic: (y, x) => tf.sub(tf.mul(y, x), x),
  broadcast: (y, _, column) => tf.sub(tf.mul(y, column), column),
  division: (y, x) => tf.div(tf.rsqrt(y), x),
  exponential: (y) => tf.sigmoid(tf.exp(y)),
  'arc tangent': (y, x) => tf.atan2(tf.atan2(y, x), x),
  softmax: (y) => tf.softmax(tf.softmax(y)),
  'row reduction': (y) => reduceAndBack(reduceAndBack(y, 1), 1),
  'column reduction': (y) => reduceAndBack(reduceAndBack(y, 0), 0),
  transposition: (y) => tf.transpose(tf.transpose(y, [1, 2, 0, 3]), [1, 2, 0, 3]),
  // Two halves out and one whole in: as much as two copies.
  copy: (y) =>
    tf.concat([tf.slice(y, [0, COLUMNS / 2], [-1, -1]), tf.slice(y, [0, 0], [-1, COLUMNS / 2])], 1),
};

function reduceAndBack(y: tf.Tensor, axis: number): tf.Tensor {
  return tf.sub(y, tf.mean(y, axis, true));
}

function repeat(start: tf.Tensor, step: (y: tf.Tensor) => tf.Tensor, times: number): tf.Tensor {
  let y = start;
  for (let index = 0; index < times; index++) y = step(y);
  return y;
}

function chain(name: KernelClass, x: tf.Tensor, column: tf.Tensor): tf.Tensor {
  const start = name === 'transposition' ? tf.reshape(x, [-1, 4, 2, COLUMNS / 2]) : x;
  return repeat(start, (y) => links[name](y, x, column), chainLength(x.size) / 2);
}

/** A product and the one that leads back to the first one's shape, so that they can be chained. */
export interface ProductPair {
  rows: number;
  inner: number;
  columns: number;
  /** 1 for a plain product, more for a batched one. */
  count: number;
  /** Which operand runs through the chain, and how the way back is multiplied. */
  chain: 'left' | 'right' | 'gradient';
}

/** Shapes as they occur in these networks: features, tokens, weight gradients, thin heads, attention. */
export const PRODUCT_PAIRS: readonly ProductPair[] = [
  { count: 1, rows: 64, inner: 64, columns: 64, chain: 'left' },
  { count: 1, rows: 1024, inner: 64, columns: 256, chain: 'left' },
  { count: 1, rows: 384, inner: 512, columns: 1536, chain: 'left' },
  { count: 1, rows: 1536, inner: 256, columns: 768, chain: 'left' },
  { count: 1, rows: 1536, inner: 512, columns: 1536, chain: 'left' },
  { count: 1, rows: 256, inner: 18, columns: 4096, chain: 'right' },
  { count: 1, rows: 256, inner: 97, columns: 4096, chain: 'right' },
  { count: 1, rows: 256, inner: 97, columns: 16384, chain: 'right' },
  { count: 1, rows: 256, inner: 1024, columns: 64, chain: 'gradient' },
  { count: 1, rows: 512, inner: 1536, columns: 1536, chain: 'gradient' },
  { count: 1, rows: 256, inner: 16384, columns: 97, chain: 'gradient' },
  { count: 1, rows: 1536, inner: 512, columns: 12, chain: 'left' },
  { count: 64, rows: 97, inner: 64, columns: 97, chain: 'left' },
  { count: 16, rows: 400, inner: 64, columns: 400, chain: 'left' },
];

/** Pairs in a chain. */
export const PAIRS = 2;

export const classOutput = (name: KernelClass, elements: number) =>
  `${name.replaceAll(' ', '_')}/${elements}`;
export const productOutput = ({ count, rows, inner, columns, chain }: ProductPair) =>
  `${chain}/${count}/${rows}/${inner}/${columns}`;

/** The two products of a pair. */
export function productsOf({ count, rows, inner, columns, chain }: ProductPair): MatrixProduct[] {
  const there = { count, rows, inner, columns };
  if (chain === 'left') return [there, { count, rows, inner: columns, columns: inner }];
  if (chain === 'right') return [there, { count, rows: inner, inner: rows, columns }];
  return [there, { count, rows: inner, inner: rows, columns }];
}

function productShapes({ count, rows, inner, columns, chain }: ProductPair): Record<string, number[]> {
  const batched = (shape: number[]) => (count === 1 ? shape : [count, ...shape]);
  if (chain === 'left') {
    return { x: batched([rows, inner]), there: batched([inner, columns]), back: batched([columns, inner]) };
  }
  if (chain === 'right') return { x: [inner, columns], there: [rows, inner], back: [inner, rows] };
  return { x: [inner, columns], there: [inner, rows] };
}

function chainProducts(pair: ProductPair, tensors: NamedTensors): tf.Tensor {
  const prefix = productOutput(pair);
  const named = (name: string) => namedTensor(tensors, `${prefix}/${name}`);
  const [x, there] = [named('x'), named('there')];
  if (pair.chain === 'gradient') {
    return repeat(x, (y) => tf.matMul(there, tf.matMul(there, y, true)), PAIRS);
  }
  const back = named('back');
  if (pair.chain === 'left') return repeat(x, (y) => tf.matMul(tf.matMul(y, there), back), PAIRS);
  return repeat(x, (y) => tf.matMul(back, tf.matMul(there, y)), PAIRS);
}

/**
 * All chains as one program, with those of fused layers where these are there. Its outputs are single numbers; its state
 * must be set to `sampleState`.
 */
export function sampleProgram(fusedLayers: boolean): Program {
  const state: Program['state'] = fusedLayers ? fusedSampleState() : {};
  const add = (name: string, shape: number[]) => {
    state[name] = { shape, type: 'float32' };
  };
  for (const elements of SAMPLE_ELEMENTS) add(`x/${elements}`, [elements / COLUMNS, COLUMNS]);
  for (const elements of SAMPLE_ELEMENTS) add(`column/${elements}`, [elements / COLUMNS, 1]);
  for (const pair of PRODUCT_PAIRS) {
    for (const [name, shape] of Object.entries(productShapes(pair)))
      add(`${productOutput(pair)}/${name}`, shape);
  }
  return {
    state,
    inputs: {},
    run(tensors) {
      const outputs: NamedTensors = {
        nothing: firstOf(namedTensor(tensors, `column/${SAMPLE_ELEMENTS[0]}`)),
      };
      for (const elements of SAMPLE_ELEMENTS) {
        const [x, column] = [
          namedTensor(tensors, `x/${elements}`),
          namedTensor(tensors, `column/${elements}`),
        ];
        for (const name of KERNEL_CLASSES)
          outputs[classOutput(name, elements)] = firstOf(chain(name, x, column));
      }
      for (const pair of PRODUCT_PAIRS) outputs[productOutput(pair)] = firstOf(chainProducts(pair, tensors));
      for (const sample of fusedLayers ? FUSED_SAMPLES : [])
        outputs[fusedOutput(sample)] = firstOf(fusedChain(sample, tensors));
      return { state: {}, rowUpdates: {}, outputs };
    },
  };
}

/** Ones, and matrices that keep a vector of ones as it is: no number grows or vanishes, which would change the time. */
export function sampleState({ state }: Program): NamedArrays {
  return Object.fromEntries(
    Object.entries(state).map(([name, { shape }]) => {
      const value = name.endsWith('/there') || name.endsWith('/back') ? 1 / (shape.at(-1) as number) : 1;
      return [name, new Float32Array(sizeOf(shape)).fill(value)];
    }),
  );
}

function firstOf(x: tf.Tensor): tf.Tensor {
  return tf.slice(tf.reshape(x, [-1]), [0], [1]);
}
