// Writes a program as an ONNX graph with a symbolic batch. The state becomes initializers under its own names; what
// can be computed from it alone, such as cut or transposed weights, is computed here, once.

import type { Graph, GraphNode, ValueInformation, ValueReference } from '../graph.ts';
import type { NamedArrays, Program } from '../program.ts';
import { recordProgram } from '../record.ts';
import { type ConstantValue, createFolding, type Folding } from './fold.ts';
import { operations, transposesOperand } from './operations.ts';
import {
  type AttributeMessage,
  attributeTypes,
  type GraphMessage,
  type NodeMessage,
  type TensorMessage,
  typeNumbers,
  type ValueInfoMessage,
} from './schema.ts';
import { joinRecordings, type SymbolicGraph, type SymbolicInformation } from './shapes.ts';

/** The name of the symbolic dimension. */
export const BATCH = 'batch';

/** Any two will do; these keep the recordings small. */
const RECORDED_BATCHES: [number, number] = [2, 3];

export interface OnnxEmission {
  /** The program for a batch size. It must change no state. */
  program(batch: number): Program;
  /** Values of the state. */
  state: NamedArrays;
  name: string;
  documentation: string;
  /** What an input or output is, by name. */
  descriptions: Record<string, string>;
}

/** The graph; its inputs and outputs are those of the program. Needs a tfjs backend that computes. */
export function emitOnnx(emission: OnnxEmission): GraphMessage {
  const [batch, otherBatch] = RECORDED_BATCHES;
  const recordings: [Graph, Graph] = [
    recordProgram(emission.program(batch)),
    recordProgram(emission.program(otherBatch)),
  ];
  const symbolic = joinRecordings(recordings, RECORDED_BATCHES);
  const { graph } = symbolic;
  if (Object.keys({ ...graph.state, ...graph.rowUpdates }).length > 0) {
    throw new Error('a program that changes its state cannot be written as an ONNX graph');
  }
  const emitter = new Emitter(symbolic, createFolding(symbolic, emission.state));
  for (const index of nodesInUse(graph)) emitter.emitNode(graph.nodes[index] as GraphNode, index);
  const output = Object.entries(graph.outputs).map(([name, reference]) => {
    emitter.emitOutput(name, reference);
    return valueInfo(name, symbolic.informationOf(reference), emission.descriptions[name]);
  });
  const input = graph.nodes.flatMap((node, index) =>
    node.kind === 'input'
      ? [
          valueInfo(
            node.name,
            symbolic.informationOf({ node: index, output: 0 }),
            emission.descriptions[node.name],
          ),
        ]
      : [],
  );
  const { name, documentation } = emission;
  return {
    name,
    doc_string: documentation,
    node: emitter.nodes,
    initializer: emitter.initializers,
    input,
    output,
  };
}

class Emitter {
  readonly nodes: NodeMessage[] = [];
  readonly initializers: TensorMessage[] = [];
  readonly #symbolic: SymbolicGraph;
  readonly #folding: Folding;
  /** Names of the values of each node. */
  readonly #names: string[][] = [];
  readonly #constants = new Map<string, string>();
  readonly #initializerNames = new Set<string>();

  constructor(symbolic: SymbolicGraph, folding: Folding) {
    this.#symbolic = symbolic;
    this.#folding = folding;
  }

  /** Constants are written when they are used, since some are used in another form only. */
  emitNode(node: GraphNode, index: number): void {
    if (node.kind === 'input') this.#names[index] = [node.name];
    if (node.kind === 'input' || this.#folding.constant({ node: index, output: 0 }) !== undefined) return;
    if (node.kind !== 'kernel')
      throw new Error(`a ${node.kind} whose shape grows with the batch cannot be written`);
    const emit = operations.get(node.kernel);
    if (emit === undefined) throw new Error(`the kernel ${node.kernel} has no ONNX operation yet`);
    const prefix = `${node.kernel}_${index}`;
    this.#names[index] = emit({
      node,
      inputs: node.inputs.map((reference, position) =>
        transposesOperand(node, position) ? this.#transposed(reference, prefix) : this.#name(reference),
      ),
      inputInformation: node.inputs.map((reference) => this.#symbolic.informationOf(reference)),
      outputInformation: node.outputs.map((_, output) =>
        this.#symbolic.informationOf({ node: index, output }),
      ),
      add: (op, inputs, attributes = [], outputCount = 1) =>
        this.#add(prefix, op, inputs, attributes, outputCount),
      integers: (values) => this.#integers(values),
      constant: (values, information) => this.#initializer({ values, information, name: undefined }),
    });
  }

