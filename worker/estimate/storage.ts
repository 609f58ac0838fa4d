// Where TensorFlow puts the outputs of an operation: into memory of their own, into that of an input which nobody
// needs any more, or nowhere, where the output is a view of its input.

import { type Graph, informationOf } from '../capture/graph.ts';
import { sliceSizes } from '../capture/kernels.ts';
import { VALUE_AFTER } from '../capture/value-after.ts';
import type { KernelNode } from './work.ts';

/**
 * Element-wise kernels that write over an input of equal size and type when it is their last reader
 * (TensorFlow's forward_input_or_allocate_output).
 */
const overwriting: ReadonlySet<string> = new Set([
  ...['Abs', 'Exp', 'Log', 'Log1p', 'LogicalNot', 'Neg', 'Reciprocal', 'Relu', 'Rsqrt', 'Sigmoid', 'Sign'],
  ...['Softmax', 'Sqrt', 'Square', 'Tanh', 'Add', 'Atan2', 'LogicalAnd', 'LogicalOr', 'Maximum', 'Minimum'],
  ...['Multiply', 'RealDiv', 'Sub'],
]);

export function mayOverwriteInput({ kernel }: KernelNode): boolean {
  return overwriting.has(kernel);
}

/** Whether the outputs share the first input's memory: reshapes, and parts along the first axis. */
export function isView(graph: Graph, { kernel, attributes, inputs }: KernelNode): boolean {
  if (kernel === 'Reshape' || kernel === 'Identity' || kernel === VALUE_AFTER) return true;
  if (kernel === 'SplitV') return attributes.axis === 0;
  const [input] = inputs;
  if (kernel !== 'Slice' || input === undefined) return false;
  const { shape } = informationOf(graph, input);
  const sizes = sliceSizes(shape, attributes.begin as number[], attributes.size as number[]);
  return sizes.every((size, axis) => axis === 0 || size === shape[axis]);
}
