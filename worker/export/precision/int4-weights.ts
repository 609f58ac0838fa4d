// Weights of 4 bits in blocks, multiplied by MatMulNBits, an operator of ONNX Runtime. It takes a weight on the right
// only, so where it stands on the left both sides are exchanged.

import { attributeTypes, type GraphMessage, type NodeMessage } from '../../capture/onnx/schema.ts';
import { lookUpInt8 } from './int8-weights.ts';
import { BLOCK_SIZE, quantiseBlocks } from './quantise.ts';
import {
  matrixOf,
  nodeOf,
  oncePerWeight,
  outputOf,
  type Rewriting,
  rewriteWeights,
  transposed,
  type WeightProduct,
} from './rewriting.ts';

/** The operator set of ONNX Runtime's own operators. */
export const RUNTIME_DOMAIN = 'com.microsoft';

export function toInt4Weights(graph: GraphMessage): GraphMessage {
  const weightParts = oncePerWeight(writeBlocks);
  return rewriteWeights(graph, {
    product: (product, rewriting) => multiplyBlocks(product, weightParts(product, rewriting), rewriting),
    lookup: lookUpInt8,
  });
}

/** The names of a weight's initializers and the sizes of what was quantised. */
type BlockWeight = ReturnType<typeof writeBlocks>;

function multiplyBlocks(
  { node, left, input }: WeightProduct,
  weight: BlockWeight,
  rewriting: Rewriting,
): NodeMessage[] {
  const output = outputOf(node);
  if (!left) return [blockProduct(weight, input, output)];
  const [turned, turnedOutput] = [`${input}/turned`, `${output}/turned`];
  return [
    ...rewriting.once(turned, () => [turn(input, turned)]),
    blockProduct(weight, turned, turnedOutput),
    turn(turnedOutput, output),
  ];
}

function writeBlocks({ weight, left }: WeightProduct, rewriting: Rewriting) {
  const matrix = left ? transposed(matrixOf(weight)) : matrixOf(weight);
  const { packed, scales, blocks } = quantiseBlocks(matrix);
  const { rows, columns } = matrix;
  const parts = [
    rewriting.initializer(`${weight.name}/int4`, [columns, blocks, BLOCK_SIZE / 2], 'uint8', packed),
    rewriting.initializer(`${weight.name}/scales`, [columns * blocks], 'float32', scales),
  ];
  return { parts, rows, columns };
}

function blockProduct({ parts, rows, columns }: BlockWeight, input: string, output: string): NodeMessage {
  const integer = (name: string, i: number) => ({ name, type: attributeTypes.integer, i });
  const attributes = [
    integer('K', rows),
    integer('N', columns),
    integer('bits', 4),
    integer('block_size', BLOCK_SIZE),
  ];
  return { ...nodeOf('MatMulNBits', [input, ...parts], [output], attributes), domain: RUNTIME_DOMAIN };
}

function turn(input: string, output: string): NodeMessage {
  return nodeOf(
    'Transpose',
    [input],
    [output],
    [{ name: 'perm', type: attributeTypes.integers, ints: [1, 0] }],
  );
}
