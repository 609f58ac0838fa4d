// Small programs that together call every kernel that can be recorded, each for any batch size.

import * as tf from '@tensorflow/tfjs-core';
import { createRandom } from '../../../common/random.ts';
import {
  type NamedArrays,
  type NamedTensors,
  type Program,
  sizeOf,
  type TensorSpecification,
} from '../../../worker/capture/program.ts';
import { valueAfter } from '../../../worker/capture/value-after.ts';

/** A shape with the batch as a function of its size. */
type ShapeOf = (batch: number) => number[];

interface CaseInput {
  shape: ShapeOf;
  type: 'float32' | 'int32';
}

export interface KernelCase {
  /** The kernel that the program is there to call. */
  kernel: string;
  inputs: Record<string, CaseInput>;
  run(tensors: Record<string, tf.Tensor>): tf.Tensor | tf.Tensor[];
}

const matrix: ShapeOf = (batch) => [batch, 4];
const cube: ShapeOf = (batch) => [batch, 3, 4];
const floats = (shape: ShapeOf): CaseInput => ({ shape, type: 'float32' });
const integers = (shape: ShapeOf): CaseInput => ({ shape, type: 'int32' });

type One = (x: tf.Tensor) => tf.Tensor | tf.Tensor[];
type Two = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor | tf.Tensor[];

function unary(kernel: string, run: One, input = floats(matrix)): KernelCase {
  return { kernel, inputs: { x: input }, run: ({ x }) => run(x as tf.Tensor) };
}

function binary(kernel: string, run: Two, a = floats(cube), b = floats(() => [3, 1])): KernelCase {
  return {
    kernel,
    inputs: { a, b },
    run: ({ a: first, b: second }) => run(first as tf.Tensor, second as tf.Tensor),
  };
}

/** Away from zero and negative numbers, for roots, logarithms and quotients. */
const positive = (x: tf.Tensor) => tf.add(tf.abs(x), 0.1);

