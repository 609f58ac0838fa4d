// A single product with a weight, on either side, in every precision: as far from the exact product as rounding explains,
// and no farther.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { type Precision, precisions } from '../../../../common/config/precision.ts';
import {
  encodeGraph,
  encodeModel,
  type GraphMessage,
  typeNumbers,
  type ValueInfoMessage,
} from '../../../../worker/capture/onnx/schema.ts';
import { BLOCK_SIZE } from '../../../../worker/export/precision/quantise.ts';
import { nodeOf } from '../../../../worker/export/precision/rewriting.ts';
import { precisionForms } from '../../../../worker/export/precision/table.ts';

const [WIDE, NARROW, ROWS] = [40, 24, 5];

interface Product {
  /** [WIDE, NARROW] on the right, [NARROW, WIDE] on the left. */
  weight: Float32Array;
  /** [ROWS, WIDE] or [WIDE, ROWS] */
  input: Float32Array;
  left: boolean;
}

const numbers = (length: number) =>
  fc
    .array(fc.float({ min: -4, max: 4, noNaN: true }), { minLength: length, maxLength: length })
    .map((values) => Float32Array.from(values));
const product: fc.Arbitrary<Product> = fc.record({
  weight: numbers(WIDE * NARROW),
  input: numbers(ROWS * WIDE),
  left: fc.boolean(),
});

function value(name: string, dims: number[]): ValueInfoMessage {
  const dim = dims.map((size) => ({ dim_value: size }));
  return { name, doc_string: '', type: { tensor_type: { elem_type: typeNumbers.float32, shape: { dim } } } };
}

function graphOf({ weight, left }: Product): GraphMessage {
  const dims = left ? [NARROW, WIDE] : [WIDE, NARROW];
  return {
    name: 'product',
    doc_string: '',
    node: [nodeOf('MatMul', left ? ['weight', 'x'] : ['x', 'weight'], ['y'])],
    initializer: [
      { name: 'weight', dims, data_type: typeNumbers.float32, raw_data: new Uint8Array(weight.buffer) },
    ],
    input: [value('x', left ? [WIDE, ROWS] : [ROWS, WIDE])],
    output: [value('y', left ? [NARROW, ROWS] : [ROWS, NARROW])],
  };
}

async function run(given: Product, precision: Precision): Promise<Float32Array> {
  const { rewrite, otherOpsets } = precisionForms[precision];
  const bytes = encodeModel({
    irVersion: 8,
    opset: 18,
    ...(otherOpsets && { otherOpsets }),
    producerName: '',
    producerVersion: '',
    documentation: '',
    metadata: {},
    graph: encodeGraph(rewrite(graphOf(given))),
  });
  const session = await InferenceSession.create(bytes, { executionProviders: ['cpu'], logSeverityLevel: 3 });
  const { y } = await session.run({
    x: new Tensor('float32', given.input, given.left ? [WIDE, ROWS] : [ROWS, WIDE]),
  });
  await session.release();
  assert.ok(y?.data instanceof Float32Array);
  return y.data;
}

/** Walks the terms of each element of the product. */
function elements({ weight, input, left }: Product): { weights: number[]; inputs: number[] }[] {
  const inner = Array.from({ length: WIDE }, (_, index) => index);
  return Array.from({ length: ROWS * NARROW }, (_, place) => {
    const [row, column] = left
      ? [place % ROWS, Math.floor(place / ROWS)]
      : [Math.floor(place / NARROW), place % NARROW];
    return {
      weights: inner.map((k) => weight[left ? column * WIDE + k : k * NARROW + column] as number),
      inputs: inner.map((k) => input[left ? k * ROWS + row : row * WIDE + k] as number),
    };
  });
}

/** The most that rounding can make of one element: of the weights, and in int8 of the inputs too. */
function largestError(
  precision: Precision,
  weights: number[],
  inputs: number[],
  allInputs: Float32Array,
): number {
  const largest = (values: ArrayLike<number>) => Math.max(0, ...Array.from(values, Math.abs));
  const sum = (values: number[]) => values.reduce((total, one) => total + Math.abs(one), 0);
  // A runtime may count levels from zero up: sums of twice the largest weight are then taken away again, in float32.
  const rounding = 1e-4 + WIDE * 2 ** -23 * 2 * largest(weights) * sum(inputs);
  if (precision === 'float32') return rounding;
  if (precision === 'float16') return sum(inputs) * largest(weights) * 2 ** -11 + 1e-6 + rounding;
  if (precision === 'int4-weights') {
    const blocks = Math.ceil(WIDE / BLOCK_SIZE);
    // The error of a block is at most that of 15 even levels, as a sum of squares; Cauchy and Schwarz do the rest.
    const error = Math.sqrt(blocks * BLOCK_SIZE) * (largest(weights) / 14);
    return error * Math.sqrt(inputs.reduce((total, one) => total + one ** 2, 0)) + rounding;
  }
  const weightError = largest(weights) / 254;
  const range = Math.max(0, ...allInputs) - Math.min(0, ...allInputs);
  // Inputs may be rounded twice: to a level, and with the level that stands for zero. With int8-weights too: a runtime
  // may join the product with its weights and then multiply 8-bit integers.
  const inputError = range / 255;
  return sum(inputs) * weightError + (sum(weights) + WIDE * weightError) * inputError + rounding;
}

describe('a product with a weight', () => {
  for (const precision of precisions) {
    test(`in ${precision} is within what rounding explains`, async () => {
      await fc.assert(
        fc.asyncProperty(product, async (given) => {
          const found = await run(given, precision);
          for (const [place, { weights, inputs }] of elements(given).entries()) {
            const exact = weights.reduce((total, weight, k) => total + weight * (inputs[k] as number), 0);
            const error = Math.abs((found[place] as number) - exact);
            const allowed = largestError(precision, weights, inputs, given.input);
            assert.ok(error <= allowed, `off by ${error}, allowed ${allowed}`);
          }
        }),
        { numRuns: 30 },
      );
    });
  }
});
