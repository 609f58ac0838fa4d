// How each recorded kernel is written as TensorFlow operations.

import type { Attributes, GraphNode } from '../graph.ts';
import { reductionAxes, sliceSizes, splitSizes } from '../kernels.ts';
import { VALUE_AFTER } from '../value-after.ts';
import { type AttributeMessage, type EmittedType, typeNumbers } from './schema.ts';

type KernelNode = Extract<GraphNode, { kind: 'kernel' }>;

/** A TensorFlow operation: its name, its inputs by reference, its attributes. */
export interface Operation {
  op: string;
  inputs: string[];
  attributes: Record<string, AttributeMessage>;
}

/** A value as it is in the emitted graph. */
export interface EmittedInformation {
  shape: number[];
  type: EmittedType;
}

export interface EmissionContext {
  node: KernelNode;
  inputs: string[];
  inputInformation: EmittedInformation[];
  outputType: EmittedType;
  /** Makes (or reuses) a constant of whole numbers and returns its reference. */
  integers(values: number[], shape?: number[]): string;
  /** Makes (or reuses) a scalar of the type. */
  scalar(value: number, type: EmittedType): string;
}

type Emit = (context: EmissionContext) => Operation;

const typed = (op: string, attribute = 'T'): Emit => {
  return ({ inputs, inputInformation }) => ({
    op,
    inputs,
    attributes: { [attribute]: typeOf(inputInformation[0]) },
  });
};
const untyped = (op: string): Emit => {
  return ({ inputs }) => ({ op, inputs, attributes: {} });
};
/** An operation whose further operands are whole numbers that the recording knows. */
const withIntegers = (
  op: string,
  indexAttribute: string,
  operand: (context: EmissionContext) => number[],
): Emit => {
  return (context) => ({
    op,
    inputs: [...context.inputs, context.integers(operand(context))],
    attributes: { T: typeOf(context.inputInformation[0]), [indexAttribute]: { type: typeNumbers.int32 } },
  });
};
const reduction = (op: string): Emit => {
  return (context) => {
    const { attributes } = context.node;
    const axes = reductionAxes(attributes, shapeOf(context, 0));
    const operation = withIntegers(op, 'Tidx', () => axes)(context);
    return {
      ...operation,
      attributes: { ...operation.attributes, keep_dims: { b: attributes.keepDims === true } },
    };
  };
};

export const operations: ReadonlyMap<string, Emit> = new Map<string, Emit>([
  ...['Abs', 'Exp', 'Identity', 'Log', 'Log1p', 'Neg', 'Reciprocal', 'Relu', 'Rsqrt', 'Sigmoid'].map(same),
  ...[
    'Sign',
    'Sqrt',
    'Square',
    'Tanh',
    'ZerosLike',
    'Softmax',
    'Atan2',
    'Maximum',
    'Minimum',
    'RealDiv',
    'Sub',
  ].map(same),
  ...['Equal', 'Greater', 'GreaterEqual', 'Less', 'LessEqual', 'NotEqual'].map(same),
  ['Add', typed('AddV2')],
  ['Multiply', typed('Mul')],
  ['LogicalAnd', untyped('LogicalAnd')],
  ['LogicalOr', untyped('LogicalOr')],
  ['LogicalNot', untyped('LogicalNot')],
  ['Sum', reduction('Sum')],
  ['Mean', reduction('Mean')],
  ['Max', reduction('Max')],
  ['Cast', emitCast],
  ['ArgMax', emitArgMax],
  ['Reshape', withIntegers('Reshape', 'Tshape', ({ node }) => shapeOfOutput(node))],
  ['Transpose', withIntegers('Transpose', 'Tperm', ({ node }) => node.attributes.perm as number[])],
  ['BatchMatMul', emitMatrixProduct],
  ['Concat', emitConcat],
  ['Slice', emitSlice],
  // Waiting is a control edge; in a function for XLA the clustering makes a barrier of it.
  [VALUE_AFTER, typed('Identity')],
  ...fusedOperations(),
  ['SplitV', emitSplit],
  ['PadV2', emitPad],
  ['OneHot', emitOneHot],
  ['GatherV2', emitGather],
]);

function same(name: string): [string, Emit] {
  return [name, typed(name)];
}

function typeOf(information: EmittedInformation | undefined): AttributeMessage {
  if (information === undefined) throw new Error('an operation without inputs has no type');
  return { type: typeNumbers[information.type] };
}

function shapeOf(context: EmissionContext, input: number): number[] {
  return context.inputInformation[input]?.shape ?? [];
}

function shapeOfOutput(node: KernelNode): number[] {
  return node.outputs[0]?.shape ?? [];
}

function axisOf(attributes: Attributes, rank: number): number {
  return ((attributes.axis as number) + rank) % rank;
}

function emitCast({ inputs, inputInformation, outputType }: EmissionContext): Operation {
  const DstT = { type: typeNumbers[outputType] };
  return {
    op: 'Cast',
    inputs,
    attributes: { SrcT: typeOf(inputInformation[0]), DstT, Truncate: { b: false } },
  };
}

