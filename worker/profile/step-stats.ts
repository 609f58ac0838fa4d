// Reads what TensorFlow notes of a traced run: when each operation ran, on which thread, what it allocated
// (tensorflow/core/protobuf/config.proto, framework/step_stats.proto, allocation_description.proto).

import protobuf from 'protobufjs';
import { z } from 'zod';

const definitions = `
syntax = "proto3";
message AllocationRecord { int64 alloc_micros = 1; int64 alloc_bytes = 2; }
message AllocatorMemoryUsed { string allocator_name = 1; repeated AllocationRecord allocation_records = 6; }
message NodeExecStats {
  string node_name = 1; int64 all_start_micros = 2; int64 op_start_rel_micros = 3; int64 op_end_rel_micros = 4;
  repeated AllocatorMemoryUsed memory = 6; string timeline_label = 8; uint32 thread_id = 10;
  int64 all_start_nanos = 13; int64 op_start_rel_nanos = 14; int64 op_end_rel_nanos = 15;
}
message DeviceStepStats { string device = 1; repeated NodeExecStats node_stats = 2; }
message StepStats { repeated DeviceStepStats dev_stats = 1; }
message RunMetadata { StepStats step_stats = 1; }
`;

/** An operation that ran. */
export interface TracedNode {
  name: string;
  /** Its type, such as `MatMul`. */
  operation: string;
  device: string;
  thread: number;
  /** Since the epoch. */
  startMicros: number;
  endMicros: number;
  /** What it took (positive) and what of that was given back (negative), and when. */
  allocations: { micros: number; bytes: number }[];
}

const number = z.number().default(0);
const runMetadataSchema = z.object({
  step_stats: z
    .object({
      dev_stats: z
        .array(
          z.object({
            device: z.string().default(''),
            node_stats: z
              .array(
                z.object({
                  node_name: z.string().default(''),
                  timeline_label: z.string().default(''),
                  all_start_micros: number,
                  op_start_rel_micros: number,
                  op_end_rel_micros: number,
                  all_start_nanos: number,
                  op_start_rel_nanos: number,
                  op_end_rel_nanos: number,
                  thread_id: number,
                  memory: z
                    .array(
                      z.object({
                        allocation_records: z
                          .array(z.object({ alloc_micros: number, alloc_bytes: number }))
                          .default([]),
                      }),
                    )
                    .default([]),
                }),
              )
              .default([]),
          }),
        )
        .default([]),
    })
    .default({ dev_stats: [] }),
});
type NodeStats = z.infer<typeof runMetadataSchema>['step_stats']['dev_stats'][number]['node_stats'][number];

/** The operations of a run from the bytes of its RunMetadata, in the order in which they began. */
export function readStepStats(bytes: Uint8Array): TracedNode[] {
  const message = protobuf.parse(definitions, { keepCase: true }).root.lookupType('RunMetadata');
  const plain = message.toObject(message.decode(bytes), { longs: Number });
  const { step_stats } = runMetadataSchema.parse(plain);
  return step_stats.dev_stats
    .flatMap(({ device, node_stats }) => node_stats.map((stats) => tracedNode(device, stats)))
    .sort((left, right) => left.startMicros - right.startMicros);
}

function tracedNode(device: string, stats: NodeStats): TracedNode {
  const inNanos = stats.all_start_nanos > 0;
  const at = (ofNanos: number, ofMicros: number) =>
    inNanos ? (stats.all_start_nanos + ofNanos) / 1000 : stats.all_start_micros + ofMicros;
  return {
    name: stats.node_name,
    // `NAME = OPERATION(INPUTS)`
    operation: / = ([\w.]+)\(/.exec(stats.timeline_label)?.[1] ?? 'unknown',
    device,
    thread: stats.thread_id,
    startMicros: at(stats.op_start_rel_nanos, stats.op_start_rel_micros),
    endMicros: at(stats.op_end_rel_nanos, stats.op_end_rel_micros),
    allocations: stats.memory.flatMap(({ allocation_records }) =>
      allocation_records.map(({ alloc_micros, alloc_bytes }) => ({
        micros: alloc_micros,
        bytes: alloc_bytes,
      })),
    ),
  };
}
