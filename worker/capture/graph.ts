// What recording a program yields: its kernel calls in order, each with its inputs, attributes and output
// shapes. Emitters turn it into a TensorFlow or an ONNX graph.

import type { TensorSpecification } from './program.ts';

export type ValueType = 'float32' | 'int32' | 'bool';

/** A tensor of the graph: output number `output` of node number `node`. */
export interface ValueReference {
  node: number;
  output: number;
}

export interface ValueInformation {
  shape: number[];
  type: ValueType;
}

export type AttributeValue = string | number | boolean | null | undefined | AttributeValue[];
export type Attributes = Record<string, AttributeValue>;

/** `Kernel` is the name of a tfjs kernel; the others have no inputs. */
export type GraphNode = {
  inputs: ValueReference[];
  outputs: ValueInformation[];
  /** What part of the program it belongs to (labels.ts); absent where nothing says so. */
  label?: string;
} /** `fullPrecision`: the program wants it in float32 whatever the rest is computed in. */ & (
  | { kind: 'kernel'; kernel: string; attributes: Attributes; fullPrecision?: true }
  | { kind: 'constant'; values: ArrayLike<number> }
  /** A constant of one repeated value, kept as such. */
  | { kind: 'fill'; value: number }
  | { kind: 'state'; name: string }
  | { kind: 'input'; name: string }
);

export interface Graph {
  nodes: GraphNode[];
  stateSpecifications: Record<string, TensorSpecification>;
  inputSpecifications: Record<string, TensorSpecification>;
  /** New values of the state that changes whole. */
  state: Record<string, ValueReference>;
  rowUpdates: Record<string, { indices: ValueReference; rows: ValueReference }>;
  outputs: Record<string, ValueReference>;
}

/** The shape and type of a value. */
export function informationOf(graph: Graph, { node, output }: ValueReference): ValueInformation {
  const information = graph.nodes[node]?.outputs[output];
  if (information === undefined) throw new Error(`no value ${node}:${output} in the graph`);
  return information;
}
