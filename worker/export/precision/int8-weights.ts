// Weights of 8 bits with a scale for each thing that is computed, made float32 again by DequantizeLinear.

import {
  attributeTypes,
  type GraphMessage,
  type NodeMessage,
  typeNumbers,
} from '../../capture/onnx/schema.ts';
import { quantiseMatrix } from './quantise.ts';
import { matrixOf, nodeOf, outputOf, type Rewriting, rewriteWeights, type TableLookup } from './rewriting.ts';

export function toInt8Weights(graph: GraphMessage): GraphMessage {
  return rewriteWeights(graph, {
    product({ weight, left }, rewriting) {
      const { name, dims } = weight;
      rewriting.prelude(name, () => {
        const { integers, scales } = quantiseMatrix(matrixOf(weight), left ? 'row' : 'column');
        const parts = [
          rewriting.initializer(`${name}/int8`, dims, 'int8', integers),
          rewriting.initializer(`${name}/scales`, [scales.length], 'float32', scales),
        ];
        const axis = { name: 'axis', type: attributeTypes.integer, i: left ? 0 : 1 };
        return nodeOf('DequantizeLinear', parts, [name], [axis]);
      });
      return undefined;
    },
    lookup: lookUpInt8,
  });
}

/** Rows of a table of 8 bits, each with its own scale. */
export function lookUpInt8({ node, table, indices }: TableLookup, rewriting: Rewriting): NodeMessage[] {
  const { integers, scales } = quantiseMatrix(matrixOf(table), 'row');
  const output = outputOf(node);
  const integerTable = rewriting.initializer(`${table.name}/int8`, table.dims, 'int8', integers);
  const scaleTable = rewriting.initializer(`${table.name}/scales`, [scales.length, 1], 'float32', scales);
  const take = (from: string, to: string) => ({
    ...nodeOf('Gather', [from, indices], [to]),
    attribute: node.attribute,
  });
  const [rows, rowScales, numbers] = [`${output}/int8`, `${output}/scales`, `${output}/numbers`];
  const to = { name: 'to', type: attributeTypes.integer, i: typeNumbers.float32 };
  return [
    take(integerTable, rows),
    take(scaleTable, rowScales),
    nodeOf('Cast', [rows], [numbers], [to]),
    nodeOf('Mul', [numbers, rowScales], [output]),
  ];
}
