// Computes at export what a graph computes from its state and constants alone, such as cut or transposed weights, by
// running those kernels on the tfjs backend in use.

import * as tf from '@tensorflow/tfjs-core';
import type { GraphNode, ValueInformation, ValueReference } from '../graph.ts';
import { recordedKernels } from '../kernels.ts';
import { type NamedArrays, sizeOf } from '../program.ts';
import { fixedShape, type SymbolicGraph } from './shapes.ts';

export interface ConstantValue {
  values: ArrayLike<number>;
  information: ValueInformation;
  /** State keeps its name, and what is made of it is named after it; other constants have none. */
  name: string | undefined;
}

type KernelNode = Extract<GraphNode, { kind: 'kernel' }>;

export interface Folding {
  /** The value of a reference that rests on no input and has a fixed shape, else undefined. */
  constant(reference: ValueReference): ConstantValue | undefined;
  /** The same with its axes permuted. */
  transposed(reference: ValueReference, permutation: number[]): ConstantValue | undefined;
}

/** Folding for a graph whose state has the given values; each value is computed once, when it is first asked for. */
export function createFolding(symbolic: SymbolicGraph, state: NamedArrays): Folding {
  const { nodes } = symbolic.graph;
  const isConstant = findConstantNodes(symbolic);
  const nodeValues = new Map<number, ConstantValue[]>();
  const transposedValues = new Map<string, ConstantValue>();

  function constant({ node, output }: ValueReference): ConstantValue | undefined {
    if (isConstant[node] !== true) return undefined;
    const values = nodeValues.get(node) ?? evaluate(nodes[node] as GraphNode, node);
    nodeValues.set(node, values);
    return values[output];
  }

  function evaluate(node: GraphNode, index: number): ConstantValue[] {
    const information = node.outputs[0] as ValueInformation;
    switch (node.kind) {
      case 'constant':
        return [{ values: node.values, information, name: undefined }];
      case 'fill':
        return [
          {
            values: new Float64Array(sizeOf(information.shape)).fill(node.value),
            information,
            name: undefined,
          },
        ];
      case 'state':
        return [{ values: valuesOfState(node.name), information, name: node.name }];
      case 'input':
        throw new Error(`the input ${node.name} is not constant`);
      case 'kernel':
        return runKernel(node, node.inputs.map(constant) as ConstantValue[], `${node.kernel}_${index}`);
    }
  }

  function valuesOfState(name: string): ArrayLike<number> {
    const values = state[name];
    if (values === undefined) throw new Error(`no values for ${name}`);
    return values;
  }

  return {
    constant,
    transposed(reference, permutation) {
      const value = constant(reference);
      if (value === undefined) return undefined;
      const key = `${reference.node}:${reference.output} ${permutation}`;
      const known = transposedValues.get(key) ?? transpose(value, permutation);
      transposedValues.set(key, known);
      return known;
    },
  };
}

function findConstantNodes({ graph, informationOf }: SymbolicGraph): boolean[] {
  const isConstant: boolean[] = [];
  graph.nodes.forEach((node, index) => {
    const fixed = node.outputs.every((_, output) => fixedShape(informationOf({ node: index, output }).shape));
    const fromConstants = node.inputs.every((reference) => isConstant[reference.node] === true);
    isConstant.push(node.kind !== 'input' && fixed && fromConstants);
  });
  return isConstant;
}

function transpose(value: ConstantValue, permutation: number[]): ConstantValue {
  const { shape, type } = value.information;
  const node: KernelNode = {
    kind: 'kernel',
    kernel: 'Transpose',
    attributes: { perm: permutation },
    inputs: [],
    outputs: [{ shape: permutation.map((axis) => shape[axis] as number), type }],
  };
  return runKernel(node, [value], 'transposed')[0] as ConstantValue;
}

/** Runs a kernel on the backend in use; `label` tells its results from those of other kernels on the same state. */
function runKernel(node: KernelNode, inputs: ConstantValue[], label: string): ConstantValue[] {
  const { kernel, attributes, outputs } = node;
  const tensors = inputs.map(({ values, information }) => toTensor(values, information));
  const names = recordedKernels.get(kernel)?.inputs;
  // Kernels of a list of inputs get an array in place of named tensors, as from tfjs itself.
  const named = Array.isArray(names)
    ? Object.fromEntries(names.map((name, index) => [name, tensors[index] as tf.Tensor]))
    : (tensors as unknown as tf.NamedTensorMap);
  const results = [tf.engine().runKernel(kernel, named, attributes as tf.NamedAttrMap)].flat();
  const origin = inputs.find(({ name }) => name !== undefined)?.name;
  const values = results.map((tensor, output): ConstantValue => {
    const suffix = `${label}${outputs.length > 1 ? `_${output}` : ''}`;
    return {
      values: (tensor as tf.Tensor).dataSync(),
      information: outputs[output] as ValueInformation,
      name: origin === undefined ? undefined : `${origin}/${suffix}`,
    };
  });
  tf.dispose([...tensors, ...(results as tf.Tensor[])]);
  return values;
}

function toTensor(values: ArrayLike<number>, { shape, type }: ValueInformation): tf.Tensor {
  const typed = values instanceof Float32Array || values instanceof Int32Array ? values : Array.from(values);
  return tf.tensor(typed, shape, type);
}