  emitOutput(name: string, reference: ValueReference): void {
    this.nodes.push({
      name,
      op_type: 'Identity',
      input: [this.#name(reference)],
      output: [name],
      attribute: [],
    });
  }

  #name(reference: ValueReference): string {
    const constant = this.#folding.constant(reference);
    if (constant !== undefined) return this.#initializer(constant);
    const name = this.#names[reference.node]?.[reference.output];
    if (name === undefined)
      throw new Error(`value ${reference.node}:${reference.output} is used before it is made`);
    return name;
  }

  /** The value with its last two axes exchanged. */
  #transposed(reference: ValueReference, prefix: string): string {
    const rank = this.#symbolic.informationOf(reference).shape.length;
    const axes = Array.from({ length: rank }, (_, axis) => axis);
    const permutation = [...axes.slice(0, -2), ...axes.slice(-2).reverse()];
    const constant = this.#folding.transposed(reference, permutation);
    if (constant !== undefined) return this.#initializer(constant);
    const perm = { name: 'perm', type: attributeTypes.integers, ints: permutation };
    return this.#add(prefix, 'Transpose', [this.#name(reference)], [perm], 1)[0] as string;
  }

  #integers(values: number[]): string {
    const bytes = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    return this.#sharedTensor(`int64 ${values}`, {
      dims: [values.length],
      data_type: typeNumbers.int64,
      raw_data: bytes,
    });
  }

  #initializer({ values, information, name }: ConstantValue): string {
    const { shape, type } = information;
    const tensor = { dims: shape, data_type: typeNumbers[type], raw_data: contentBytes(values, type) };
    if (name === undefined) return this.#sharedTensor(`${type} [${shape}] ${Array.from(values)}`, tensor);
    if (!this.#initializerNames.has(name)) this.initializers.push({ name, ...tensor });
    this.#initializerNames.add(name);
    return name;
  }

  /** Equal constants are written once. */
  #sharedTensor(key: string, tensor: Omit<TensorMessage, 'name'>): string {
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const name = `constant_${this.#constants.size}`;
    this.#constants.set(key, name);
    this.initializers.push({ name, ...tensor });
    return name;
  }

  #add(
    prefix: string,
    op: string,
    input: string[],
    attribute: AttributeMessage[],
    outputCount: number,
  ): string[] {
    const name = `${prefix}/${op}_${this.nodes.length}`;
    const output = Array.from({ length: outputCount }, (_, index) =>
      index === 0 ? name : `${name}:${index}`,
    );
    this.nodes.push({ name, op_type: op, input, output, attribute });
    return output;
  }
}

/** The nodes that some output rests on, in order. */
function nodesInUse(graph: Graph): number[] {
  const used = new Set<number>();
  const pending = Object.values(graph.outputs).map(({ node }) => node);
  for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
    if (used.has(index)) continue;
    used.add(index);
    pending.push(...(graph.nodes[index] as GraphNode).inputs.map(({ node }) => node));
  }
  return [...used].sort((one, other) => one - other);
}

function valueInfo(name: string, { shape, type }: SymbolicInformation, description = ''): ValueInfoMessage {
  const dim = shape.map((size) => {
    if (typeof size === 'number') return { dim_value: size };
    return { dim_param: size.perBatch === 1 ? BATCH : `${size.perBatch}*${BATCH}` };
  });
  return {
    name,
    doc_string: description,
    type: { tensor_type: { elem_type: typeNumbers[type], shape: { dim } } },
  };
}

function contentBytes(values: ArrayLike<number>, type: ValueInformation['type']): Uint8Array {
  if (type === 'bool') return Uint8Array.from(values);
  const array = type === 'int32' ? Int32Array.from(values) : Float32Array.from(values);
  return new Uint8Array(array.buffer);
}
