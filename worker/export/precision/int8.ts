// Products of 8-bit integers: weights are quantised here, what they are multiplied with at each product. Unsigned on both
// sides, since processors without VNNI instructions lose the carry of products of signed and unsigned bytes.

import {
  attributeTypes,
  type GraphMessage,
  type NodeMessage,
  typeNumbers,
} from '../../capture/onnx/schema.ts';
import { lookUpInt8 } from './int8-weights.ts';
import { quantiseMatrix } from './quantise.ts';
import {
  matrixOf,
  nodeOf,
  oncePerWeight,
  outputOf,
  type Rewriting,
  rewriteWeights,
  type WeightProduct,
} from './rewriting.ts';

/** Stands for zero in unsigned bytes. */
const ZERO_POINT = 128;

export function toInt8(graph: GraphMessage): GraphMessage {
  const weightParts = oncePerWeight(writeUnsigned);
  return rewriteWeights(graph, {
    product: (product, rewriting) => multiplyIntegers(product, weightParts(product, rewriting), rewriting),
    lookup: lookUpInt8,
  });
}

/** The names of a weight's initializers. */
type UnsignedWeight = ReturnType<typeof writeUnsigned>;

function multiplyIntegers(
  { node, left, input }: WeightProduct,
  { integers, scales, zeroPoint }: UnsignedWeight,
  rewriting: Rewriting,
): NodeMessage[] {
  const output = outputOf(node);
  const quantised = [`${input}/uint8`, `${input}/scale`, `${input}/zero_point`];
  const [bytes = '', scale = '', inputZero = ''] = quantised;
  const quantise = rewriting.once(quantised.join(), () => [
    nodeOf('DynamicQuantizeLinear', [input], quantised),
  ]);
  const [sums, numbers, outputScales] = [`${output}/sums`, `${output}/numbers`, `${output}/scales`];
  const operands = left ? [integers, bytes, zeroPoint, inputZero] : [bytes, integers, inputZero, zeroPoint];
  const to = { name: 'to', type: attributeTypes.integer, i: typeNumbers.float32 };
  return [
    ...quantise,
    nodeOf('MatMulInteger', operands, [sums]),
    nodeOf('Cast', [sums], [numbers], [to]),
    nodeOf('Mul', [scale, scales], [outputScales]),
    nodeOf('Mul', [numbers, outputScales], [output]),
  ];
}

/** A scale for each thing that is computed: each column of a right operand, each row of a left one. */
function writeUnsigned({ weight, left }: WeightProduct, rewriting: Rewriting) {
  const { integers, scales } = quantiseMatrix(matrixOf(weight), left ? 'row' : 'column');
  const bytes = Uint8Array.from(integers, (value) => value + ZERO_POINT);
  const shape = left ? [scales.length, 1] : [scales.length];
  return {
    integers: rewriting.initializer(`${weight.name}/uint8`, weight.dims, 'uint8', bytes),
    scales: rewriting.initializer(`${weight.name}/scales`, shape, 'float32', scales),
    zeroPoint: rewriting.initializer('zero_point', [], 'uint8', Uint8Array.of(ZERO_POINT)),
  };
}
