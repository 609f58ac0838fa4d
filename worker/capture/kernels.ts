// The tfjs kernels that can be recorded: for each, the order of its inputs and the shapes and types of its
// outputs. A kernel that is not in this table ends the recording with its name.

import * as tf from '@tensorflow/tfjs-core';
import { type FusedKernelName, fusedKernels, keptByAttention, keptBySwiglu } from './fused.ts';
import type { Attributes, ValueInformation } from './graph.ts';
import { sizeOf } from './program.ts';
import { VALUE_AFTER } from './value-after.ts';

type Infer = (inputs: ValueInformation[], attributes: Attributes) => ValueInformation[];

export interface RecordedKernel {
  /** Names of the inputs in order; `list` takes however many there are. */
  inputs: string[] | 'list';
  infer: Infer;
}

const sameAsFirst: Infer = ([x]) => [{ shape: value(x).shape, type: value(x).type }];
const broadcast: Infer = ([a, b]) => [{ shape: broadcastShape(value(a), value(b)), type: value(a).type }];
const comparison: Infer = ([a, b]) => [{ shape: broadcastShape(value(a), value(b)), type: 'bool' }];
const reduction: Infer = ([x], attributes) => {
  const { shape, type } = value(x);
  return [
    { shape: reducedShape(shape, reductionAxes(attributes, shape), attributes.keepDims === true), type },
  ];
};

function unary(...names: string[]): [string, RecordedKernel][] {
  return names.map((name) => [name, { inputs: ['x'], infer: sameAsFirst }]);
}

function binary(infer: Infer, ...names: string[]): [string, RecordedKernel][] {
  return names.map((name) => [name, { inputs: ['a', 'b'], infer }]);
}

export const recordedKernels: ReadonlyMap<string, RecordedKernel> = new Map<string, RecordedKernel>([
  ...unary('Abs', 'Exp', 'Identity', 'Log', 'Log1p', 'LogicalNot', 'Neg', 'Reciprocal', 'Relu', 'Rsqrt'),
  ...unary('Sigmoid', 'Sign', 'Sqrt', 'Square', 'Tanh', 'ZerosLike'),
  ...binary(
    broadcast,
    'Add',
    'Atan2',
    'LogicalAnd',
    'LogicalOr',
    'Maximum',
    'Minimum',
    'Multiply',
    'RealDiv',
    'Sub',
  ),
  ...binary(comparison, 'Equal', 'Greater', 'GreaterEqual', 'Less', 'LessEqual', 'NotEqual'),
  ['Sum', { inputs: ['x'], infer: reduction }],
  ['Mean', { inputs: ['x'], infer: reduction }],
  ['Max', { inputs: ['x'], infer: reduction }],
  [
    'ArgMax',
    {
      inputs: ['x'],
      infer: ([x], attributes) => {
        const { shape } = value(x);
        return [{ shape: reducedShape(shape, reductionAxes(attributes, shape), false), type: 'int32' }];
      },
    },
  ],
  ['Softmax', { inputs: ['logits'], infer: sameAsFirst }],
  ['Cast', { inputs: ['x'], infer: ([x], { dtype }) => [{ shape: value(x).shape, type: valueType(dtype) }] }],
  [
    'Reshape',
    {
      inputs: ['x'],
      infer: ([x], { shape }) => [
        {
          shape: tf.util.inferFromImplicitShape(shape as number[], sizeOf(value(x).shape)),
          type: value(x).type,
        },
      ],
    },
  ],
  [
    'Transpose',
    {
      inputs: ['x'],
      infer: ([x], { perm }) => [
        { shape: (perm as number[]).map((axis) => value(x).shape[axis] as number), type: value(x).type },
      ],
    },
  ],
  ['BatchMatMul', { inputs: ['a', 'b'], infer: matrixProduct }],
  ['Concat', { inputs: 'list', infer: concatenation }],
  [
    'Slice',
    {
      inputs: ['x'],
      infer: ([x], { begin, size }) => [
        { shape: sliceSizes(value(x).shape, begin as number[], size as number[]), type: value(x).type },
      ],
    },
  ],
  ['SplitV', { inputs: ['x'], infer: splitting }],
  [
    'PadV2',
    {
      inputs: ['x'],
      infer: ([x], { paddings }) => [
        {
          shape: value(x).shape.map((size, axis) => {
            const [before, after] = (paddings as [number, number][])[axis] as [number, number];
            return size + before + after;
          }),
          type: value(x).type,
        },
      ],
    },
  ],
  [
    'OneHot',
    {
      inputs: ['indices'],
      infer: ([indices], { depth, dtype }) => [
        { shape: [...value(indices).shape, depth as number], type: valueType(dtype) },
      ],
    },
  ],
  [
    'GatherV2',
    {
      inputs: ['x', 'indices'],
      infer: ([x, indices]) => [
        { shape: [...value(indices).shape, ...value(x).shape.slice(1)], type: value(x).type },
      ],
    },
  ],
  [VALUE_AFTER, { inputs: ['x', 'awaited'], infer: sameAsFirst }],
  fused('SwigluLayer', ([x, gateUp], { featuresFirst, keeps }) => {
    const [items, [joined]] = [value(x).shape[featuresFirst === true ? 1 : 0] as number, value(gateUp).shape];
    return layerOutputs(value(x), items, keeps === true ? keptBySwiglu(items, joined as number) : 0);
  }),
  fused('SwigluLayerGradient', ([x, gateUp, down]) => [value(x), value(gateUp), value(down)]),
  fused('AttentionLayer', ([x, , output], { keeps }) => {
    const [items, [, width]] = [value(x).shape[0] as number, value(output).shape];
    return layerOutputs(value(x), items, keeps === true ? keptByAttention(items, width as number) : 0);
  }),
  fused('AttentionLayerGradient', ([x, queryKeyValue, output]) => [
    value(x),
    value(queryKeyValue),
    value(output),
  ]),
]);

