// A profile in the trace event format that Chrome's about:tracing and Perfetto show: the phases of the measured steps,
// the operations of the traced run by thread, its places in the recursion, and its memory.

import { groupOf } from './groups.ts';
import type { TimedOperation } from './operations.ts';

/** A span of time on a track. */
export interface Span {
  name: string;
  track: string;
  startMicros: number;
  endMicros: number;
}

export interface TraceContents {
  phases: Span[];
  operations: readonly TimedOperation[];
  /** When the traced run began, since the epoch. */
  startMicros: number;
  memory: readonly { seconds: number; bytes: number }[];
}

type TraceEvent = { name: string; ph: 'X' | 'C' | 'M'; pid: number; tid: number } & {
  cat?: string;
  ts?: number;
  dur?: number;
  args?: Record<string, string | number>;
};

const PROCESSES = { phases: 1, levels: 2, operations: 3 };

/** The trace as the JSON text of its file. Times begin with the earliest event. */
export function chromeTrace({ phases, operations, startMicros, memory }: TraceContents): string {
  const levels = levelSpans(operations);
  const starts = [...phases, ...operations].map((each) => each.startMicros);
  const zero = starts.reduce((earliest, micros) => Math.min(earliest, micros), startMicros);
  const span = (
    pid: number,
    tid: number,
    of: Omit<Span, 'track'>,
    more: Partial<TraceEvent> = {},
  ): TraceEvent => ({
    name: of.name,
    ph: 'X',
    pid,
    tid,
    ts: of.startMicros - zero,
    dur: Math.max(0, of.endMicros - of.startMicros),
    ...more,
  });
  const events: TraceEvent[] = [
    ...onTracks(PROCESSES.phases, 'phases of the steps', phases, span),
    ...onTracks(PROCESSES.levels, 'parts of the traced step', levels, span),
    processName(PROCESSES.operations, 'operations of the traced step'),
    ...operations.map((operation) =>
      span(
        PROCESSES.operations,
        operation.thread,
        { ...operation, name: operation.operation },
        describe(operation),
      ),
    ),
    ...memory.map(
      ({ seconds, bytes }): TraceEvent => ({
        name: 'memory of operations',
        ph: 'C',
        pid: PROCESSES.operations,
        tid: 0,
        ts: startMicros - zero + seconds * 1e6,
        args: { bytes },
      }),
    ),
  ];
  return `{"displayTimeUnit":"ms","traceEvents":[\n${events.map((event) => JSON.stringify(event)).join(',\n')}\n]}\n`;
}

function describe({ name, operation, label, flops }: TimedOperation): Partial<TraceEvent> {
  return { cat: groupOf(operation), args: { node: name, part: label, ...(flops !== null && { flops }) } };
}

/** From the first to the last operation of each part; parts overlap where the library reorders, so each has a track. */
function levelSpans(operations: readonly TimedOperation[]): Span[] {
  const spans = new Map<string, Span>();
  for (const { label, startMicros, endMicros } of operations) {
    if (label === '') continue;
    const span = spans.get(label) ?? { name: label, track: label, startMicros, endMicros };
    span.startMicros = Math.min(span.startMicros, startMicros);
    span.endMicros = Math.max(span.endMicros, endMicros);
    spans.set(label, span);
  }
  return [...spans.values()].sort((left, right) => left.startMicros - right.startMicros);
}

function onTracks(
  pid: number,
  name: string,
  spans: readonly Span[],
  toEvent: (pid: number, tid: number, span: Span) => TraceEvent,
): TraceEvent[] {
  const tracks = [...new Set(spans.map(({ track }) => track))];
  return [
    processName(pid, name),
    ...tracks.map(
      (track, tid): TraceEvent => ({ name: 'thread_name', ph: 'M', pid, tid, args: { name: track } }),
    ),
    ...spans.map((span) => toEvent(pid, tracks.indexOf(span.track), span)),
  ];
}

function processName(pid: number, name: string): TraceEvent {
  return { name: 'process_name', ph: 'M', pid, tid: 0, args: { name } };
}
