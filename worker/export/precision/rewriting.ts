// What the precisions share: which weights of a graph they change, and the new graph that is put together from the old.

import {
  type AttributeMessage,
  type GraphMessage,
  type NodeMessage,
  type TensorMessage,
  typeNumbers,
} from '../../capture/onnx/schema.ts';
import type { Matrix } from './quantise.ts';

/** Smaller tensors are left alone: nothing is gained by them. */
const FEWEST_VALUES = 256;

/** Heads and token table stay as they are: they are small, and every answer passes through them. */
const keptWeights = /^model\.inner\.(lm_head|q_head|embed_tokens)\./;

/** A product with a weight of two dimensions, on either side. */
export interface WeightProduct {
  node: NodeMessage;
  weight: TensorMessage;
  /** Whether the weight is the left operand. */
  left: boolean;
  /** The name of the other operand. */
  input: string;
}

/** Rows that are taken from a table. */
export interface TableLookup {
  node: NodeMessage;
  table: TensorMessage;
  /** The name of the rows' numbers. */
  indices: string;
}

/** A new graph in the making. */
export interface Rewriting {
  /** Nodes before all others, for what rests on weights alone. */
  prelude(key: string, make: () => NodeMessage): void;
  /** An initializer; the same name is written once. Returns the name. */
  initializer(name: string, dims: number[], type: keyof typeof typeNumbers, content: ArrayBufferView): string;
  /** Nodes that are written once for each key, in front of the first node that asks. */
  once(key: string, make: () => NodeMessage[]): NodeMessage[];
}

/** How a precision writes what uses a weight; undefined leaves it as it is. */
export interface Rewriter {
  product?(product: WeightProduct, rewriting: Rewriting): NodeMessage[] | undefined;
  lookup?(lookup: TableLookup, rewriting: Rewriting): NodeMessage[] | undefined;
}

/** The graph with its large weights written anew; weights that nothing uses any more are left out. */
export function rewriteWeights(graph: GraphMessage, rewriter: Rewriter): GraphMessage {
  const weights = new Map(graph.initializer.filter(isLargeWeight).map((tensor) => [tensor.name, tensor]));
  const preludes = new Map<string, NodeMessage>();
  const initializers = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
  const written = new Set<string>();
  const rewriting: Rewriting = {
    prelude(key, make) {
      if (!preludes.has(key)) preludes.set(key, make());
    },
    initializer(name, dims, type, content) {
      if (!initializers.has(name)) {
        initializers.set(name, { name, dims, data_type: typeNumbers[type], raw_data: bytesOf(content) });
      }
      return name;
    },
    once(key, make) {
      if (written.has(key)) return [];
      written.add(key);
      return make();
    },
  };
  const body = graph.node.flatMap((node) => rewriteNode(node, weights, rewriter, rewriting) ?? [node]);
  const node = [...preludes.values(), ...body];
  const used = new Set(node.flatMap(({ input }) => input));
  // What a prelude makes takes the place of the weight of that name.
  const made = new Set([...preludes.values()].flatMap(({ output }) => output));
  const kept = [...initializers.values()].filter(({ name }) => used.has(name) && !made.has(name));
  return { ...graph, node, initializer: kept };
}

function rewriteNode(
  node: NodeMessage,
  weights: Map<string, TensorMessage>,
  rewriter: Rewriter,
  rewriting: Rewriting,
): NodeMessage[] | undefined {
  const [first = '', second = ''] = node.input;
  if (node.op_type === 'MatMul') {
    const [left, right] = [weights.get(first), weights.get(second)];
    if (left !== undefined)
      return rewriter.product?.({ node, weight: left, left: true, input: second }, rewriting);
    if (right === undefined) return undefined;
    return rewriter.product?.({ node, weight: right, left: false, input: first }, rewriting);
  }
  if (node.op_type !== 'Gather') return undefined;
  const table = weights.get(first);
  return table && rewriter.lookup?.({ node, table, indices: second }, rewriting);
}

function isLargeWeight({ name, dims, data_type }: TensorMessage): boolean {
  const [rows = 0, columns = 0] = dims;
  const isMatrix = dims.length === 2 && data_type === typeNumbers.float32;
  return isMatrix && rows * columns >= FEWEST_VALUES && !keptWeights.test(name);
}

/** What is made of a weight, made once for all products that it is in. */
export function oncePerWeight<Made>(
  make: (product: WeightProduct, rewriting: Rewriting) => Made,
): (product: WeightProduct, rewriting: Rewriting) => Made {
  const known = new Map<string, Made>();
  return (product, rewriting) => {
    const key = `${product.left ? 'left' : 'right'} ${product.weight.name}`;
    const made = known.get(key) ?? make(product, rewriting);
    known.set(key, made);
    return made;
  };
}

/** The values of a float32 weight of two dimensions. */
export function matrixOf({ dims: [rows = 0, columns = 0], raw_data }: TensorMessage): Matrix {
  // A copy, since the bytes may lie at any offset.
  return { values: new Float32Array(raw_data.slice().buffer), rows, columns };
}

export function transposed({ values, rows, columns }: Matrix): Matrix {
  const exchanged = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      exchanged[column * rows + row] = values[row * columns + column] as number;
    }
  }
  return { values: exchanged, rows: columns, columns: rows };
}

/** A node, named after its first output. */
export function nodeOf(
  op: string,
  input: string[],
  output: string[],
  attribute: AttributeMessage[] = [],
): NodeMessage {
  return { name: `${output[0]}/${op}`, op_type: op, input, output, attribute };
}

/** The name of the one value that a node makes. */
export function outputOf({ output: [name = ''] }: NodeMessage): string {
  return name;
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
