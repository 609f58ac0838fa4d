// Puts the computation of a graph into one function that XLA compiles as a whole. State stays outside: its values go
// in as arguments, new ones come out, and what is gathered from it in rows, with all that this needs, is outside too.

import {
  type ArgumentMessage,
  type AttributeMessage,
  type FunctionMessage,
  type GraphMessage,
  type NodeMessage,
  typeNumbers,
} from './schema.ts';

const FUNCTION = 'compiled_step';

/** Of each operation: the name of its output in TensorFlow's registry, and the attribute that is its type. */
const outputsByOperation: ReadonlyMap<string, { argument: string; type: string | number }> = new Map([
  ...typed('y', 'T', 'Abs', 'Exp', 'Log', 'Log1p', 'Neg', 'Reciprocal', 'Rsqrt', 'Sigmoid', 'Sign', 'Sqrt'),
  ...typed('y', 'T', 'Square', 'Tanh', 'Transpose', 'ZerosLike'),
  ...typed('z', 'T', 'AddV2', 'Atan2', 'Maximum', 'Minimum', 'Mul', 'RealDiv', 'Sub'),
  ...typed('output', 'T', 'BatchMatMulV2', 'ConcatV2', 'Fill', 'Identity', 'Max', 'Mean', 'OneHot', 'PadV2'),
  ...typed('output', 'T', 'Reshape', 'Slice', 'SplitV', 'Sum'),
  ...typed('activations', 'T', 'Relu'),
  ...typed('product', 'T', 'MatMul'),
  ...typed('softmax', 'T', 'Softmax'),
  ...typed('y', 'DstT', 'Cast'),
  ...typed('output', 'output_type', 'ArgMax'),
  ...typed('output', 'Tparams', 'GatherV2'),
  ...typed('output', 'dtype', 'Const', 'Placeholder', 'ResourceGather'),
  ...typed('value', 'dtype', 'ReadVariableOp'),
  ...typed('z', typeNumbers.bool, 'Equal', 'Greater', 'GreaterEqual', 'Less', 'LessEqual', 'LogicalAnd'),
  ...typed('z', typeNumbers.bool, 'LogicalOr', 'NotEqual'),
  ...typed('y', typeNumbers.bool, 'LogicalNot'),
]);

function typed(argument: string, type: string | number, ...operations: string[]) {
  return operations.map((operation) => [operation, { argument, type }] as const);
}

/** Operations on state and on the graph's edge. */
const outsideOperations = new Set([
  'AssignVariableOp',
  'Placeholder',
  'ReadVariableOp',
  'ResourceGather',
  'ResourceScatterUpdate',
  'VarHandleOp',
]);

/**
 * The same graph with its computation in a function for XLA. Everything in it runs at each step, whatever is fetched;
 * the nodes in `fetched` keep their names.
 * @throws Error with the operation that cannot be compiled
 */
export function clusterGraph(nodes: NodeMessage[], fetched: ReadonlySet<string>): GraphMessage {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const outside = outsideNodes(nodes, byName, fetched);
  const inside = nodes.filter(({ name, op }) => !outside.has(name) || op === 'Const');
  const argumentNames = new Map<string, string>();
  const resultPlaces = new Map<string, number>();

  const insideReference = (reference: string): string => {
    const { node, output } = nodeOf(reference, byName);
    if (!outside.has(node.name) || node.op === 'Const')
      return `${node.name}:${outputOf(node).argument}:${output}`;
    const known = argumentNames.get(reference);
    if (known !== undefined) return known;
    const name = `argument_${argumentNames.size}`;
    argumentNames.set(reference, name);
    return name;
  };
  const outsideReference = (reference: string): string => {
    const { node } = nodeOf(reference, byName);
    if (reference.startsWith('^') || outside.has(node.name)) return reference;
    const place = resultPlaces.get(reference) ?? resultPlaces.size;
    resultPlaces.set(reference, place);
    return `call:${place}`;
  };

  const body = inside.map((node) =>
    waits(node)
      ? barrier(node, byName, insideReference)
      : { ...node, input: node.input.map(insideReference) },
  );
  const rest = nodes
    .filter(({ name }) => outside.has(name))
    .map((node) => ({ ...node, input: node.input.map(outsideReference) }));
  const describe = (reference: string, name: string) => ({
    name,
    type: typeOf(nodeOf(reference, byName).node),
  });
  const inputs = [...argumentNames].map(([reference, name]) => describe(reference, name));
  const results = [...resultPlaces].map(([reference, place]) => describe(reference, `result_${place}`));
  const ret = Object.fromEntries(
    [...resultPlaces].map(([reference, place]) => [`result_${place}`, insideReference(reference)]),
  );
  const compiled: FunctionMessage = {
    signature: { name: FUNCTION, input_arg: inputs, output_arg: results },
    node_def: body,
    ret,
    attr: { _XlaMustCompile: { b: true }, _noinline: { b: true } },
  };
  return { nodes: [...rest, callNode([...argumentNames.keys()], inputs, results)], functions: [compiled] };
}