export const kernelCases: readonly KernelCase[] = [
  unary('Abs', tf.abs),
  unary('Exp', tf.exp),
  unary('Identity', (x) => tf.clone(x)),
  unary('Log', (x) => tf.log(positive(x))),
  unary('Log1p', (x) => tf.log1p(positive(x))),
  unary('LogicalNot', (x) => tf.logicalNot(tf.greater(x, 0))),
  unary('Neg', tf.neg),
  unary('Neg', tf.neg, integers(matrix)),
  unary('Reciprocal', (x) => tf.reciprocal(positive(x))),
  unary('Relu', tf.relu),
  unary('Rsqrt', (x) => tf.rsqrt(positive(x))),
  unary('Sigmoid', tf.sigmoid),
  unary('Sign', tf.sign),
  unary('Sqrt', (x) => tf.sqrt(positive(x))),
  unary('Square', tf.square),
  unary('Tanh', tf.tanh),
  unary('ZerosLike', (x) => tf.zerosLike(x)),
  unary('ZerosLike', (x) => tf.zerosLike(x), integers(matrix)),
  binary('Add', tf.add),
  binary(
    'Add',
    tf.add,
    integers(cube),
    integers(() => [4]),
  ),
  binary('Atan2', tf.atan2),
  binary('Maximum', tf.maximum),
  binary('Minimum', tf.minimum, integers(cube), integers(cube)),
  binary('Multiply', tf.mul),
  binary('RealDiv', (a, b) => tf.div(a, positive(b))),
  binary(
    'Sub',
    tf.sub,
    floats(() => [4]),
    floats(matrix),
  ),
  binary('ValueAfter', valueAfter, floats(cube), floats(matrix)),
  binary('LogicalAnd', (a, b) => tf.logicalAnd(tf.greater(a, 0), tf.greater(b, 0))),
  binary('LogicalOr', (a, b) => tf.logicalOr(tf.greater(a, 0), tf.greater(b, 0))),
  binary('Equal', tf.equal, integers(cube), integers(cube)),
  binary('NotEqual', tf.notEqual, integers(cube), integers(cube)),
  binary('Greater', tf.greater),
  binary('GreaterEqual', tf.greaterEqual, integers(cube), integers(cube)),
  binary('Less', tf.less),
  binary('LessEqual', tf.lessEqual, integers(cube), integers(cube)),
  unary('Sum', (x) => tf.sum(x), floats(cube)),
  unary('Sum', (x) => [tf.sum(x, 0), tf.sum(x, [-1, 1]), tf.sum(x, 1, true)], floats(cube)),
  unary('Sum', (x) => tf.sum(x, 1), integers(cube)),
  unary('Sum', (x) => tf.sum(tf.greater(x, 0), -1)),
  unary('Mean', (x) => [tf.mean(x), tf.mean(x, 1), tf.mean(x, [0, 2], true)], floats(cube)),
  unary('Max', (x) => [tf.max(x), tf.max(x, -1), tf.max(x, [1, 2], true)], floats(cube)),
  unary('ArgMax', (x) => [tf.argMax(x, 0), tf.argMax(x, -1)], floats(cube)),
  unary('ArgMax', (x) => tf.argMax(tf.zerosLike(x), 1)),
  unary('Softmax', (x) => tf.softmax(x), floats(cube)),
  unary('Cast', (x) => [tf.cast(x, 'int32'), tf.cast(x, 'bool')]),
  unary('Cast', (x) => tf.cast(tf.greater(x, 0), 'float32')),
  unary('Cast', (x) => tf.cast(x, 'float32'), integers(matrix)),
  unary('Reshape', (x) => [tf.reshape(x, [-1, 4]), tf.reshape(x, [-1])], floats(cube)),
  unary('Transpose', (x) => [tf.transpose(x, [1, 0, 2]), tf.transpose(x)], floats(cube)),
  binary(
    'BatchMatMul',
    (a, b) => tf.matMul(a, b),
    floats(matrix),
    floats(() => [4, 5]),
  ),
  binary(
    'BatchMatMul',
    (a, b) => tf.matMul(a, b, false, true),
    floats(matrix),
    floats(() => [5, 4]),
  ),
  binary('BatchMatMul', (a, b) => tf.matMul(a, b, true, false), floats(matrix), floats(matrix)),
  binary(
    'BatchMatMul',
    (a, b) => tf.matMul(a, b, true, true),
    floats(cube),
    floats((batch) => [batch, 5, 3]),
  ),
  binary('BatchMatMul', (a, b) => tf.matMul(a, b, false, true), floats(cube), floats(cube)),
  binary('Concat', (a, b) => [tf.concat([a, b], 0), tf.concat([a, b], -1)], floats(matrix), floats(matrix)),
  unary(
    'Slice',
    (x) => [tf.slice(x, [0, 1, 0], [-1, 2, 4]), tf.slice(x, [0, 0, 3], [-1, -1, -1])],
    floats(cube),
  ),
  unary('SplitV', (x) => tf.split(x, 2, 2), floats(cube)),
  unary('SplitV', (x) => tf.split(x, [1, 2], 1), integers(cube)),
  unary('PadV2', (x) => [
    tf.pad(x, [
      [0, 0],
      [1, 2],
    ]),
    tf.pad(
      x,
      [
        [0, 0],
        [0, 3],
      ],
      7,
    ),
  ]),
  unary(
    'PadV2',
    (x) =>
      tf.pad(
        x,
        [
          [0, 0],
          [2, 0],
        ],
        -1,
      ),
    integers(matrix),
  ),
  unary('OneHot', (x) => tf.oneHot(x as tf.Tensor2D, 3), integers(matrix)),
  unary('OneHot', (x) => tf.oneHot(x as tf.Tensor2D, 3, 5, -5, 'float32'), integers(matrix)),
  binary(
    'GatherV2',
    (table, rows) => tf.gather(table, tf.cast(tf.abs(rows), 'int32') as tf.Tensor1D),
    floats(() => [5, 2]),
    integers((batch) => [batch]),
  ),
];

/** The program of a case; its outputs are numbered. */
export function caseProgram({ inputs, run }: KernelCase, batch: number): Program {
  const specify = ({ shape, type }: CaseInput): TensorSpecification => ({
    shape: shape(batch),
    type,
  });
  return {
    state: {},
    inputs: Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, specify(input)])),
    run: (_, tensors) => {
      const outputs = [run(tensors)].flat();
      return {
        state: {},
        rowUpdates: {},
        outputs: Object.fromEntries(outputs.map((one, index) => [`${index}`, one])),
      };
    },
  };
}

/** The same program with truth values as whole numbers, which is what executors give out. */
export function numericProgram(kernelCase: KernelCase, batch: number): Program {
  const program = caseProgram(kernelCase, batch);
  return {
    ...program,
    run(state, inputs) {
      const result = program.run(state, inputs);
      const outputs: NamedTensors = {};
      for (const [name, tensor] of Object.entries(result.outputs)) {
        outputs[name] = tensor.dtype === 'bool' ? tf.cast(tensor, 'int32') : tensor;
      }
      return { ...result, outputs };
    },
  };
}

/** Normal numbers, or whole ones from −4 to 4, for every input of a program. */
export function randomInputs(program: Program, seed: number): NamedArrays {
  const random = createRandom(seed, 'kernel case');
  return Object.fromEntries(
    Object.entries(program.inputs).map(([name, { shape, type }]) => {
      const length = sizeOf(shape);
      if (type === 'int32') return [name, Int32Array.from({ length }, () => random.integer(9) - 4)];
      return [name, Float32Array.from({ length }, () => random.normal())];
    }),
  );
}
