// What is inside of a layer that is one kernel (worker/native): its sizes and the matrix products that it is made of.

import { type FusedKernelName, fusedKernels } from '../capture/fused.ts';
import { type Graph, type GraphNode, informationOf } from '../capture/graph.ts';
import { flopsOf, type MatrixProduct, matrixProductOf } from './work.ts';

/** The sizes that say how long a fused layer takes and what it holds meanwhile. */
export interface FusedLayer {
  kernel: FusedKernelName;
  /** Vectors that the weights multiply: tokens · batch, or hidden · batch where tokens are mixed. */
  items: number;
  /** Length of such a vector. */
  width: number;
  /** Inner features of a SwiGLU; heads · head size of an attention. */
  inner: number;
  /** Of an attention; 1 in a SwiGLU, whose items know nothing of each other. */
  tokens: number;
  heads: number;
  /** Whether the gradient gets what the layer computed inside, instead of making it again. */
  keeps: boolean;
}

/** The fused layer that a node is, or null. */
export function fusedLayerOf(graph: Graph, node: GraphNode): FusedLayer | null {
  if (node.kind !== 'kernel' || !isFused(node.kernel)) return null;
  const shapes = node.inputs.map((reference) => informationOf(graph, reference).shape);
  const [x = [], , lastWeight = []] = shapes as [number[], number[], number[]];
  const [rows, columns] = x as [number, number];
  const inner = lastWeight[1] as number;
  const { featuresFirst, heads, tokens, keeps } = node.attributes;
  const [items, width] = featuresFirst === true ? [columns, rows] : [rows, columns];
  return {
    kernel: node.kernel,
    items,
    width,
    inner,
    tokens: isAttention(node.kernel) ? (tokens as number) : 1,
    heads: isAttention(node.kernel) ? (heads as number) : 1,
    keeps: keeps === true,
  };
}

function isFused(kernel: string): kernel is FusedKernelName {
  return Object.hasOwn(fusedKernels, kernel);
}

export function isAttention(kernel: FusedKernelName): boolean {
  return kernel === 'AttentionLayer' || kernel === 'AttentionLayerGradient';
}

export function isGradient(kernel: FusedKernelName): boolean {
  return kernel === 'SwigluLayerGradient' || kernel === 'AttentionLayerGradient';
}

/**
 * The matrix products in a fused layer. A gradient multiplies by each weight turned over, multiplies for the weight's
 * own gradient, and makes again what the layer did not keep: all but the last product, or the scores of keys only.
 */
export function productsInside(layer: FusedLayer): MatrixProduct[] {
  const { kernel, items, width, inner, tokens, heads, keeps } = layer;
  const joined = isAttention(kernel) ? 3 * inner : 2 * inner;
  const first = { count: 1, rows: items, inner: width, columns: joined };
  const last = { count: 1, rows: items, inner, columns: width };
  const again = <Product>(product: Product): Product[] => (keeps ? [] : [product]);
  const weights = isGradient(kernel) ? [...again(first), first, first, last, last] : [first, last];
  if (!isAttention(kernel)) return weights;
  const count = (items / tokens) * heads;
  const headSize = inner / heads;
  const scores = { count, rows: tokens, inner: headSize, columns: tokens };
  const mix = { count, rows: tokens, inner: tokens, columns: headSize };
  const ofHeads = isGradient(kernel) ? [scores, scores, ...again(mix), mix, mix, mix] : [scores, mix];
  return [...weights, ...ofHeads];
}

/** The matrix products that a node is or holds; none where it multiplies no matrices. */
export function matrixProductsIn(graph: Graph, node: GraphNode): MatrixProduct[] {
  const layer = fusedLayerOf(graph, node);
  if (layer !== null) return productsInside(layer);
  const product = matrixProductOf(graph, node);
  return product === null ? [] : [product];
}

/** Of all matrix products that a node is or holds, each multiplication and each addition counted as one. */
export function productFlopsIn(graph: Graph, node: GraphNode): number {
  return matrixProductsIn(graph, node).reduce((sum, product) => sum + flopsOf(product), 0);
}
