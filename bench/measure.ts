// Repeated measurements: medians with their spread, and what machine they were taken on.

import { execFile } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { promisify } from 'node:util';
import { z } from 'zod';

/** What one run of one program took: time on the clock, time of processors, memory. */
export const measurementSchema = z.object({
  elapsedMs: z.number(),
  processorMs: z.number(),
  peakMemoryBytes: z.number(),
});
export type Measurement = z.infer<typeof measurementSchema>;

export interface Spread {
  median: number;
  minimum: number;
  maximum: number;
}

export function spreadOf(numbers: number[]): Spread {
  const sorted = numbers.toSorted((one, other) => one - other);
  const middle = (sorted.length - 1) / 2;
  const at = (index: number) => sorted[index] ?? Number.NaN;
  return {
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    minimum: at(0),
    maximum: at(sorted.length - 1),
  };
}

/** Runs a program that prints a measurement as JSON on its last line. */
export async function measureProgram(program: string, programArguments: string[]): Promise<Measurement> {
  const { stdout } = await promisify(execFile)(program, programArguments, { maxBuffer: 1 << 26 });
  const lastLine = stdout.trimEnd().split('\n').at(-1) ?? '';
  return measurementSchema.parse(JSON.parse(lastLine));
}

export function describeMachine(): string {
  const [cpu] = cpus();
  return `${cpus().length} × ${cpu?.model ?? 'unknown CPU'}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.versions.node}`;
}
