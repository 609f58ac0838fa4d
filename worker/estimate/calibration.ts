// How fast this device is: each sample chain is timed once, and the result is kept in a file for the next time. A file
// that was made by another device, library or version of the samples is made anew.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { plainCompute } from '../capture/compute.ts';
import { createExecutor } from '../capture/executor.ts';
import { computeOnThisDevice } from '../compute.ts';
import { writeFileAtomic } from '../files.ts';
import type { Runtime } from '../runtime.ts';
import { FUSED_SAMPLES, fusedChainLength, fusedFlopsOf, fusedOutput } from './fused-samples.ts';
import { KERNEL_CLASSES, type KernelClass } from './kernel-classes.ts';
import {
  chainLength,
  classOutput,
  PAIRS,
  PRODUCT_PAIRS,
  productOutput,
  productsOf,
  SAMPLE_ELEMENTS,
  sampleProgram,
  sampleState,
} from './samples.ts';
import { flopsOf } from './work.ts';

/** Counts up when the samples or what is made of them change. */
const VERSION = 3;

/** The best of so many runs counts: whatever else runs on the machine only makes a run longer. */
const ROUNDS = 4;

/** Programs that want each core, above which the machine counts as busy with other work and its times as too long. */
const BUSY_LOAD = 1.5;

/**
 * On a busy machine processor time is all that can be trusted. An idle one of two cores is in use by this share in a
 * training step: measured 0.88 to 0.96 over configs from the demo to hidden size 512.
 */
const CORES_IN_USE = 0.93;

export const calibrationSchema = z.object({
  version: z.literal(VERSION),
  device: z.string(),
  library: z.string(),
  cores: z.number().int(),
  measuredAt: z.string(),
  /** Seconds of one operation of each class, for each of the sample sizes. */
  classSeconds: z.record(z.enum(KERNEL_CLASSES), z.array(z.number()).length(SAMPLE_ELEMENTS.length)),
  /** Floating-point operations a second of each pair of matrix products, in the order of PRODUCT_PAIRS. */
  productFlops: z.array(z.number()).length(PRODUCT_PAIRS.length),
  /**
   * Floating-point operations a second in the matrix products of each fused layer, in the order of FUSED_SAMPLES; null
   * where there are no fused layers.
   */
  fusedFlops: z.array(z.number()).length(FUSED_SAMPLES.length).nullable(),
  /** Of a call that computes nothing. */
  callSeconds: z.number(),
  /** Programs that wanted each core in the minute before (the load average by cores); 0 where the system does not say. */
  loadPerCore: z.number(),
});
export type Calibration = z.infer<typeof calibrationSchema>;

/** The processor that the calibration is of. */
export function deviceName(): string {
  return `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${availableParallelism()} cores`;
}

/** The calibration of this device, from `folder` where it is kept there, else measured and kept (null: not kept). */
export async function calibrationOf(
  runtime: Runtime,
  folder: string | null,
  options: { measureAgain: boolean; onProgress(done: number, total: number): void },
): Promise<Calibration> {
  const library = `${runtime.backend} ${runtime.version}`;
  const file = folder === null ? null : join(folder, `${fileTag(deviceName(), library)}.json`);
  const kept = file === null || options.measureAgain ? null : readCalibration(file, library);
  if (kept !== null) return kept;
  const calibration = await measureDevice(library, options.onProgress);
  if (file !== null) {
    await writeFileAtomic(file, `${JSON.stringify(calibration, null, 2)}\n`);
  }
  return calibration;
}

/** Whether the device was timed while other programs kept it busy, so that its times come from processor time. */
export function wasBusy({ loadPerCore }: Calibration): boolean {
  return loadPerCore > BUSY_LOAD;
}

function presentLoadPerCore(): number {
  return (loadavg()[0] as number) / availableParallelism();
}

function fileTag(device: string, library: string): string {
  return createHash('sha256').update(`${VERSION} ${device} ${library}`).digest('hex').slice(0, 16);
}

/** Whether steps in float32 have whole layers as one operation here. */
function hasFusedLayers(): boolean {
  return computeOnThisDevice({ precision: 'float32', xla: 'off' }).fusedLayers;
}

