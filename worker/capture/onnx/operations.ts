// How each recorded kernel is written as ONNX nodes (operator sets 18 to 23).

import type { GraphNode, ValueInformation, ValueType } from '../graph.ts';
import { reductionAxes } from '../kernels.ts';
import { VALUE_AFTER } from '../value-after.ts';
import { type AttributeMessage, attributeTypes, typeNumbers } from './schema.ts';
import { type Dimension, fixedShape, type SymbolicInformation, sameDimension } from './shapes.ts';

type KernelNode = Extract<GraphNode, { kind: 'kernel' }>;

/** What an operation is written with; values are known by name. */
export interface EmissionContext {
  node: KernelNode;
  /** The inputs, transposed where `transposesOperand` says so. */
  inputs: string[];
  inputInformation: SymbolicInformation[];
  outputInformation: SymbolicInformation[];
  /** Adds a node and returns the names of its outputs. */
  add(op: string, inputs: string[], attributes?: AttributeMessage[], outputCount?: number): string[];
  /** An int64 vector as an initializer. */
  integers(values: number[]): string;
  /** An initializer of a small tensor. */
  constant(values: number[], information: ValueInformation): string;
}

/** Writes the nodes and returns the names of the kernel's outputs. */
type Emit = (context: EmissionContext) => string[];

const plain = (op: string): Emit => {
  return ({ add, inputs }) => add(op, inputs);
};
/** Reductions take their axes as an input since operator set 18. */
const reduction = (op: string): Emit => {
  return ({ add, inputs, integers, node, inputInformation: [x] }) => {
    // Only which axes there are matters here, and that does not depend on the batch.
    const sizes = shapeOf(x).map((size) => (typeof size === 'number' ? size : 1));
    const axes = reductionAxes(node.attributes, sizes);
    const operands = axes.length === 0 ? inputs : [...inputs, integers(axes)];
    return add(op, operands, [integer('keepdims', node.attributes.keepDims === true ? 1 : 0)]);
  };
};

/**
 * Kernels that only training needs (Atan2 and Log1p have no ONNX operator) are not in this table; a program that
 * calls one cannot be exported.
 */
export const operations: ReadonlyMap<string, Emit> = new Map<string, Emit>([
  ...['Abs', 'Exp', 'Log', 'Neg', 'Reciprocal', 'Relu', 'Sigmoid', 'Sign', 'Sqrt', 'Sub', 'Tanh', 'Add'].map(
    same,
  ),
  ...['Equal', 'Greater', 'Less'].map(same),
  ['Identity', ({ inputs }) => inputs],
  // A graph that keeps no activations has nothing to wait for.
  [VALUE_AFTER, ({ inputs }) => inputs.slice(0, 1)],
  ['GreaterEqual', plain('GreaterOrEqual')],
  ['LessEqual', plain('LessOrEqual')],
  ['LogicalAnd', plain('And')],
  ['LogicalOr', plain('Or')],
  ['LogicalNot', plain('Not')],
  ['Maximum', plain('Max')],
  ['Minimum', plain('Min')],
  ['Multiply', plain('Mul')],
  ['RealDiv', plain('Div')],
  ['NotEqual', ({ add, inputs }) => add('Not', add('Equal', inputs))],
  ['Rsqrt', ({ add, inputs }) => add('Reciprocal', add('Sqrt', inputs))],
  ['Square', ({ add, inputs: [x] }) => add('Mul', [x as string, x as string])],
  ['ZerosLike', emitZeros],
  ['Sum', reduction('ReduceSum')],
  ['Mean', reduction('ReduceMean')],
  ['Max', reduction('ReduceMax')],
  ['ArgMax', emitArgMax],
  ['Softmax', ({ add, inputs }) => add('Softmax', inputs, [integer('axis', -1)])],
  ['Cast', ({ add, inputs, outputInformation: [output] }) => add('Cast', inputs, [castTo(output?.type)])],
  ['Reshape', emitReshape],
  [
    'Transpose',
    ({ add, inputs, node }) => add('Transpose', inputs, [integers('perm', node.attributes.perm)]),
  ],
  ['BatchMatMul', plain('MatMul')],
  ['Concat', ({ add, inputs, node }) => add('Concat', inputs, [integer('axis', node.attributes.axis)])],
  ['Slice', emitSlice],
  ['SplitV', emitSplit],
  ['PadV2', emitPad],
  ['OneHot', emitOneHot],
  ['GatherV2', emitGather],
]);

/** Whether a kernel takes this operand with its last two axes exchanged; ONNX's MatMul cannot do that itself. */
export function transposesOperand({ kernel, attributes }: KernelNode, position: number): boolean {
  if (kernel !== 'BatchMatMul') return false;
  return (position === 0 ? attributes.transposeA : attributes.transposeB) === true;
}

function same(name: string): [string, Emit] {
  return [name, plain(name)];
}

