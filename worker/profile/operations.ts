// Operations that were timed, and what they add up to: by type, by kind and by place in the recursion.

import type { ProfileLevel, ProfileOperation, ProfileResult } from '../../common/profile.ts';
import type { Graph } from '../capture/graph.ts';
import { BACKWARD } from '../capture/labels.ts';
import { nodeNames } from '../capture/tensorflow/emit.ts';
import { productFlopsIn } from '../estimate/fused-layers.ts';
import { groupOf, multiplies } from './groups.ts';
import type { TracedNode } from './step-stats.ts';

/** One operation that ran. */
export interface TimedOperation {
  name: string;
  /** Its type. */
  operation: string;
  /** What part of the program it belongs to; empty where that is not known. */
  label: string;
  thread: number;
  /** Since the epoch. */
  startMicros: number;
  endMicros: number;
  /** Of a matrix product whose shapes are known; else null. */
  flops: number | null;
}

/** Gives nodes of a traced run the labels and the work of the recorded graph that they come from. */
export function identify(nodes: readonly TracedNode[], graph: Graph): TimedOperation[] {
  const emitted = new Map<string, number | null>();
  const labels = new Map<string, string>();
  for (const [index, node] of graph.nodes.entries()) {
    if (node.kind !== 'kernel') continue;
    const name = nodeNames.kernel(node, index);
    emitted.set(name, productFlopsIn(graph, node) || null);
    if (node.label !== undefined) labels.set(name.slice(0, name.lastIndexOf('/')), node.label);
  }
  return nodes.map(({ name, operation, thread, startMicros, endMicros }) => {
    const found = multiplies(operation) ? findPart(name, emitted) : undefined;
    return {
      name,
      operation,
      label: findPart(name, labels) ?? '',
      thread,
      startMicros,
      endMicros,
      flops: found ?? null,
    };
  });
}

/** The value of the longest run of segments of a path; TensorFlow puts its own before and after a node's name. */
function findPart<Value>(path: string, known: ReadonlyMap<string, Value>): Value | undefined {
  const segments = path.split('/');
  for (let length = segments.length; length > 0; length--) {
    for (let first = 0; first + length <= segments.length; first++) {
      const value = known.get(segments.slice(first, first + length).join('/'));
      if (value !== undefined) return value;
    }
  }
  return undefined;
}

/** Each operation's share of the time in which any ran, in seconds: those that run at the same time divide it. */
export function shareTime(operations: readonly TimedOperation[]): number[] {
  const moments = operations.flatMap(({ startMicros, endMicros }, index) => [
    { micros: startMicros, index, begins: true },
    { micros: endMicros, index, begins: false },
  ]);
  moments.sort((left, right) => left.micros - right.micros || Number(right.begins) - Number(left.begins));
  const begun: number[] = [];
  const shares: number[] = operations.map(() => 0);
  let [running, shared, lastMicros] = [0, 0, 0];
  for (const { micros, index, begins } of moments) {
    if (running > 0) shared += (micros - lastMicros) / running;
    lastMicros = micros;
    running += begins ? 1 : -1;
    if (begins) begun[index] = shared;
    else shares[index] = (shared - (begun[index] ?? shared)) / 1e6;
  }
  return shares;
}

type Summary = Pick<ProfileResult, 'byGroup' | 'byOperation' | 'byLevel'> & {
  seconds: number;
  flops: number;
};
type Times = ProfileResult['byGroup'][number];

/** What operations add up to, the longest first. */
export function summarise(operations: readonly TimedOperation[]): Summary {
  const shares = shareTime(operations);
  const byGroup = new Map<string, Times>();
  const byOperation = new Map<string, ProfileOperation>();
  const byLevel = new Map<string, ProfileLevel>();
  for (const [index, timed] of operations.entries()) {
    const { operation } = timed;
    const group = groupOf(operation);
    const place = placeOf(timed.label);
    const share = shares[index] ?? 0;
    add(byGroup, group, { group }, timed, share);
    add(byOperation, operation, { operation, group }, timed, share);
    add(byLevel, `${place.direction} ${place.level}`, place, timed, share);
  }
  return {
    byGroup: longestFirst(byGroup),
    byOperation: longestFirst(byOperation),
    byLevel: [...byLevel.values()],
    seconds: shares.reduce((sum, share) => sum + share, 0),
    flops: operations.reduce((sum, { flops }) => sum + (flops ?? 0), 0),
  };
}

const UNLABELLED = 'elsewhere';
const SUMS_OF_GRADIENTS = 'sums of gradients';

function placeOf(label: string): Pick<ProfileLevel, 'level' | 'direction'> {
  if (label === '') return { level: UNLABELLED, direction: 'forward' };
  if (label === BACKWARD) return { level: SUMS_OF_GRADIENTS, direction: 'backward' };
  const prefix = `${BACKWARD}/`;
  if (label.startsWith(prefix)) return { level: label.slice(prefix.length), direction: 'backward' };
  return { level: label, direction: 'forward' };
}

type Added = Pick<Times, 'operations' | 'seconds' | 'busySeconds' | 'flops'>;

function add<Key extends object>(
  table: Map<string, Key & Added>,
  name: string,
  key: Key,
  { startMicros, endMicros, flops }: TimedOperation,
  seconds: number,
): void {
  const entry = table.get(name) ?? { ...key, operations: 0, seconds: 0, busySeconds: 0, flops: null };
  entry.operations++;
  entry.seconds += seconds;
  entry.busySeconds += (endMicros - startMicros) / 1e6;
  if (flops !== null) entry.flops = (entry.flops ?? 0) + flops;
  table.set(name, entry);
}

function longestFirst<Entry extends { seconds: number }>(table: Map<string, Entry>): Entry[] {
  return [...table.values()].sort((left, right) => right.seconds - left.seconds);
}
