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

/** What `work` takes in this process, whose peak memory it is. */
export async function measureWork(work: () => unknown): Promise<Measurement> {
  const processorStart = process.cpuUsage();
  const start = performance.now();
  await work();
  const elapsedMs = performance.now() - start;
  const { user, system } = process.cpuUsage(processorStart);
  return { elapsedMs, processorMs: (user + system) / 1000, peakMemoryBytes: peakMemoryBytes() };
}

export function peakMemoryBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}

export interface Spread {
  median: number;
  minimum: number;
  maximum: number;
}

export function spreadOf(numbers: number[]): Spread {
  return {
    median: quantileOf(numbers, 0.5),
    minimum: quantileOf(numbers, 0),
    maximum: quantileOf(numbers, 1),
  };
}

/** The quantile for a share of 0 to 1, between two neighbours in proportion. */
export function quantileOf(numbers: number[], share: number): number {
  const sorted = numbers.toSorted((one, other) => one - other);
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
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
