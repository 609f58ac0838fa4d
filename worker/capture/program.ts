// A program: a pure function from named state and inputs to new state and outputs, written once in plain tfjs.
// Executors run it operation by operation or as one recorded graph; both keep the state to themselves.

import type * as tf from '@tensorflow/tfjs-core';
import type { ComputeReport } from './compute.ts';

export type TensorType = 'float32' | 'int32';

export interface TensorSpecification {
  shape: number[];
  type: TensorType;
}

export type NamedTensors = Record<string, tf.Tensor>;
export type NamedArrays = Record<string, Float32Array | Int32Array>;

/** New rows (slices along the first axis) of a large tensor; equal indices must come with equal rows. */
export interface RowUpdate {
  /** int32 [rows] */
  indices: tf.Tensor1D;
  /** [rows, …] */
  rows: tf.Tensor;
}

export interface ProgramResult {
  /** New values of those state tensors that change whole. */
  state: NamedTensors;
  /** New rows of those state tensors that change in a few rows only. */
  rowUpdates: Record<string, RowUpdate>;
  outputs: NamedTensors;
}

export interface Program {
  state: Record<string, TensorSpecification>;
  inputs: Record<string, TensorSpecification>;
  run(state: NamedTensors, inputs: NamedTensors): ProgramResult;
}

/** Runs a program step by step with its state kept between steps. */
export interface Executor {
  readonly kind: 'captured' | 'eager';
  /** How it computes; whether XLA could compile the program is known after its first step. */
  readonly compute: ComputeReport;
  /** Runs one step and returns the wanted outputs. */
  run(inputs: NamedArrays, outputs?: string[]): Promise<NamedArrays>;
  /** Copies state out; all of it when no names are given. */
  readState(names?: string[]): Promise<NamedArrays>;
  /** Replaces the named state. */
  writeState(values: NamedArrays): Promise<void>;
  dispose(): void;
}

/** Number of values in a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** The tensor of that name; a missing one is a defect of the program. */
export function namedTensor<Kind extends tf.Tensor = tf.Tensor>(tensors: NamedTensors, name: string): Kind {
  const tensor = tensors[name];
  if (tensor === undefined) throw new Error(`no tensor named ${name}`);
  return tensor as Kind;
}
