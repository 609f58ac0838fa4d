// A batch that is worked on in equal parts, one after the other, with one optimizer step in the end (gradient
// accumulation). Of the state, what belongs to samples lies part by part, [parts, …]: a run of the step takes its part
// out and puts it back. The gradients of all parts add up to those of the batch.

import * as tf from '@tensorflow/tfjs-core';
import {
  namedTensor as get,
  type NamedTensors,
  type ProgramResult,
  type TensorSpecification,
} from '../capture/program.ts';
import { blend } from '../model/supervision.ts';
import { stateNames } from './state-names.ts';

type Specifications = Record<string, TensorSpecification>;

/** The part that a run of the step works on. */
export interface Part {
  /** int32 [1] */
  index: tf.Tensor1D;
  /** 1 in the row of this part, [parts, 1]. */
  row: tf.Tensor2D;
  /** 1 for the first part, else 0. */
  isFirst: tf.Tensor;
  /** 1 for the last part, else 0. */
  isLast: tf.Tensor;
}

/** The part that the input `part` (int32 [1]) names; null where the batch is whole. */
export function readPart(inputs: NamedTensors, parts: number): Part | null {
  if (parts === 1) return null;
  const index = get<tf.Tensor1D>(inputs, 'part');
  const is = (number: number) => tf.cast(tf.equal(index, tf.tensor1d([number], 'int32')), 'float32');
  const all = tf.tensor2d(
    Array.from({ length: parts }, (_, number) => number),
    [parts, 1],
    'int32',
  );
  const row = tf.cast<tf.Tensor2D>(tf.equal(all, index), 'float32');
  return { index, row, isFirst: is(0), isLast: is(parts - 1) };
}

/** State of one part as state of all. */
export function ofAllParts(specifications: Specifications, parts: number): Specifications {
  if (parts === 1) return specifications;
  return Object.fromEntries(
    Object.entries(specifications).map(([name, { shape, type }]) => [
      name,
      { shape: [parts, ...shape], type },
    ]),
  );
}

/** The state of this part, in the shapes that it has in a whole batch. */
export function takePart(
  state: NamedTensors,
  specifications: Specifications,
  part: Part | null,
): NamedTensors {
  if (part === null) return state;
  const taken = Object.entries(specifications).map(([name, { shape }]) => [
    name,
    tf.reshape(tf.gather(get(state, name), part.index), shape),
  ]);
  return { ...state, ...Object.fromEntries(taken) };
}

/** New state of this part, to be put in its place. */
export function putPart(
  values: NamedTensors,
  part: Part | null,
): Pick<ProgramResult, 'state' | 'rowUpdates'> {
  if (part === null) return { state: values, rowUpdates: {} };
  const rows = Object.entries(values).map(([name, value]) => [
    name,
    { indices: part.index, rows: tf.reshape(value, [1, ...value.shape]) },
  ]);
  return { state: {}, rowUpdates: Object.fromEntries(rows) };
}

/** The state in which gradients add up: those of `learned` parameters, and those of the rows of the puzzle table. */
export function sumSpecifications(
  learned: Iterable<readonly [string, number[]]>,
  puzzleRowSize: number | null,
  parts: number,
  partSize: number,
): Specifications {
  if (parts === 1) return {};
  const specifications: Specifications = {};
  for (const [name, shape] of learned) {
    specifications[stateNames.gradientSum(name)] = { shape, type: 'float32' };
  }
  if (puzzleRowSize === null) return specifications;
  specifications[stateNames.puzzleRowGradients] = {
    shape: [parts, partSize, puzzleRowSize],
    type: 'float32',
  };
  specifications[stateNames.puzzleRowIdentifiers] = { shape: [parts, partSize], type: 'int32' };
  return specifications;
}

/** The gradients of the parts so far, this one included, and the state that keeps them for the next. */
export function addGradients(
  state: NamedTensors,
  gradients: NamedTensors,
  part: Part | null,
): { gradients: NamedTensors; kept: NamedTensors } {
  if (part === null) return { gradients, kept: {} };
  const before = tf.sub(1, part.isFirst);
  const summed: NamedTensors = {};
  const kept: NamedTensors = {};
  for (const [name, gradient] of Object.entries(gradients)) {
    const sumName = stateNames.gradientSum(name);
    summed[name] = tf.add(tf.mul(get(state, sumName), before), gradient);
    kept[sumName] = summed[name];
  }
  return { gradients: summed, kept };
}

/** Rows of the puzzle table that a batch used, and their gradients. */
export interface PuzzleRowGradients {
  /** int32 [rows] */
  identifiers: tf.Tensor1D;
  /** [rows, size] */
  gradients: tf.Tensor2D;
}

/** The puzzle rows of all parts, those of later ones still from the batch before, and the state that keeps them. */
export function gatherPuzzleRows(
  state: NamedTensors,
  ofPart: PuzzleRowGradients,
  part: Part | null,
): PuzzleRowGradients & { kept: NamedTensors } {
  if (part === null) return { ...ofPart, kept: {} };
  const { identifiers, gradients } = ofPart;
  const allGradients = blend(
    tf.reshape(part.row, [-1, 1, 1]),
    get(state, stateNames.puzzleRowGradients),
    tf.reshape(gradients, [1, ...gradients.shape]),
  );
  const allIdentifiers = blend(
    tf.cast(part.row, 'int32'),
    get(state, stateNames.puzzleRowIdentifiers),
    tf.reshape(identifiers, [1, -1]),
  );
  return {
    identifiers: tf.reshape(allIdentifiers, [-1]),
    gradients: tf.reshape(allGradients, [-1, gradients.shape[1]]),
    kept: {
      [stateNames.puzzleRowGradients]: allGradients,
      [stateNames.puzzleRowIdentifiers]: allIdentifiers,
    },
  };
}

/** The new values at the last part, the old ones before. */
export function atLastPart<Kind extends tf.Tensor>(old: Kind, next: Kind, part: Part | null): Kind {
  return part === null ? next : blend(part.isLast, old, next);
}
