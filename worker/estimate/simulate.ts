// Runs a recorded graph without computing: in the order in which TensorFlow's executor would run it, allocating and
// freeing what it would. The state lives on between runs, as it does in the session.

import { type Graph, type GraphNode, informationOf, type ValueReference } from '../capture/graph.ts';
import { sizeOf } from '../capture/program.ts';
import type { Allocation, Allocator } from './allocator.ts';
import { type FusedLayer, fusedLayerOf, productFlopsIn } from './fused-layers.ts';
import type { FusedScratch } from './fused-scratch.ts';
import { isView, mayOverwriteInput } from './storage.ts';
import { bytesMoved, bytesOf } from './work.ts';

export interface SimulationOptions {
  allocator: Allocator;
  /** Operations that run at the same time: as many as the machine has cores. */
  lanes: number;
  /** Which of the graph's outputs are asked for; nothing is computed for the others. */
  outputs: string[];
  /** Where fused layers take the memory for their own work; not asked for where the graph has none. */
  scratch?: FusedScratch;
}

export interface Simulation {
  /** Runs the graph once. */
  run(): void;
  /** Operations of a run, by kernel. */
  counts: ReadonlyMap<string, number>;
}

/** A piece of memory and how many still need it. */
interface Buffer {
  bytes: number;
  users: number;
  /** Null for what the graph itself owns (constants) or what comes from outside (inputs). */
  allocation: Allocation | null;
}

/**
 * Only the order of operations hangs on these, hence what is live together: a second per operation, byte and
 * floating-point operation of a machine of middling speed.
 */
const NOMINAL_SECONDS = { operation: 1e-6, byte: 1e-10, flop: 1.25e-11 };

/** Prepares the simulation and allocates the state. */
export function createSimulation(graph: Graph, options: SimulationOptions): Simulation {
  const { allocator } = options;
  const plan = planOf(graph, options.outputs);
  const variables = new Map<string, Buffer>();
  for (const [name, { shape }] of Object.entries(graph.stateSpecifications)) {
    const bytes = 4 * sizeOf(shape);
    variables.set(name, { bytes, users: 1, allocation: allocator.allocate(bytes) });
  }
  const counts = new Map<string, number>();
  for (const [index, node] of graph.nodes.entries()) {
    if (!plan.needed[index] || node.kind !== 'kernel') continue;
    counts.set(node.kernel, (counts.get(node.kernel) ?? 0) + 1);
  }
  return { run: () => runOnce(graph, plan, variables, options), counts };
}

interface Plan {
  needed: boolean[];
  /** For each node, the nodes that read it. */
  readers: number[][];
  /** For each node and output, how often it is read, by operations, assignments and fetches. */
  uses: number[][];
  /** Names of the state that each node's outputs become. */
  assignments: { name: string; output: number }[][];
  /** What is held until the run ends: fetched outputs, and new rows of tables. */
  held: ValueReference[];
  seconds: number[];
  /** For each node, the fused layer that it is. */
  layers: (FusedLayer | null)[];
}

function planOf(graph: Graph, outputs: string[]): Plan {
  const fetched = outputs.map((name) => graph.outputs[name] as ValueReference);
  const updates = Object.values(graph.rowUpdates).flatMap(({ indices, rows }) => [indices, rows]);
  const held = [...updates, ...fetched];
  const roots = [...Object.values(graph.state), ...held];
  const needed = neededNodes(graph, roots);
  const uses = graph.nodes.map((node) => node.outputs.map(() => 0));
  const readers: number[][] = graph.nodes.map(() => []);
  const use = ({ node, output }: ValueReference) => {
    (uses[node] as number[])[output] = ((uses[node] as number[])[output] as number) + 1;
  };
  for (const [index, node] of graph.nodes.entries()) {
    if (!needed[index]) continue;
    for (const reference of node.inputs) {
      use(reference);
      readers[reference.node]?.push(index);
    }
  }
  roots.forEach(use);
  const assignments: Plan['assignments'] = graph.nodes.map(() => []);
  for (const [name, { node, output }] of Object.entries(graph.state))
    assignments[node]?.push({ name, output });
  const seconds = graph.nodes.map((node) => nominalSeconds(graph, node));
  const layers = graph.nodes.map((node) => fusedLayerOf(graph, node));
  return { needed, readers, uses, assignments, held, seconds, layers };
}

function neededNodes(graph: Graph, roots: ValueReference[]): boolean[] {
  const needed = graph.nodes.map(() => false);
  const pending = roots.map(({ node }) => node);
  for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
    if (needed[index]) continue;
    needed[index] = true;
    pending.push(...(graph.nodes[index] as GraphNode).inputs.map(({ node }) => node));
  }
  return needed;
}

function nominalSeconds(graph: Graph, node: GraphNode): number {
  if (node.kind !== 'kernel' || isView(graph, node)) return 0;
  const flops = productFlopsIn(graph, node);
  const { operation, byte, flop } = NOMINAL_SECONDS;
  return operation + bytesMoved(graph, node) * byte + flops * flop;
}

