// Weights in half precision, computed with in float32: a runtime makes them float32 once, when it opens the model.

import type { TensorMessage } from '../../capture/onnx/schema.ts';
import {
  attributeTypes,
  type GraphMessage,
  type NodeMessage,
  typeNumbers,
} from '../../capture/onnx/schema.ts';
import { toHalves } from './half.ts';
import { matrixOf, nodeOf, outputOf, type Rewriting, rewriteWeights } from './rewriting.ts';

export function toFloat16(graph: GraphMessage): GraphMessage {
  return rewriteWeights(graph, {
    product({ weight }, rewriting) {
      rewriting.prelude(weight.name, () => toFloat32(halvesOf(weight, rewriting), weight.name));
      return undefined;
    },
    // Taken first and made float32 after that: a table can be large, and few of its rows are needed.
    lookup({ node, table, indices }, rewriting) {
      const rows = `${outputOf(node)}/half`;
      const taken = {
        ...nodeOf('Gather', [halvesOf(table, rewriting), indices], [rows]),
        attribute: node.attribute,
      };
      return [taken, toFloat32(rows, outputOf(node))];
    },
  });
}

function halvesOf(tensor: TensorMessage, rewriting: Rewriting): string {
  const halves = toHalves(matrixOf(tensor).values);
  return rewriting.initializer(`${tensor.name}/float16`, tensor.dims, 'float16', halves);
}

function toFloat32(input: string, output: string): NodeMessage {
  return nodeOf(
    'Cast',
    [input],
    [output],
    [{ name: 'to', type: attributeTypes.integer, i: typeNumbers.float32 }],
  );
}
