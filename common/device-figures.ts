// What a model takes on a device: time and memory, measured here, under limits or on the device itself, and the energy
// estimated from the operations counted. Every figure says which it is.

import { z } from 'zod';

const milliseconds = z.number().min(0);

/** How a limit of memory was kept; `none` where the platform has no way. */
export const memoryLimits = ['cgroup', 'ulimit', 'none'] as const;

/** Energy of the arithmetic alone, from a figure for each operation. */
export const energyEstimateSchema = z.object({
  source: z.literal('estimated'),
  /** Of one puzzle with the steps that it took. */
  millijoules: z.number().min(0),
  /** Multiply-adds of one puzzle. */
  multiplyAdds: z.number().min(0),
  picojoulesPerMultiplyAdd: z.number().min(0),
  /** What it rests on and leaves out, in words. */
  assumption: z.string(),
});
export type EnergyEstimate = z.infer<typeof energyEstimateSchema>;

export const deviceFigureSchema = z.object({
  source: z.literal('measured'),
  /** Where it came from: this machine, or a file of a runner. */
  origin: z.enum(['export', 'profile', 'import']),
  device: z.string(),
  runtime: z.string(),
  /** Of one run; null where that is not known. */
  threads: z.number().int().min(1).nullable(),
  /** Null without a limit. */
  memoryLimitMb: z.number().int().min(1).nullable(),
  memoryLimitedBy: z.enum(memoryLimits),
  /** Why there are no figures: the model did not run within the limits. */
  failure: z.string().nullable(),
  /** From the start of opening the file to the first answer. */
  coldStartMs: milliseconds.nullable(),
  /** Of one puzzle with all its steps, one puzzle at a time. */
  latencyMsP50: milliseconds.nullable(),
  latencyMsP95: milliseconds.nullable(),
  /** Largest resident memory of the process, and what it held before the model was opened. */
  peakMemoryBytes: z.number().int().nullable(),
  runtimeMemoryBytes: z.number().int().nullable(),
  puzzles: z.number().int(),
  /** Supervision steps of a puzzle, mean. */
  steps: z.number().nullable(),
  energy: energyEstimateSchema.nullable(),
  time: z.string(),
});
export type DeviceFigure = z.infer<typeof deviceFigureSchema>;