/**
 * As in TensorFlow's executor, a lane goes on with what it has just made ready, the newest first, and takes the oldest
 * of another lane when it has nothing left.
 */
function runOnce(
  graph: Graph,
  plan: Plan,
  variables: Map<string, Buffer>,
  { allocator, lanes, scratch }: SimulationOptions,
): void {
  const memory = createMemory(graph, plan, variables, allocator, scratch);
  const waitingFor = graph.nodes.map((node) => node.inputs.length);
  const ready: number[][] = Array.from({ length: lanes }, () => []);
  const running: ({ node: number; end: number } | null)[] = ready.map(() => null);
  for (const [index, node] of graph.nodes.entries()) {
    if (plan.needed[index] && node.inputs.length === 0) ready[0]?.push(index);
  }
  let now = 0;
  for (;;) {
    for (const [lane, current] of running.entries()) {
      const node = current === null ? (ready[lane]?.pop() ?? steal(ready)) : undefined;
      if (node === undefined) continue;
      memory.begin(node);
      running[lane] = { node, end: now + (plan.seconds[node] as number) };
    }
    const lane = earliest(running);
    const ended = running[lane];
    if (!ended) break;
    now = ended.end;
    running[lane] = null;
    memory.end(ended.node);
    for (const reader of plan.readers[ended.node] as number[]) {
      waitingFor[reader] = (waitingFor[reader] as number) - 1;
      if (waitingFor[reader] === 0) ready[lane]?.push(reader);
    }
  }
  memory.finish();
}

function steal(ready: number[][]): number | undefined {
  return ready.find((lane) => lane.length > 0)?.shift();
}

function earliest(running: ({ end: number } | null)[]): number {
  let best = 0;
  for (const [lane, current] of running.entries()) {
    if (current && current.end < (running[best]?.end ?? Number.POSITIVE_INFINITY)) best = lane;
  }
  return best;
}

function createMemory(
  graph: Graph,
  plan: Plan,
  variables: Map<string, Buffer>,
  allocator: Allocator,
  scratch?: FusedScratch,
) {
  const buffers: Buffer[][] = graph.nodes.map(() => []);

  function release(buffer: Buffer, users = 1): void {
    buffer.users -= users;
    if (buffer.users > 0 || buffer.allocation === null) return;
    allocator.free(buffer.allocation);
    buffer.allocation = null;
  }
  const bufferOf = ({ node, output }: ValueReference) => buffers[node]?.[output] as Buffer;
  const create = (bytes: number): Buffer => ({ bytes, users: 0, allocation: allocator.allocate(bytes) });

  function outputsOf(node: GraphNode): Buffer[] {
    if (node.kind === 'state') return [variables.get(node.name) as Buffer];
    if (node.kind !== 'kernel')
      return node.outputs.map((output) => ({ bytes: bytesOf(output), users: 0, allocation: null }));
    const first = node.inputs[0];
    if (first !== undefined && isView(graph, node)) return node.outputs.map(() => bufferOf(first));
    const [output] = node.outputs;
    const reused = node.outputs.length === 1 && output ? overwritable(node, bytesOf(output)) : undefined;
    return reused ? [reused] : node.outputs.map((each) => create(bytesOf(each)));
  }

  function overwritable(node: Extract<GraphNode, { kind: 'kernel' }>, bytes: number): Buffer | undefined {
    if (!mayOverwriteInput(node)) return undefined;
    const { type } = node.outputs[0] as { type: string };
    return node.inputs
      .filter((reference) => informationOf(graph, reference).type === type)
      .map(bufferOf)
      .find((buffer) => buffer.users === 1 && buffer.bytes === bytes && buffer.allocation !== null);
  }

  return {
    begin(index: number): void {
      const node = graph.nodes[index] as GraphNode;
      const made = outputsOf(node);
      buffers[index] = made;
      const layer = plan.layers[index];
      if (layer) scratch?.begin(layer);
      for (const [output, buffer] of made.entries()) {
        const users = plan.uses[index]?.[output] as number;
        buffer.users += users;
        if (users === 0 && buffer.users === 0) release(buffer, 0);
      }
    },
    /** Inputs are let go of; a new value of the state takes the place of the old one. */
    end(index: number): void {
      const node = graph.nodes[index] as GraphNode;
      const layer = plan.layers[index];
      if (layer) scratch?.end(layer);
      for (const reference of node.inputs) release(bufferOf(reference));
      for (const { name, output } of plan.assignments[index] as Plan['assignments'][number]) {
        const buffer = buffers[index]?.[output] as Buffer;
        release(variables.get(name) as Buffer);
        variables.set(name, buffer);
      }
    },
    finish(): void {
      for (const reference of plan.held) release(bufferOf(reference));
    },
  };
}
