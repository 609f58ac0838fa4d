// Writes a recorded graph as a TensorFlow graph in which the state lives in resource variables: a run feeds the
// inputs, assigns the new state and returns the outputs.

import { type Graph, type GraphNode, informationOf, type ValueReference } from '../graph.ts';
import { sizeOf, type TensorSpecification } from '../program.ts';
import { awaitedInputs, valueInputs } from '../value-after.ts';
import { type EmittedInformation, operations } from './operations.ts';
import { bfloat16Bits, bfloat16Nodes, type Precision } from './precision.ts';
import {
  type AttributeMessage,
  type EmittedType,
  type NodeMessage,
  type ShapeMessage,
  typeNumbers,
} from './schema.ts';

/** Names of the graph's nodes that a session feeds and fetches. */
export const nodeNames = {
  input: (name: string) => `input/${name}`,
  output: (name: string) => `output/${name}`,
  /** A recorded kernel, under the label that it carries, in letters that TensorFlow takes. */
  kernel: ({ kernel, label }: { kernel: string; label?: string }, index: number) =>
    `${label === undefined ? '' : `${label.replaceAll(/[^\w.\-/]/g, '-')}/`}${kernel}_${index}`,
  /** The current value of a state tensor. */
  read: (name: string) => `read/${name}`,
  /** Feed and fetch that give a state tensor a value from outside. */
  newValue: (name: string) => `new_value/${name}`,
  assigned: (name: string) => `assigned/${name}`,
  /** Fetched to set a large state tensor to zero without feeding it. */
  zeroed: (name: string) => `zeroed/${name}`,
  zeros: (name: string) => `zeros/${name}`,
  /** Fetched to run a step whatever else is fetched. */
  done: 'step/done',
};

/** The graph's nodes. In bfloat16 its inputs, state and outputs are the same as in float32. */
export function emitTensorFlow(graph: Graph, precision: Precision = 'float32'): NodeMessage[] {
  const emitter = new Emitter(graph, precision === 'bfloat16' ? bfloat16Nodes(graph) : new Set());
  emitter.emitState();
  graph.nodes.forEach((node, index) => {
    emitter.emitNode(node, index);
  });
  emitter.emitResults();
  return emitter.nodes;
}

/** The nodes that are fetched when state is set and after a step, whose names must stay. */
export function resultNames({ stateSpecifications, outputs }: Graph): Set<string> {
  const large = Object.entries(stateSpecifications).filter(([, specification]) => isLarge(specification));
  return new Set([
    ...Object.keys(stateSpecifications).map(nodeNames.assigned),
    ...large.flatMap(([name]) => [nodeNames.zeroed(name), nodeNames.zeros(name)]),
    ...Object.keys(outputs).map(nodeNames.output),
    nodeNames.done,
  ]);
}

/** A state tensor that is worth a look whether it is zero before it is fed, as the rows of a million puzzles are. */
export function isLarge({ shape }: TensorSpecification): boolean {
  return sizeOf(shape) >= 1 << 22;
}

class Emitter {
  readonly nodes: NodeMessage[] = [];
  readonly #graph: Graph;
  readonly #bfloat16Nodes: ReadonlySet<number>;
  readonly #references: string[] = [];
  /** The nodes that hold a value in its other precision. */
  readonly #casts = new Map<string, string>();
  readonly #constants = new Map<string, string>();
  /** The nodes that gather rows of each state tensor. */
  readonly #gathers = new Map<string, string[]>();

  constructor(graph: Graph, bfloat16: ReadonlySet<number>) {
    this.#graph = graph;
    this.#bfloat16Nodes = bfloat16;
  }

