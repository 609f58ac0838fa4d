// Decides which operations of a recorded graph are computed in bfloat16: matrix products, and the element-wise work
// that lies between them. Reductions, roots, logarithms, exponentials, whatever only leads to those or to results,
// whatever the program wants in full precision, and every kernel that is not named here stay in float32.

import type { Graph, GraphNode } from '../graph.ts';
import { sizeOf } from '../program.ts';
import { VALUE_AFTER, valueInputs } from '../value-after.ts';

/** How a graph is computed. */
export type Precision = 'float32' | 'bfloat16';

type Role = 'product' | 'arithmetic' | 'movement';

const roles: ReadonlyMap<string, Role> = new Map<string, Role>([
  ['BatchMatMul', 'product'],
  ...named(
    'arithmetic',
    'Add',
    'Cast',
    'Identity',
    'Maximum',
    'Minimum',
    'Multiply',
    'Neg',
    'Relu',
    'Sigmoid',
  ),
  ...named('arithmetic', 'Square', 'Sub', 'ZerosLike'),
  // These change no value: they may be done before a cast or after it.
  ...named('movement', 'Concat', 'PadV2', 'Reshape', 'Slice', 'SplitV', 'Transpose', VALUE_AFTER),
]);

/** These pick values that are there already. They stay in float32 without keeping what follows in it. */
const lookups: ReadonlySet<string> = new Set(['GatherV2', 'OneHot']);

function named(role: Role, ...kernels: string[]): [string, Role][] {
  return kernels.map((kernel) => [kernel, role]);
}

/**
 * How a value came about. `derived`: from matrix products; `neutral`: from state, inputs and constants alone; `exact`:
 * from work that stays in float32, whose result is not rounded until a product takes it.
 */
type Origin = 'derived' | 'neutral' | 'exact';

/** The nodes whose float outputs are bfloat16, and which take their float inputs as such. */
export function bfloat16Nodes(graph: Graph): Set<number> {
  const origins = traceOrigins(graph);
  const consumers = consumersOf(graph);
  const chosen = new Set<number>();
  /** Nodes with a consumer in bfloat16, also by way of movements. */
  const wanted = new Set<number>();
  for (let index = graph.nodes.length - 1; index >= 0; index--) {
    const node = graph.nodes[index] as GraphNode;
    const role = roleOf(node);
    const uses = consumers[index] ?? [];
    const isWanted = uses.some(
      (use) => use !== RESULT && (chosen.has(use) || (isMovement(graph, use) && wanted.has(use))),
    );
    if (isWanted) wanted.add(index);
    if (role === null) continue;
    const onlyThere = uses.length > 0 && uses.every((use) => chosen.has(use));
    const fits: Record<Role, boolean> = {
      product: true,
      arithmetic: origins[index] === 'derived' ? isWanted : origins[index] === 'neutral' && onlyThere,
      movement: onlyThere,
    };
    if (fits[role]) chosen.add(index);
  }
  followProducers(graph, chosen);
  return chosen;
}

/** In the list of a value's consumers: it is a result of the program, which is float32. */
const RESULT = -1;

function consumersOf(graph: Graph): number[][] {
  const consumers: number[][] = graph.nodes.map(() => []);
  graph.nodes.forEach((node, index) => {
    for (const input of valueInputs(node)) consumers[input.node]?.push(index);
  });
  const results = [
    ...Object.values(graph.state),
    ...Object.values(graph.rowUpdates).flatMap(({ indices, rows }) => [indices, rows]),
    ...Object.values(graph.outputs),
  ];
  for (const { node } of results) consumers[node]?.push(RESULT);
  return consumers;
}

function traceOrigins(graph: Graph): Origin[] {
  const origins: Origin[] = [];
  graph.nodes.forEach((node, index) => {
    origins[index] = originOf(graph, node, origins);
  });
  return origins;
}

function originOf(graph: Graph, node: GraphNode, origins: Origin[]): Origin {
  if (node.kind !== 'kernel') return 'neutral';
  const role = roleOf(node);
  if (role === null) return isFloat(node) && !lookups.has(node.kernel) ? 'exact' : 'neutral';
  if (role === 'product') return 'derived';
  const size = sizeOf(node.outputs[0]?.shape ?? []);
  const operands = valueInputs(node).map(({ node: from, output }) => ({
    origin: origins[from] as Origin,
    // A smaller operand, such as the inverse norm of each row, may be rounded to fit the larger one.
    isWhole: role === 'movement' || sizeOf(graph.nodes[from]?.outputs[output]?.shape ?? []) === size,
  }));
  if (operands.some(({ origin, isWhole }) => origin === 'exact' && isWhole)) return 'exact';
  return operands.some(({ origin }) => origin === 'derived') ? 'derived' : 'neutral';
}

/** Null for what must stay in float32, and for what has nothing to do with floats. */
function roleOf(node: GraphNode): Role | null {
  if (node.kind !== 'kernel' || node.fullPrecision === true || !isFloat(node)) return null;
  return roles.get(node.kernel) ?? null;
}

function isFloat(node: GraphNode): boolean {
  return node.outputs[0]?.type === 'float32';
}

function isMovement(graph: Graph, index: number): boolean {
  return roleOf(graph.nodes[index] as GraphNode) === 'movement';
}

/** A movement that makes nothing larger is done in bfloat16 where its inputs are: then less is cast afterwards. */
function followProducers(graph: Graph, chosen: Set<number>): void {
  graph.nodes.forEach((node, index) => {
    const grows = node.kind === 'kernel' && node.kernel === 'PadV2';
    if (roleOf(node) !== 'movement' || grows) return;
    if (valueInputs(node).every((input) => chosen.has(input.node))) chosen.add(index);
  });
}

/** The nearest bfloat16 number, ties to even, as its 16 bits. */
export function bfloat16Bits(value: number): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0] as number;
  if (Number.isNaN(value)) return 0x7fc0;
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}
