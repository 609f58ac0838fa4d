// Writes a recorded graph as a TensorFlow graph in which the state lives in resource variables: a run feeds the
// inputs, assigns the new state and returns the outputs.

import {
  type Graph,
  type GraphNode,
  informationOf,
  type ValueInformation,
  type ValueReference,
} from '../graph.ts';
import type { TensorSpecification } from '../program.ts';
import { operations } from './operations.ts';
import { type AttributeMessage, type NodeMessage, type ShapeMessage, typeNumbers } from './schema.ts';

/** Names of the graph's nodes that a session feeds and fetches. */
export const nodeNames = {
  input: (name: string) => `input/${name}`,
  output: (name: string) => `output/${name}`,
  /** The current value of a state tensor. */
  read: (name: string) => `read/${name}`,
  /** Feed and fetch that give a state tensor a value from outside. */
  newValue: (name: string) => `new_value/${name}`,
  assigned: (name: string) => `assigned/${name}`,
  /** Fetched to run a step whatever else is fetched. */
  done: 'step/done',
};

/** The graph's nodes. */
export function emitTensorFlow(graph: Graph): NodeMessage[] {
  const emitter = new Emitter(graph);
  emitter.emitState();
  graph.nodes.forEach((node, index) => {
    emitter.emitNode(node, index);
  });
  emitter.emitResults();
  return emitter.nodes;
}

class Emitter {
  readonly nodes: NodeMessage[] = [];
  readonly #graph: Graph;
  readonly #references: string[] = [];
  readonly #constants = new Map<string, string>();
  /** The nodes that gather rows of each state tensor. */
  readonly #gathers = new Map<string, string[]>();

  constructor(graph: Graph) {
    this.#graph = graph;
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
    }
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
    const name = `${node.kernel}_${index}`;
    const rowsOfState = this.#rowsOfState(node, name);
    if (rowsOfState !== null) return rowsOfState;
    const { op, inputs, attributes } = emit({
      node,
      inputs: node.inputs.map((reference) => this.#reference(reference)),
      inputInformation: node.inputs.map((reference) => informationOf(this.#graph, reference)),
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

  #constant(values: ArrayLike<number>, information: ValueInformation): string {
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

  #fill(value: number, information: ValueInformation): string {
    const shape = this.#constant(information.shape, { shape: [information.shape.length], type: 'int32' });
    const scalar = this.#constant([value], { shape: [], type: information.type });
    return this.#add(`fill_${this.nodes.length}`, 'Fill', [shape, scalar], {
      T: { type: typeNumbers[information.type] },
      index_type: { type: typeNumbers.int32 },
    });
  }

  #constantZero(name: string, controls: string[]): void {
    const zero = this.#constant([0], { shape: [], type: 'int32' });
    this.#add(name, 'Identity', [zero, ...controls], { T: { type: typeNumbers.int32 } });
  }

  #reference({ node, output }: ValueReference): string {
    const name = this.#references[node];
    if (name === undefined) throw new Error(`value ${node}:${output} is used before it is made`);
    return output === 0 ? name : `${name}:${output}`;
  }

  #add(name: string, op: string, input: string[], attr: Record<string, AttributeMessage>): string {
    this.nodes.push({ name, op, input, attr });
    return name;
  }
}

function handle(name: string): string {
  return `variable/${name}`;
}

function onlyOutput(node: GraphNode): ValueInformation {
  return node.outputs[0] as ValueInformation;
}

function shapeMessage(shape: number[]): ShapeMessage {
  return { dim: shape.map((size) => ({ size })) };
}

function contentBytes(values: ArrayLike<number>, type: ValueInformation['type']): Uint8Array {
  if (type === 'bool') return Uint8Array.from(values);
  const array = type === 'int32' ? Int32Array.from(values) : Float32Array.from(values);
  return new Uint8Array(array.buffer);
}
