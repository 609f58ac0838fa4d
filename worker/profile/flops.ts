// Floating-point operations of recorded operations: matrix products, alone or inside of fused layers.

import { type Graph, informationOf } from '../capture/graph.ts';
import { sizeOf } from '../capture/program.ts';
import { flopsOf, type KernelNode, matrixProductOf } from '../estimate/work.ts';

/** Of all matrix products in an operation, each multiplication and each addition counted as one; null where it has none. */
export function productFlops(graph: Graph, node: KernelNode): number | null {
  const shapes = node.inputs.map((reference) => informationOf(graph, reference).shape);
  const count = fusedFlops[node.kernel];
  if (count !== undefined) return count(shapes, node.attributes.keeps === true);
  const product = matrixProductOf(graph, node);
  return product === null ? null : flopsOf(product);
}

/** Fused layers by the shapes of their inputs, in the order that capture/fused.ts has them. */
const fusedFlops: Readonly<Record<string, (shapes: number[][], keeps: boolean) => number>> = {
  SwigluLayer: ([x = [], gateUp = [], down = []]) => {
    return 2 * itemsOf(x, gateUp) * (sizeOf(gateUp) + sizeOf(down));
  },
  // Gradients by items and by weights, and gate and up once more where the layer did not keep them.
  SwigluLayerGradient: ([x = [], gateUp = [], down = []], keeps) => {
    return 2 * itemsOf(x, gateUp) * ((keeps ? 2 : 3) * sizeOf(gateUp) + 2 * sizeOf(down));
  },
  AttentionLayer: ([x = [], queryKeyValue = [], output = [], cosine = []]) => {
    const weights = sizeOf(queryKeyValue) + sizeOf(output);
    return 2 * itemsOf(x, queryKeyValue) * weights + scoreFlops(x, output, cosine);
  },
  // As above for queries, keys, values and their mix; how much each key counts is made once more in any case.
  AttentionLayerGradient: ([x = [], queryKeyValue = [], output = [], cosine = []], keeps) => {
    const weights = (keeps ? 2 : 3) * sizeOf(queryKeyValue) + 2 * sizeOf(output);
    return 2 * itemsOf(x, queryKeyValue) * weights + (keeps ? 2.5 : 3) * scoreFlops(x, output, cosine);
  },
};

/** Vectors that a weight [outputs, inputs] multiplies. */
function itemsOf(x: number[], weight: number[]): number {
  return sizeOf(x) / (weight[1] ?? 1);
}

/** Queries by keys and weights by values: each item with every token of its sample, over all heads. */
function scoreFlops(x: number[], output: number[], cosine: number[]): number {
  const [tokens = 0] = cosine;
  return 4 * (x[0] ?? 0) * tokens * (output[1] ?? 0);
}
