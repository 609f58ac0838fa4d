// A graph for a fixed number of puzzles, for runtimes that want every shape known.

import { BATCH } from '../capture/onnx/emit.ts';
import type { GraphMessage, NodeMessage, ValueInfoMessage } from '../capture/onnx/schema.ts';

/** The graph with every dimension that is the batch, or a multiple of it, as a number. */
export function fixBatch(graph: GraphMessage, batch: number): GraphMessage {
  const fix = (value: ValueInfoMessage) => fixValue(value, batch);
  const node = graph.node.map((one) => fixBodies(one, batch));
  return { ...graph, node, input: graph.input.map(fix), output: graph.output.map(fix) };
}

/** The bodies of loops name their values too. */
function fixBodies(node: NodeMessage, batch: number): NodeMessage {
  if (!node.attribute.some(({ g }) => g !== undefined)) return node;
  const attribute = node.attribute.map((one) =>
    one.g === undefined ? one : { ...one, g: fixBatch(one.g, batch) },
  );
  return { ...node, attribute };
}

function fixValue(value: ValueInfoMessage, batch: number): ValueInfoMessage {
  const { elem_type, shape } = value.type.tensor_type;
  const dim = shape.dim.map((size) => {
    const factor = 'dim_param' in size ? factorOf(size.dim_param) : null;
    return factor === null ? size : { dim_value: factor * batch };
  });
  return { ...value, type: { tensor_type: { elem_type, shape: { dim } } } };
}

/** How often the batch a symbolic dimension is; null where it is something else. */
function factorOf(symbol: string): number | null {
  if (symbol === BATCH) return 1;
  const factor = symbol.endsWith(`*${BATCH}`) ? Number(symbol.slice(0, -BATCH.length - 1)) : Number.NaN;
  return Number.isInteger(factor) ? factor : null;
}