function integer(name: string, value: unknown): AttributeMessage {
  return { name, type: attributeTypes.integer, i: value as number };
}

function integers(name: string, values: unknown): AttributeMessage {
  return { name, type: attributeTypes.integers, ints: values as number[] };
}

function castTo(type: ValueType = 'float32'): AttributeMessage {
  return integer('to', typeNumbers[type]);
}

function shapeOf(information: SymbolicInformation | undefined): Dimension[] {
  return information?.shape ?? [];
}

/** Multiplying by zero would keep infinities and NaN; a comparison with itself loses them too. */
function emitZeros({ add, inputs, inputInformation: [x] }: EmissionContext): string[] {
  if (x?.type === 'bool') return add('Xor', [...inputs, ...inputs]);
  const never = add('Less', [...inputs, ...inputs]);
  return add('Cast', never, [castTo(x?.type)]);
}

function emitArgMax({ add, inputs, node }: EmissionContext): string[] {
  const places = add('ArgMax', inputs, [integer('axis', node.attributes.axis), integer('keepdims', 0)]);
  return add('Cast', places, [castTo('int32')]);
}

/** One dimension may be left to the runtime (−1); others that grow with the batch must stay where they are (0). */
function emitReshape({
  add,
  inputs,
  integers: vector,
  inputInformation,
  outputInformation,
}: EmissionContext): string[] {
  const [from, to] = [shapeOf(inputInformation[0]), shapeOf(outputInformation[0])];
  const target = to.map((size, axis) => {
    if (typeof size === 'number') return size;
    return sameDimension(size, from[axis]) ? 0 : -1;
  });
  const free = target.filter((size) => size === -1).length;
  if (free > 1) throw new Error(`a reshape to ${JSON.stringify(to)} leaves more than one dimension open`);
  return add('Reshape', [...inputs, vector(target)]);
}

function emitSlice({
  add,
  inputs,
  node,
  integers: vector,
  inputInformation,
  outputInformation,
}: EmissionContext): string[] {
  const begin = node.attributes.begin as number[];
  const [from, to] = [shapeOf(inputInformation[0]), shapeOf(outputInformation[0])];
  const cut = from.flatMap((size, axis) => {
    const start = begin[axis] as number;
    const kept = to[axis] as Dimension;
    if (start === 0 && sameDimension(size, kept)) return [];
    if (typeof kept === 'number') return [{ axis, start, end: start + kept }];
    throw new Error(`a slice from ${start} of an axis that grows with the batch`);
  });
  if (cut.length === 0) return inputs;
  const starts = vector(cut.map(({ start }) => start));
  return add('Slice', [
    ...inputs,
    starts,
    vector(cut.map(({ end }) => end)),
    vector(cut.map(({ axis }) => axis)),
  ]);
}

function emitSplit({ add, inputs, node, integers: vector, outputInformation }: EmissionContext): string[] {
  const { axis } = node.attributes;
  const sizes = fixedShape(outputInformation.map(({ shape }) => shape.at(axis as number) as Dimension));
  if (sizes === undefined) throw new Error('a split of an axis that grows with the batch');
  return add('Split', [...inputs, vector(sizes)], [integer('axis', axis)], sizes.length);
}

function emitPad({
  add,
  inputs,
  node,
  integers: vector,
  constant,
  inputInformation: [x],
}: EmissionContext): string[] {
  const { paddings, constantValue } = node.attributes as {
    paddings: [number, number][];
    constantValue: number;
  };
  const amounts = [...paddings.map(([before]) => before), ...paddings.map(([, after]) => after)];
  return add('Pad', [
    ...inputs,
    vector(amounts),
    constant([constantValue], { shape: [], type: x?.type ?? 'float32' }),
  ]);
}

/** By comparison, since ONNX's OneHot counts negative indices from the end and tfjs's gives a row without a one. */
function emitOneHot(context: EmissionContext): string[] {
  const { add, inputs, integers: vector, constant, node, inputInformation, outputInformation } = context;
  const { depth, onValue, offValue } = node.attributes as Record<string, number>;
  const type = outputInformation[0]?.type ?? 'float32';
  const columns = add('Unsqueeze', [...inputs, vector([-1])]);
  const numbers = Array.from({ length: depth as number }, (_, index) => index);
  const classes = constant(numbers, { shape: [numbers.length], type: inputInformation[0]?.type ?? 'int32' });
  const hit = add('Equal', [...columns, classes]);
  const scalar = (value: number) => constant([value], { shape: [], type });
  return add('Where', [...hit, scalar(onValue ?? 1), scalar(offValue ?? 0)]);
}

function emitGather({ add, inputs, node }: EmissionContext): string[] {
  const { axis, batchDims } = node.attributes;
  if (axis !== 0 || (batchDims ?? 0) !== 0) throw new Error('only gathering of rows can be recorded');
  return add('Gather', inputs, [integer('axis', 0)]);
}