/** Null where there is none that fits, or none of a quiet machine now that it is quieter. */
function readCalibration(file: string, library: string): Calibration | null {
  try {
    const parsed = calibrationSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    const isOfDevice = parsed.device === deviceName() && parsed.library === library;
    const fits = isOfDevice && (parsed.fusedFlops !== null) === hasFusedLayers();
    const canDoBetter = wasBusy(parsed) && presentLoadPerCore() < parsed.loadPerCore / 2;
    return fits && !canDoBetter ? parsed : null;
  } catch {
    return null;
  }
}

async function measureDevice(
  library: string,
  onProgress: (done: number, total: number) => void,
): Promise<Calibration> {
  const loadPerCore = presentLoadPerCore();
  const fusedLayers = hasFusedLayers();
  const program = sampleProgram(fusedLayers);
  const executor = createExecutor(program, 'auto', { ...plainCompute, fusedLayers });
  const wall = new Map<string, number>();
  const processor = new Map<string, number>();
  try {
    await executor.writeState(sampleState(program));
    // In rounds over all samples, so that a moment in which the machine is busy spoils none of them for good. The first
    // round also prepares the graphs and is not counted.
    for (let round = 0; round <= ROUNDS; round++) {
      for (const output of sampleOutputs(fusedLayers)) {
        onProgress(round, ROUNDS + 1);
        const startedMs = performance.now();
        const usage = process.cpuUsage();
        await executor.run({}, [output]);
        const { user, system } = process.cpuUsage(usage);
        if (round === 0) continue;
        keepBest(wall, output, (performance.now() - startedMs) / 1000);
        keepBest(processor, output, (user + system) / 1e6 / (availableParallelism() * CORES_IN_USE));
      }
    }
  } finally {
    executor.dispose();
  }
  const isBusy = loadPerCore > BUSY_LOAD;
  return { ...summarise(isBusy ? processor : wall, library, fusedLayers), loadPerCore };
}

function keepBest(best: Map<string, number>, output: string, seconds: number): void {
  best.set(output, Math.min(best.get(output) ?? Number.POSITIVE_INFINITY, seconds));
}

function sampleOutputs(fusedLayers: boolean): string[] {
  const classes = KERNEL_CLASSES.flatMap((name) => SAMPLE_ELEMENTS.map((size) => classOutput(name, size)));
  const fused = fusedLayers ? FUSED_SAMPLES.map(fusedOutput) : [];
  return ['nothing', ...classes, ...PRODUCT_PAIRS.map(productOutput), ...fused];
}

function summarise(
  best: Map<string, number>,
  library: string,
  fusedLayers: boolean,
): Omit<Calibration, 'loadPerCore'> {
  const callSeconds = best.get('nothing') as number;
  const chainSeconds = (output: string) => Math.max(1e-9, (best.get(output) as number) - callSeconds);
  const perOperation = (name: KernelClass) =>
    SAMPLE_ELEMENTS.map((size) => chainSeconds(classOutput(name, size)) / chainLength(size));
  const broadcast = perOperation('broadcast');
  const classSeconds = Object.fromEntries(
    KERNEL_CLASSES.map((name) => {
      const seconds = perOperation(name);
      // A reduction's chain also takes its result off the whole.
      const isReduction = name === 'row reduction' || name === 'column reduction';
      return [
        name,
        isReduction ? seconds.map((each, size) => withoutBroadcast(each, broadcast[size])) : seconds,
      ];
    }),
  ) as Calibration['classSeconds'];
  const productFlops = PRODUCT_PAIRS.map((pair) => {
    const flops = PAIRS * productsOf(pair).reduce((sum, product) => sum + flopsOf(product), 0);
    return flops / chainSeconds(productOutput(pair));
  });
  const fusedFlops = !fusedLayers
    ? null
    : FUSED_SAMPLES.map(
        (sample) => (fusedChainLength(sample) * fusedFlopsOf(sample)) / chainSeconds(fusedOutput(sample)),
      );
  return {
    version: VERSION,
    device: deviceName(),
    library,
    cores: availableParallelism(),
    measuredAt: new Date().toISOString(),
    classSeconds,
    productFlops,
    fusedFlops,
    callSeconds,
  };
}

/** Never less than a tenth, whatever the noise of the two. */
function withoutBroadcast(seconds: number, broadcast = 0): number {
  return Math.max(seconds / 10, seconds - broadcast);
}
