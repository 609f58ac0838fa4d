// The work in one recorded operation: floating-point operations of a matrix product, elements of anything else, and
// the bytes that it reads and writes.

import { type Graph, type GraphNode, informationOf, type ValueInformation } from '../capture/graph.ts';
import { sizeOf } from '../capture/program.ts';

export type KernelNode = Extract<GraphNode, { kind: 'kernel' }>;

/** A matrix product, [rows, inner] × [inner, columns], `count` times. */
export interface MatrixProduct {
  count: number;
  rows: number;
  inner: number;
  columns: number;
}

/** Bytes of a tensor in TensorFlow's memory. */
export function bytesOf({ shape, type }: ValueInformation): number {
  return sizeOf(shape) * (type === 'bool' ? 1 : 4);
}

/** The matrix product that a node is, or null. */
export function matrixProductOf(graph: Graph, node: GraphNode): MatrixProduct | null {
  if (node.kind !== 'kernel' || node.kernel !== 'BatchMatMul') return null;
  const [left] = node.inputs.map((reference) => informationOf(graph, reference).shape);
  const output = (node.outputs[0] as ValueInformation).shape;
  return {
    count: sizeOf(output.slice(0, -2)),
    rows: output.at(-2) as number,
    inner: left?.at(node.attributes.transposeA === true ? -2 : -1) as number,
    columns: output.at(-1) as number,
  };
}

/** Multiplications and additions, each counted as one. */
export function flopsOf({ count, rows, inner, columns }: MatrixProduct): number {
  return 2 * count * rows * inner * columns;
}

/** The largest tensor that an operation touches, which decides how long an element-wise one or a reduction takes. */
export function elementsOf(graph: Graph, node: KernelNode): number {
  const sizes = [...node.inputs.map((reference) => informationOf(graph, reference)), ...node.outputs];
  return Math.max(...sizes.map(({ shape }) => sizeOf(shape)));
}

/** Bytes read and written, as far as caches do not help. */
export function bytesMoved(graph: Graph, node: KernelNode): number {
  const read = node.inputs.reduce((sum, reference) => sum + bytesOf(informationOf(graph, reference)), 0);
  return node.outputs.reduce((sum, output) => sum + bytesOf(output), read);
}
