// Times of operations: shared where they overlap, summed up by type, kind and level; and as a Chrome trace.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { chromeTrace } from '../../../worker/profile/chrome-trace.ts';
import { groupOf } from '../../../worker/profile/groups.ts';
import { memoryOf } from '../../../worker/profile/memory.ts';
import { shareTime, summarise, type TimedOperation } from '../../../worker/profile/operations.ts';

function timed(operation: string, label: string, startMicros: number, endMicros: number): TimedOperation {
  const flops = operation === 'MatMul' ? 1000 : null;
  return { name: `${label}/${operation}_1`, operation, label, thread: 7, startMicros, endMicros, flops };
}

test('operations that run at the same time divide it', () => {
  const operations = [timed('Add', '', 0, 4e6), timed('Mul', '', 2e6, 6e6), timed('Sub', '', 8e6, 9e6)];
  assert.deepEqual(shareTime(operations), [3, 3, 1]);
});

test('the shares add up to the time in which any operation ran', () => {
  const interval = fc.tuple(fc.nat(1000), fc.nat(1000));
  fc.assert(
    fc.property(fc.array(interval, { maxLength: 30 }), (intervals) => {
      const operations = intervals.map(([start, length]) => timed('Add', '', start, start + length));
      const covered = new Set(
        intervals.flatMap(([start, length]) => Array.from({ length }, (_, step) => start + step)),
      );
      const total = shareTime(operations).reduce((sum, share) => sum + share, 0);
      assert.ok(Math.abs(total * 1e6 - covered.size) < 1e-6 * (1 + covered.size));
      assert.ok(shareTime(operations).every((share) => share >= 0));
    }),
  );
});

const operations = [
  timed('MatMul', 'cycle 1/low 1', 0, 2e6),
  timed('Add', 'cycle 1/low 1', 2e6, 3e6),
  timed('_MklMatMul', 'backward/cycle 1/low 1', 3e6, 5e6),
  timed('AddN', 'backward', 5e6, 6e6),
  timed('Const', '', 6e6, 7e6),
];

test('what operations add up to', () => {
  const times = (operations: number, seconds: number, flops: number | null = null) => ({
    operations,
    seconds,
    busySeconds: seconds,
    flops,
  });
  assert.deepEqual(summarise(operations), {
    byGroup: [
      { group: 'matrix product', ...times(2, 4, 1000) },
      { group: 'element-wise', ...times(2, 2) },
      { group: 'constants', ...times(1, 1) },
    ],
    byOperation: [
      { operation: 'MatMul', group: 'matrix product', ...times(1, 2, 1000) },
      { operation: '_MklMatMul', group: 'matrix product', ...times(1, 2) },
      { operation: 'Add', group: 'element-wise', ...times(1, 1) },
      { operation: 'AddN', group: 'element-wise', ...times(1, 1) },
      { operation: 'Const', group: 'constants', ...times(1, 1) },
    ],
    byLevel: [
      { level: 'cycle 1/low 1', direction: 'forward', ...times(2, 3, 1000) },
      { level: 'cycle 1/low 1', direction: 'backward', ...times(1, 2) },
      { level: 'sums of gradients', direction: 'backward', ...times(1, 1) },
      { level: 'elsewhere', direction: 'forward', ...times(1, 1) },
    ],
    seconds: 7,
    flops: 1000,
  });
});

test('kinds of operations', () => {
  const names = ['TrmSwiglu', '_MklNativeFusedMatMul', 'BatchMatMulV2', '_Arg', 'Transpose', 'Unheard'];
  assert.deepEqual(names.map(groupOf), [
    'fused kernel',
    'matrix product',
    'matrix product',
    'bookkeeping',
    'data movement',
    'other',
  ]);
});

test('memory over time and its peak', () => {
  const nodes = [
    {
      allocations: [
        { micros: 10, bytes: 100 },
        { micros: 40, bytes: -100 },
      ],
    },
    { allocations: [{ micros: 20, bytes: 50 }] },
  ];
  assert.deepEqual(memoryOf(nodes, 10), {
    peakBytes: 150,
    timeline: [
      { seconds: 0, bytes: 100 },
      { seconds: 1e-5, bytes: 150 },
      { seconds: 3e-5, bytes: 50 },
    ],
  });
  assert.deepEqual(memoryOf([{ allocations: [] }], 0), { peakBytes: null, timeline: [] });
});

test('a Chrome trace has phases, parts, operations and memory on one clock', () => {
  const trace = JSON.parse(
    chromeTrace({
      phases: [{ name: 'data 1', track: 'data', startMicros: 90, endMicros: 100 }],
      operations: [timed('MatMul', 'heads', 120, 150)],
      startMicros: 110,
      memory: [{ seconds: 1e-5, bytes: 64 }],
    }),
  );
  const process = (pid: number, name: string) => ({
    name: 'process_name',
    ph: 'M',
    pid,
    tid: 0,
    args: { name },
  });
  const thread = (pid: number, name: string) => ({
    name: 'thread_name',
    ph: 'M',
    pid,
    tid: 0,
    args: { name },
  });
  assert.deepEqual(trace, {
    displayTimeUnit: 'ms',
    traceEvents: [
      process(1, 'phases of the steps'),
      thread(1, 'data'),
      { name: 'data 1', ph: 'X', pid: 1, tid: 0, ts: 0, dur: 10 },
      process(2, 'parts of the traced step'),
      thread(2, 'heads'),
      { name: 'heads', ph: 'X', pid: 2, tid: 0, ts: 30, dur: 30 },
      process(3, 'operations of the traced step'),
      {
        name: 'MatMul',
        ph: 'X',
        pid: 3,
        tid: 7,
        ts: 30,
        dur: 30,
        cat: 'matrix product',
        args: { node: 'heads/MatMul_1', part: 'heads', flops: 1000 },
      },
      { name: 'memory of operations', ph: 'C', pid: 3, tid: 0, ts: 30, args: { bytes: 64 } },
    ],
  });
});