  emitState(): void {
    for (const [name, specification] of Object.entries(this.#graph.stateSpecifications)) {
      const dtype = { type: typeNumbers[specification.type] };
      const shape = { shape: { shape: shapeMessage(specification.shape) } };
      const text = (value: string) => ({ s: new TextEncoder().encode(value) });
      this.#add(handle(name), 'VarHandleOp', [], {
        dtype,
        ...shape,
        shared_name: text(name),
        container: text(''),
      });
      this.#add(nodeNames.newValue(name), 'Placeholder', [], { dtype, ...shape });
      this.#add(`assign_new/${name}`, 'AssignVariableOp', [handle(name), nodeNames.newValue(name)], {
        dtype,
      });
      this.#constantZero(nodeNames.assigned(name), [`^assign_new/${name}`]);
      this.#add(nodeNames.read(name), 'ReadVariableOp', [handle(name)], { dtype });
      if (isLarge(specification)) this.#emitZeroing(name, specification);
    }
  }

  #emitZeroing(name: string, specification: TensorSpecification): void {
    const dtype = { type: typeNumbers[specification.type] };
    const zeros = this.#fill(0, specification, nodeNames.zeros(name));
    this.#add(`assign_zero/${name}`, 'AssignVariableOp', [handle(name), zeros], { dtype });
    this.#constantZero(nodeNames.zeroed(name), [`^assign_zero/${name}`]);
  }

  emitNode(node: GraphNode, index: number): void {
    switch (node.kind) {
      case 'state':
        this.#references[index] = nodeNames.read(node.name);
        return;
      case 'input': {
        const specification = this.#graph.inputSpecifications[node.name] as TensorSpecification;
        this.#references[index] = this.#add(nodeNames.input(node.name), 'Placeholder', [], {
          dtype: { type: typeNumbers[specification.type] },
          shape: { shape: shapeMessage(specification.shape) },
        });
        return;
      }
      case 'constant':
        this.#references[index] = this.#constant(node.values, onlyOutput(node));
        return;
      case 'fill':
        this.#references[index] = this.#fill(node.value, onlyOutput(node));
        return;
      case 'kernel':
        this.#references[index] = this.#emitKernel(node, index);
    }
  }

  /** Assignments wait for the old values to be read; outputs wait for all assignments. */
  emitResults(): void {
    const controls: string[] = [];
    for (const [name, reference] of Object.entries(this.#graph.state)) {
      const dtype = { type: typeNumbers[informationOf(this.#graph, reference).type] };
      const inputs = [handle(name), this.#reference(reference), `^${nodeNames.read(name)}`];
      controls.push(`^${this.#add(`assign/${name}`, 'AssignVariableOp', inputs, { dtype })}`);
    }
    for (const [name, { indices, rows }] of Object.entries(this.#graph.rowUpdates)) {
      const gathers = (this.#gathers.get(name) ?? []).map((gather) => `^${gather}`);
      const inputs = [handle(name), this.#reference(indices), this.#reference(rows), ...gathers];
      const attributes = {
        dtype: { type: typeNumbers[informationOf(this.#graph, rows).type] },
        Tindices: { type: typeNumbers.int32 },
      };
      controls.push(`^${this.#add(`assign_rows/${name}`, 'ResourceScatterUpdate', inputs, attributes)}`);
    }
    for (const [name, reference] of Object.entries(this.#graph.outputs)) {
      const T = { type: typeNumbers[informationOf(this.#graph, reference).type] };
      this.#add(nodeNames.output(name), 'Identity', [this.#reference(reference), ...controls], { T });
    }
    this.#constantZero(nodeNames.done, controls);
  }

  #emitKernel(node: Extract<GraphNode, { kind: 'kernel' }>, index: number): string {
    const emit = operations.get(node.kernel);
    if (emit === undefined) throw new Error(`the kernel ${node.kernel} has no TensorFlow operation yet`);
    const name = nodeNames.kernel(node, index);
    const rowsOfState = this.#rowsOfState(node, name);
    if (rowsOfState !== null) return rowsOfState;
    const float = this.#bfloat16Nodes.has(index) ? 'bfloat16' : 'float32';
    const typed = (type: EmittedType) => (type === 'float32' ? float : type);
    const { op, inputs, attributes } = emit({
      node,
      inputs: [
        ...valueInputs(node).map((reference) => this.#reference(reference, float)),
        ...awaitedInputs(node).map((reference) => `^${this.#references[reference.node]}`),
      ],
      inputInformation: node.inputs.map((reference) => {
        const { shape, type } = informationOf(this.#graph, reference);
        return { shape, type: typed(type) };
      }),
      outputType: typed(onlyOutput(node).type),
      integers: (values, shape = [values.length]) => this.#constant(values, { shape, type: 'int32' }),
      scalar: (value, type) => this.#constant([value], { shape: [], type }),
    });
    return this.#add(name, op, inputs, attributes);
  }

  /** Rows of a state tensor are gathered where it lies: a table may be too large to be read whole. */
  #rowsOfState(node: Extract<GraphNode, { kind: 'kernel' }>, name: string): string | null {
    const [table, indices] = node.inputs as [ValueReference, ValueReference];
    const source = this.#graph.nodes[table.node];
    if (node.kernel !== 'GatherV2' || source?.kind !== 'state') return null;
    this.#gathers.set(source.name, [...(this.#gathers.get(source.name) ?? []), name]);
    return this.#add(name, 'ResourceGather', [handle(source.name), this.#reference(indices)], {
      dtype: { type: typeNumbers[onlyOutput(source).type] },
      Tindices: { type: typeNumbers.int32 },
    });
  }

  #constant(values: ArrayLike<number>, information: EmittedInformation): string {
    const bytes = contentBytes(values, information.type);
    const key = values.length <= 64 ? `${information.type} ${information.shape} ${Array.from(values)}` : null;
    const known = key === null ? undefined : this.#constants.get(key);
    if (known !== undefined) return known;
    const dtype = typeNumbers[information.type];
    const name = this.#add(`constant_${this.nodes.length}`, 'Const', [], {
      dtype: { type: dtype },
      value: { tensor: { dtype, tensor_shape: shapeMessage(information.shape), tensor_content: bytes } },
    });
    if (key !== null) this.#constants.set(key, name);
    return name;
  }

  #fill(value: number, information: EmittedInformation, name = `fill_${this.nodes.length}`): string {
    const shape = this.#constant(information.shape, { shape: [information.shape.length], type: 'int32' });
    const scalar = this.#constant([value], { shape: [], type: information.type });
    return this.#add(name, 'Fill', [shape, scalar], {
      T: { type: typeNumbers[information.type] },
      index_type: { type: typeNumbers.int32 },
    });
  }

  #constantZero(name: string, controls: string[]): void {
    const zero = this.#constant([0], { shape: [], type: 'int32' });
    this.#add(name, 'Identity', [zero, ...controls], { T: { type: typeNumbers.int32 } });
  }

  /** The value, a float one in the precision that is wanted. */
  #reference({ node, output }: ValueReference, wanted: Precision = 'float32'): string {
    const name = this.#references[node];
    if (name === undefined) throw new Error(`value ${node}:${output} is used before it is made`);
    const reference = output === 0 ? name : `${name}:${output}`;
    const { type } = informationOf(this.#graph, { node, output });
    const own = this.#bfloat16Nodes.has(node) ? 'bfloat16' : 'float32';
    return type !== 'float32' || own === wanted ? reference : this.#cast(node, reference, own, wanted);
  }

  /** Made once for all that want it; a constant is rather made anew. */
  #cast(index: number, reference: string, from: Precision, to: Precision): string {
    const known = this.#casts.get(reference);
    if (known !== undefined) return known;
    const node = this.#graph.nodes[index] as GraphNode;
    const made = this.#constantAs(node, to) ?? this.#castNode(reference, from, to);
    this.#casts.set(reference, made);
    return made;
  }

  #constantAs(node: GraphNode, type: Precision): string | null {
    if (node.kind === 'constant') return this.#constant(node.values, { ...onlyOutput(node), type });
    if (node.kind === 'fill') return this.#fill(node.value, { ...onlyOutput(node), type });
    return null;
  }

  #castNode(reference: string, from: Precision, to: Precision): string {
    return this.#add(`cast_${this.nodes.length}`, 'Cast', [reference], {
      SrcT: { type: typeNumbers[from] },
      DstT: { type: typeNumbers[to] },
      Truncate: { b: false },
    });
  }

  #add(name: string, op: string, input: string[], attr: Record<string, AttributeMessage>): string {
    this.nodes.push({ name, op, input, attr });
    return name;
  }
}

function handle(name: string): string {
  return `variable/${name}`;
}

function onlyOutput(node: GraphNode): EmittedInformation {
  return node.outputs[0] as EmittedInformation;
}

function shapeMessage(shape: number[]): ShapeMessage {
  return { dim: shape.map((size) => ({ size })) };
}

function contentBytes(values: ArrayLike<number>, type: EmittedType): Uint8Array {
  if (type === 'bool') return Uint8Array.from(values);
  if (type === 'bfloat16') return new Uint8Array(Uint16Array.from(values, bfloat16Bits).buffer);
  const array = type === 'int32' ? Int32Array.from(values) : Float32Array.from(values);
  return new Uint8Array(array.buffer);
}
