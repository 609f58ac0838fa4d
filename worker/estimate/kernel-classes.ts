// Which operations take about as long as each other: the classes whose time a device's calibration measures.

import { fusedKernels } from '../capture/fused.ts';
import { type Graph, informationOf } from '../capture/graph.ts';
import { reductionAxes } from '../capture/kernels.ts';
import { sizeOf } from '../capture/program.ts';
import { isView } from './storage.ts';
import type { KernelNode } from './work.ts';

export const KERNEL_CLASSES = [
  'arithmetic',
  'broadcast',
  'division',
  'exponential',
  'arc tangent',
  'softmax',
  'row reduction',
  'column reduction',
  'transposition',
  'copy',
] as const;
export type KernelClass = (typeof KERNEL_CLASSES)[number];

const byKernel: Readonly<Record<string, KernelClass>> = {
  RealDiv: 'division',
  Reciprocal: 'division',
  Rsqrt: 'division',
  Sqrt: 'division',
  Exp: 'exponential',
  Log: 'exponential',
  Log1p: 'exponential',
  Sigmoid: 'exponential',
  Tanh: 'exponential',
  Atan2: 'arc tangent',
  Softmax: 'softmax',
  Transpose: 'transposition',
  Concat: 'copy',
  GatherV2: 'copy',
  OneHot: 'copy',
  PadV2: 'copy',
  Slice: 'copy',
  SplitV: 'copy',
};

const reductions: ReadonlySet<string> = new Set(['ArgMax', 'Max', 'Mean', 'Sum']);
const withTwoOperands: ReadonlySet<string> = new Set([
  'Add',
  'Maximum',
  'Minimum',
  'Multiply',
  'RealDiv',
  'Sub',
]);

/** The class of an operation, or null where it costs nothing (a view), is a matrix product or a fused layer. */
export function kernelClassOf(graph: Graph, node: KernelNode): KernelClass | null {
  if (node.kernel === 'BatchMatMul' || node.kernel in fusedKernels || isView(graph, node)) return null;
  const shapes = node.inputs.map((reference) => informationOf(graph, reference).shape);
  const [first = [], second = []] = shapes;
  if (reductions.has(node.kernel)) {
    const axes = reductionAxes(node.attributes, first);
    return axes.includes(first.length - 1) ? 'row reduction' : 'column reduction';
  }
  const sizes = [sizeOf(first), sizeOf(second)];
  // A scalar operand costs nothing more than none.
  const broadcasts = withTwoOperands.has(node.kernel) && sizes[0] !== sizes[1] && Math.min(...sizes) > 1;
  return byKernel[node.kernel] ?? (broadcasts ? 'broadcast' : 'arithmetic');
}
