// Graphs made by hand, small enough to know what they need.

import type { Graph, GraphNode, ValueInformation } from '../../../worker/capture/graph.ts';

/** A float32 vector of so many kB (1,024 bytes). */
export function kilobytes(count: number): ValueInformation {
  return { shape: [256 * count], type: 'float32' };
}

export function input(name: string, information: ValueInformation): GraphNode {
  return { kind: 'input', name, inputs: [], outputs: [information] };
}

export function state(name: string, information: ValueInformation): GraphNode {
  return { kind: 'state', name, inputs: [], outputs: [information] };
}

/** A kernel call on the first outputs of other nodes. */
export function kernel(
  name: string,
  inputs: number[],
  output: ValueInformation,
  attributes: Record<string, boolean | number | number[]> = {},
): GraphNode {
  return {
    kind: 'kernel',
    kernel: name,
    attributes,
    inputs: inputs.map((node) => ({ node, output: 0 })),
    outputs: [output],
  };
}

/** A graph of these nodes whose outputs and new state are the first outputs of the numbered nodes. */
export function graphOf(
  nodes: GraphNode[],
  results: { outputs?: Record<string, number>; state?: Record<string, number> },
): Graph {
  const references = (named: Record<string, number> = {}) =>
    Object.fromEntries(Object.entries(named).map(([name, node]) => [name, { node, output: 0 }]));
  const specifications = (kind: 'state' | 'input') =>
    Object.fromEntries(
      nodes.flatMap((node) =>
        node.kind === kind
          ? [[node.name, { shape: node.outputs[0]?.shape ?? [], type: 'float32' as const }]]
          : [],
      ),
    );
  return {
    nodes,
    stateSpecifications: specifications('state'),
    inputSpecifications: specifications('input'),
    state: references(results.state),
    rowUpdates: {},
    outputs: references(results.outputs),
  };
}