/** Whether a node passes its input on once another is there; see value-after.ts. */
function waits({ op, input }: NodeMessage): boolean {
  return op === 'Identity' && input.some((reference) => reference.startsWith('^'));
}

/** XLA knows no order but that of values: all go through a barrier together, and the first goes on. */
function barrier(
  node: NodeMessage,
  byName: Map<string, NodeMessage>,
  insideReference: (reference: string) => string,
): NodeMessage {
  const references = node.input.map((reference) => reference.replace('^', ''));
  const types = references.map((reference) => typeOf(nodeOf(reference, byName).node));
  return {
    name: node.name,
    op: 'XlaOptimizationBarrier',
    input: references.map(insideReference),
    attr: { T: { list: { type: types } } },
  };
}

function callNode(input: string[], inputs: ArgumentMessage[], results: ArgumentMessage[]): NodeMessage {
  const types = (list: ArgumentMessage[]): AttributeMessage => ({
    list: { type: list.map(({ type }) => type) },
  });
  const nothing = { s: new Uint8Array() };
  return {
    name: 'call',
    op: 'StatefulPartitionedCall',
    input,
    attr: {
      Tin: types(inputs),
      Tout: types(results),
      f: { func: { name: FUNCTION } },
      config: nothing,
      config_proto: nothing,
      executor_type: nothing,
      _XlaMustCompile: { b: true },
    },
  };
}

/** Names of the nodes that stay outside: on state, with control edges, and all that gathers of state need. */
function outsideNodes(
  nodes: NodeMessage[],
  byName: Map<string, NodeMessage>,
  results: ReadonlySet<string>,
): Set<string> {
  const outside = new Set<string>();
  const keepWithInputs = (node: NodeMessage): void => {
    if (outside.has(node.name)) return;
    outside.add(node.name);
    for (const reference of node.input) keepWithInputs(nodeOf(reference, byName).node);
  };
  for (const node of nodes) {
    if (node.op === 'ResourceGather') keepWithInputs(node);
    const isEdge = outsideOperations.has(node.op) || results.has(node.name);
    if (!isEdge) continue;
    outside.add(node.name);
    for (const reference of node.input) {
      const source = nodeOf(reference, byName).node;
      if (source.op === 'Const') outside.add(source.name);
    }
  }
  return outside;
}

function nodeOf(reference: string, byName: Map<string, NodeMessage>): { node: NodeMessage; output: number } {
  const [name = '', output = '0'] = reference.replace('^', '').split(':');
  const node = byName.get(name);
  if (node === undefined) throw new Error(`no node ${name} in the graph`);
  return { node, output: Number(output) };
}

function outputOf({ op }: NodeMessage): { argument: string; type: string | number } {
  const output = outputsByOperation.get(op);
  if (output === undefined) throw new Error(`XLA cannot compile the operation ${op}`);
  return output;
}

function typeOf(node: NodeMessage): number {
  const { type } = outputOf(node);
  if (typeof type === 'number') return type;
  const attribute = node.attr[type];
  if (attribute === undefined || !('type' in attribute)) throw new Error(`${node.name} has no type ${type}`);
  return attribute.type;
}
