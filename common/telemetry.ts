// What a machine does while a run trains: processor, memory, GPU and energy, as they are recorded, sent and summed up.
// Energy is summed over everything that was ever run, also over work that a killed worker had to do again.

import { z } from 'zod';

const amount = z.number().min(0);

/** Mean and highest value over a stretch of time. */
export const figureSchema = z.object({ mean: z.number(), peak: z.number() });
export type Figure = z.infer<typeof figureSchema>;

export const gpuTelemetrySchema = z.object({
  index: z.number().int().min(0),
  name: z.string(),
  uuid: z.string(),
  /** Share of time in which the GPU worked; null, here and below, where the GPU does not tell. */
  utilisation: figureSchema.nullable(),
  memoryUsedBytes: figureSchema.nullable(),
  memoryTotalBytes: amount.nullable(),
  temperatureCelsius: figureSchema.nullable(),
  powerWatts: figureSchema.nullable(),
});
export type GpuTelemetry = z.infer<typeof gpuTelemetrySchema>;

/** The machine over a stretch of some seconds. */
export const telemetrySchema = z.object({
  /** The end of the stretch. */
  time: z.string(),
  elapsedMs: amount,
  /** Logical processors that the training process kept busy. */
  processCores: figureSchema,
  /** Share of all logical processors that were busy, whoever used them. */
  machineShare: figureSchema,
  processBytes: figureSchema,
  machineBytes: figureSchema,
  machineTotalBytes: amount,
  gpus: z.array(gpuTelemetrySchema),
  /** From the measured power of the GPUs; null where none tells it. */
  gpuWh: amount.nullable(),
  cpuWh: amount,
  /** `counters`: measured for the whole processor package; `estimate`: see WATTS_PER_BUSY_CORE. */
  cpuSource: z.enum(['counters', 'estimate']),
});
export type Telemetry = z.infer<typeof telemetrySchema>;

/**
 * What a logical processor is taken to draw while the training process keeps it busy, where no counter can be read: an
 * assumption between a server's (2 to 4 W) and a desktop's (5 to 10 W).
 */
export const WATTS_PER_BUSY_CORE = 5;

export const telemetrySummarySchema = telemetrySchema.omit({ time: true }).extend({
  cpuSource: z.enum(['counters', 'estimate', 'partly an estimate']),
  /** GPU and processor together. */
  energyWh: amount,
  samples: z.number().int(),
});
export type TelemetrySummary = z.infer<typeof telemetrySummarySchema>;

/** Means weighted by time, highest peaks and summed energy; null of nothing. */
export function summarizeTelemetry(samples: readonly Telemetry[]): TelemetrySummary | null {
  const last = samples.at(-1);
  if (last === undefined) return null;
  const elapsedMs = sum(samples.map((sample) => sample.elapsedMs));
  const over = (pick: (sample: Telemetry) => Figure) =>
    combine(samples.map((sample) => ({ figure: pick(sample), weight: sample.elapsedMs }))) ?? pick(last);
  const cpuWh = sum(samples.map((sample) => sample.cpuWh));
  const measured = samples.flatMap(({ gpuWh }) => (gpuWh === null ? [] : [gpuWh]));
  const gpuWh = measured.length === 0 ? null : sum(measured);
  const sources = new Set(samples.map(({ cpuSource }) => cpuSource));
  return {
    elapsedMs,
    processCores: over(({ processCores }) => processCores),
    machineShare: over(({ machineShare }) => machineShare),
    processBytes: over(({ processBytes }) => processBytes),
    machineBytes: over(({ machineBytes }) => machineBytes),
    machineTotalBytes: last.machineTotalBytes,
    gpus: summarizeGpus(samples),
    gpuWh,
    cpuWh,
    cpuSource: sources.size > 1 ? 'partly an estimate' : last.cpuSource,
    energyWh: cpuWh + (gpuWh ?? 0),
    samples: samples.length,
  };
}

/** Each GPU by itself: a run may go on with another one. */
function summarizeGpus(samples: readonly Telemetry[]): GpuTelemetry[] {
  const all = samples.flatMap(({ gpus, elapsedMs }) => gpus.map((gpu) => ({ gpu, weight: elapsedMs })));
  const uuids = [...new Set(all.map(({ gpu }) => gpu.uuid))];
  return uuids.flatMap((uuid) => {
    const own = all.filter(({ gpu }) => gpu.uuid === uuid);
    const last = own.at(-1)?.gpu;
    if (last === undefined) return [];
    const over = (pick: (gpu: GpuTelemetry) => Figure | null) =>
      combine(
        own.flatMap(({ gpu, weight }) => {
          const figure = pick(gpu);
          return figure === null ? [] : [{ figure, weight }];
        }),
      );
    return [
      {
        ...last,
        utilisation: over((gpu) => gpu.utilisation),
        memoryUsedBytes: over((gpu) => gpu.memoryUsedBytes),
        temperatureCelsius: over((gpu) => gpu.temperatureCelsius),
        powerWatts: over((gpu) => gpu.powerWatts),
      },
    ];
  });
}

function combine(parts: { figure: Figure; weight: number }[]): Figure | null {
  const total = sum(parts.map(({ weight }) => weight));
  if (total === 0) return parts[0]?.figure ?? null;
  return {
    mean: sum(parts.map(({ figure, weight }) => figure.mean * weight)) / total,
    peak: Math.max(...parts.map(({ figure }) => figure.peak)),
  };
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
