// Shapes with a symbolic batch: a program is recorded at two batch sizes, and each dimension must be the same in
// both or grow with the batch.

import type { Attributes, Graph, GraphNode, ValueInformation, ValueReference, ValueType } from '../graph.ts';

/** A fixed size, or so many times the batch. */
export type Dimension = number | { perBatch: number };

export interface SymbolicInformation {
  shape: Dimension[];
  type: ValueType;
}

/** Attributes that follow from the shapes, and so may differ between the recordings. */
const shapeAttributes: Readonly<Record<string, readonly string[]>> = { Reshape: ['shape'], Slice: ['size'] };

/** A recording whose shapes hold for any batch. */
export interface SymbolicGraph {
  /** The recording at the smaller batch, for everything but the shapes. */
  graph: Graph;
  informationOf(reference: ValueReference): SymbolicInformation;
}

/**
 * Joins the recordings of one program at two batch sizes.
 * @throws Error naming the node where they differ in more than the size of the batch
 */
export function joinRecordings(graphs: [Graph, Graph], batches: [number, number]): SymbolicGraph {
  const [graph, other] = graphs;
  if (graph.nodes.length !== other.nodes.length) {
    throw new Error(
      `batch ${batches[0]} takes ${graph.nodes.length} nodes, batch ${batches[1]} ${other.nodes.length}`,
    );
  }
  const information = graph.nodes.map((node, index) => {
    const otherNode = other.nodes[index] as GraphNode;
    const where = `node ${index} (${node.kind === 'kernel' ? node.kernel : node.kind})`;
    if (describe(node) !== describe(otherNode)) throw new Error(`${where} depends on the batch size`);
    return node.outputs.map((output, number) =>
      joinInformation(output, otherNode.outputs[number] as ValueInformation, batches, where),
    );
  });
  return {
    graph,
    informationOf: ({ node, output }) => {
      const found = information[node]?.[output];
      if (found === undefined) throw new Error(`no value ${node}:${output} in the graph`);
      return found;
    },
  };
}

/** Everything about a node that must not depend on the batch. */
function describe(node: GraphNode): string {
  const { inputs, kind, outputs } = node;
  const types = outputs.map(({ type }) => type);
  if (kind === 'kernel') {
    return JSON.stringify([kind, node.kernel, inputs, types, fixedAttributes(node.kernel, node.attributes)]);
  }
  if (kind === 'constant') return JSON.stringify([kind, types, Array.from(node.values)]);
  return JSON.stringify([kind, types, kind === 'fill' ? node.value : node.name]);
}

function fixedAttributes(kernel: string, attributes: Attributes): Attributes {
  const fromShapes = shapeAttributes[kernel] ?? [];
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !fromShapes.includes(name)));
}

function joinInformation(
  one: ValueInformation,
  other: ValueInformation,
  [batch, otherBatch]: [number, number],
  where: string,
): SymbolicInformation {
  const shape = one.shape.map((size, axis): Dimension => {
    const otherSize = other.shape[axis];
    if (otherSize === size) return size;
    const perBatch = size / batch;
    if (Number.isInteger(perBatch) && otherSize === perBatch * otherBatch) return { perBatch };
    throw new Error(
      `${where}: dimension ${axis} is ${size} at batch ${batch} and ${otherSize} at ${otherBatch}`,
    );
  });
  return { shape, type: one.type };
}

/** The sizes of a shape that has no symbolic dimension, else undefined. */
export function fixedShape(shape: Dimension[]): number[] | undefined {
  const sizes = shape.filter((size) => typeof size === 'number');
  return sizes.length === shape.length ? sizes : undefined;
}

export function sameDimension(one: Dimension | undefined, other: Dimension | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