function fused(name: FusedKernelName, infer: Infer): [string, RecordedKernel] {
  return [name, { inputs: [...fusedKernels[name]], infer }];
}

/** A layer's output, its norm's factor for each item, and so many numbers that its gradient gets. */
function layerOutputs({ shape, type }: ValueInformation, items: number, kept: number): ValueInformation[] {
  return [
    { shape, type },
    { shape: [items], type },
    { shape: [kept], type },
  ];
}

function value(information: ValueInformation | undefined): ValueInformation {
  if (information === undefined) throw new Error('a kernel was called with too few inputs');
  return information;
}

function valueType(dtype: unknown): ValueInformation['type'] {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype;
  throw new Error(`tensors of type ${String(dtype)} cannot be recorded`);
}

function broadcastShape(a: ValueInformation, b: ValueInformation): number[] {
  return tf.broadcast_util.assertAndGetBroadcastShape(a.shape, b.shape);
}

/** The axes of a reduction, all where none is named; tfjs names them differently for a maximum. */
export function reductionAxes({ axis, reductionIndices }: Attributes, shape: number[]): number[] {
  const named = axis ?? reductionIndices;
  if (named === undefined || named === null) return shape.map((_, index) => index);
  return tf.util.parseAxisParam(named as number | number[], shape);
}

function reducedShape(shape: number[], axes: number[], keepDimensions: boolean): number[] {
  if (keepDimensions) return shape.map((size, index) => (axes.includes(index) ? 1 : size));
  return shape.filter((_, index) => !axes.includes(index));
}

function matrixProduct(
  [a, b]: ValueInformation[],
  { transposeA, transposeB }: Attributes,
): ValueInformation[] {
  const [left, right] = [value(a).shape, value(b).shape];
  const rows = left.at(transposeA === true ? -1 : -2) as number;
  const columns = right.at(transposeB === true ? -2 : -1) as number;
  const outer = tf.broadcast_util.assertAndGetBroadcastShape(left.slice(0, -2), right.slice(0, -2));
  return [{ shape: [...outer, rows, columns], type: 'float32' }];
}

function concatenation(inputs: ValueInformation[], { axis }: Attributes): ValueInformation[] {
  const first = value(inputs[0]);
  const along = tf.util.parseAxisParam(axis as number, first.shape)[0] as number;
  const shape = [...first.shape];
  shape[along] = inputs.reduce((total, input) => total + (input.shape[along] as number), 0);
  return [{ shape, type: first.type }];
}

/** The sizes of a slice, −1 meaning all that follows. */
export function sliceSizes(shape: number[], begin: number[], size: number[]): number[] {
  return shape.map((length, axis) => {
    const wanted = size[axis] as number;
    return wanted === -1 ? length - (begin[axis] as number) : wanted;
  });
}

function splitting([x]: ValueInformation[], { numOrSizeSplits, axis }: Attributes): ValueInformation[] {
  const { shape, type } = value(x);
  const along = tf.util.parseAxisParam(axis as number, shape)[0] as number;
  const sizes = splitSizes(shape, numOrSizeSplits as number | number[], along);
  return sizes.map((size) => ({ shape: shape.with(along, size), type }));
}

/** The sizes of the parts of a split into equal parts or given sizes. */
export function splitSizes(shape: number[], partsOrSizes: number | number[], axis: number): number[] {
  if (Array.isArray(partsOrSizes)) return partsOrSizes;
  return new Array<number>(partsOrSizes).fill((shape[axis] as number) / partsOrSizes);
}
