// What a runner measured on the device that a model is meant for, as the JSON file that `--benchmark` writes there and
// the studio reads. Further fields are left out on reading: other programs may add their own.

import { z } from 'zod';

export const deviceBenchmarkFormat = 'trm-device-benchmark/1';

/** The largest file that is taken for one. */
export const MOST_BENCHMARK_BYTES = 64 * 1024;

const milliseconds = z.number().min(0);

export const deviceBenchmarkSchema = z
  .object({
    format: z.literal(deviceBenchmarkFormat),
    /** What the device is, in the words of whoever measured, such as `Raspberry Pi 5`. */
    device: z.string().trim().min(1).max(200),
    /** What ran the model, with its version, such as `onnxruntime 1.30.0 (Python 3.13.1)`. */
    runtime: z.string().trim().min(1).max(200),
    /** SHA-256 of the model file, in lower case: the figures belong to this file and to no other. */
    modelSha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'the SHA-256 of the model file, 64 digits of 0-9 and a-f'),
    /** Threads of one run; null where the runtime does not say. */
    threads: z.number().int().min(1).nullable(),
    /** From the start of opening the file to the first answer. */
    coldStartMs: milliseconds,
    /** Time of one puzzle, all its steps included, one puzzle at a time. */
    latencyMsP50: milliseconds,
    latencyMsP95: milliseconds,
    /** The largest resident memory of the process; null where the platform does not tell, such as a browser. */
    peakMemoryBytes: z.number().int().min(0).nullable(),
    /** Puzzles that were timed. */
    puzzles: z.number().int().min(1),
    /** Supervision steps that they took, mean. */
    steps: z.number().min(1),
    /** When it was measured. */
    time: z.iso.datetime({ offset: true }),
  })
  .refine(({ latencyMsP50, latencyMsP95 }) => latencyMsP50 <= latencyMsP95, {
    path: ['latencyMsP95'],
    error: 'at least latencyMsP50',
  });
export type DeviceBenchmark = z.infer<typeof deviceBenchmarkSchema>;