function emitArgMax(context: EmissionContext): Operation {
  const operation = withIntegers('ArgMax', 'Tidx', () => [])(context);
  const axis = context.scalar(axisOf(context.node.attributes, shapeOf(context, 0).length), 'int32');
  return {
    ...operation,
    inputs: [...context.inputs, axis],
    attributes: { ...operation.attributes, output_type: { type: typeNumbers.int32 } },
  };
}

function emitMatrixProduct(context: EmissionContext): Operation {
  const { transposeA, transposeB } = context.node.attributes;
  const [left, right] = [{ b: transposeA === true }, { b: transposeB === true }];
  const T = typeOf(context.inputInformation[0]);
  if (shapeOf(context, 0).length === 2) {
    return { op: 'MatMul', inputs: context.inputs, attributes: { T, transpose_a: left, transpose_b: right } };
  }
  return { op: 'BatchMatMulV2', inputs: context.inputs, attributes: { T, adj_x: left, adj_y: right } };
}

function emitConcat(context: EmissionContext): Operation {
  const axis = context.scalar(axisOf(context.node.attributes, shapeOf(context, 0).length), 'int32');
  return {
    op: 'ConcatV2',
    inputs: [...context.inputs, axis],
    attributes: {
      T: typeOf(context.inputInformation[0]),
      Tidx: { type: typeNumbers.int32 },
      N: { i: context.inputs.length },
    },
  };
}

function emitSlice(context: EmissionContext): Operation {
  const { begin, size } = context.node.attributes as { begin: number[]; size: number[] };
  const sizes = sliceSizes(shapeOf(context, 0), begin, size);
  return {
    op: 'Slice',
    inputs: [...context.inputs, context.integers(begin), context.integers(sizes)],
    attributes: { T: typeOf(context.inputInformation[0]), Index: { type: typeNumbers.int32 } },
  };
}

/** The operations of our native addon (worker/native/kernels.cc). */
function fusedOperations(): [string, Emit][] {
  const attributesOf: Readonly<Record<string, (attributes: Attributes) => Operation['attributes']>> = {
    Swiglu: ({ featuresFirst, keeps }) => ({
      features_first: { b: featuresFirst === true },
      keeps: { b: keeps === true },
    }),
    Attention: ({ heads, tokens, rotary, keeps }) => ({
      heads: { i: heads as number },
      tokens: { i: tokens as number },
      rotary: { b: rotary === true },
      keeps: { b: keeps === true },
    }),
  };
  return Object.entries(attributesOf).flatMap(([layer, attributes]) =>
    ['', 'Gradient'].map((suffix): [string, Emit] => [
      `${layer}Layer${suffix}`,
      ({ inputs, node }) => ({ op: `Trm${layer}${suffix}`, inputs, attributes: attributes(node.attributes) }),
    ]),
  );
}

function emitSplit(context: EmissionContext): Operation {
  const { attributes } = context.node;
  const shape = shapeOf(context, 0);
  const axis = axisOf(attributes, shape.length);
  const sizes = splitSizes(shape, attributes.numOrSizeSplits as number | number[], axis);
  return {
    op: 'SplitV',
    inputs: [...context.inputs, context.integers(sizes), context.scalar(axis, 'int32')],
    attributes: {
      T: typeOf(context.inputInformation[0]),
      Tlen: { type: typeNumbers.int32 },
      num_split: { i: sizes.length },
    },
  };
}

function emitPad(context: EmissionContext): Operation {
  const { paddings, constantValue } = context.node.attributes as {
    paddings: number[][];
    constantValue: number;
  };
  const type = context.inputInformation[0]?.type ?? 'float32';
  return {
    op: 'PadV2',
    inputs: [
      ...context.inputs,
      context.integers(paddings.flat(), [paddings.length, 2]),
      context.scalar(constantValue, type),
    ],
    attributes: { T: typeOf(context.inputInformation[0]), Tpaddings: { type: typeNumbers.int32 } },
  };
}

function emitOneHot(context: EmissionContext): Operation {
  const { depth, onValue, offValue } = context.node.attributes as Record<string, number>;
  const type = context.node.outputs[0]?.type ?? 'float32';
  return {
    op: 'OneHot',
    inputs: [
      ...context.inputs,
      context.scalar(depth as number, 'int32'),
      context.scalar(onValue ?? 1, type),
      context.scalar(offValue ?? 0, type),
    ],
    attributes: { T: typeOf(context.node.outputs[0]), TI: { type: typeNumbers.int32 }, axis: { i: -1 } },
  };
}

function emitGather(context: EmissionContext): Operation {
  const { axis, batchDims } = context.node.attributes;
  if (axis !== 0 || (batchDims ?? 0) !== 0) throw new Error('only gathering of rows can be recorded');
  return {
    op: 'GatherV2',
    inputs: [...context.inputs, context.scalar(0, 'int32')],
    attributes: {
      Tparams: typeOf(context.inputInformation[0]),
      Tindices: typeOf(context.inputInformation[1]),
      Taxis: { type: typeNumbers.int32 },
    },
  };
}
