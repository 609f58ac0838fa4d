// Gathers readings over a stretch of time into means, peaks and energy. What a stretch ends with, the next begins with,
// so that no energy falls between two of them.

import {
  type Figure,
  type GpuTelemetry,
  type Telemetry,
  WATTS_PER_BUSY_CORE,
} from '../../common/telemetry.ts';
import type { GpuReading } from './gpu-readings.ts';

const JOULES_PER_WH = 3600;

/** A pause between two readings of a GPU longer than this is none of measuring: a clock was set, or the machine slept. */
const LONGEST_GAP_MS = 60_000;

/** Processor and memory at one moment. */
export interface MachineReading {
  /** Since the last reading. */
  elapsedMs: number;
  /** Processor time of this process since the last reading. */
  processMs: number;
  machineShare: number;
  processBytes: number;
  machineBytes: number;
  machineTotalBytes: number;
  /** From counters, since the last reading; null where there are none. */
  joules: number | null;
}

export interface Stretch {
  addMachine(reading: MachineReading): void;
  addGpu(reading: GpuReading): void;
  /** What was gathered since the last call; null where that is nothing. */
  take(time: Date): Telemetry | null;
}

export function createStretch(): Stretch {
  let machine: MachineReading[] = [];
  let gpus: GpuReading[] = [];
  let gpuJoules: number | null = null;
  const lastOfGpu = new Map<string, GpuReading>();

  return {
    addMachine: (reading) => void machine.push(reading),
    addGpu(reading) {
      const before = lastOfGpu.get(reading.uuid);
      lastOfGpu.set(reading.uuid, reading);
      gpus.push(reading);
      if (reading.powerWatts === null) return;
      gpuJoules ??= 0;
      if (before === undefined || before.powerWatts === null) return;
      const gapMs = reading.timeMs - before.timeMs;
      if (gapMs <= 0 || gapMs > LONGEST_GAP_MS) return;
      gpuJoules += ((before.powerWatts + reading.powerWatts) / 2) * (gapMs / 1000);
    },
    take(time) {
      const gathered = describe(time, machine, gpus, gpuJoules);
      [machine, gpus, gpuJoules] = [[], [], null];
      return gathered;
    },
  };
}

function describe(
  time: Date,
  machine: MachineReading[],
  gpus: GpuReading[],
  gpuJoules: number | null,
): Telemetry | null {
  const last = machine.at(-1);
  if (last === undefined) return null;
  const elapsedMs = machine.reduce((sum, each) => sum + each.elapsedMs, 0);
  const over = (pick: (reading: MachineReading) => number): Figure => figureOf(machine.map(pick)) as Figure;
  const counted = machine.flatMap(({ joules }) => (joules === null ? [] : [joules]));
  const estimatedJoules = machine.reduce(
    (sum, { processMs }) => sum + (processMs / 1000) * WATTS_PER_BUSY_CORE,
    0,
  );
  const cpuJoules = counted.length > 0 ? counted.reduce((sum, each) => sum + each, 0) : estimatedJoules;
  return {
    time: time.toISOString(),
    elapsedMs,
    processCores: over(({ processMs, elapsedMs: ofReading }) => processMs / ofReading),
    machineShare: over(({ machineShare }) => machineShare),
    processBytes: over(({ processBytes }) => processBytes),
    machineBytes: over(({ machineBytes }) => machineBytes),
    machineTotalBytes: last.machineTotalBytes,
    gpus: [...new Set(gpus.map(({ uuid }) => uuid))].map((uuid) =>
      describeGpu(gpus.filter((reading) => reading.uuid === uuid)),
    ),
    gpuWh: gpuJoules === null ? null : gpuJoules / JOULES_PER_WH,
    cpuWh: cpuJoules / JOULES_PER_WH,
    cpuSource: counted.length > 0 ? 'counters' : 'estimate',
  };
}

function describeGpu(readings: GpuReading[]): GpuTelemetry {
  const { index, name, uuid, memoryTotalBytes } = readings.at(-1) as GpuReading;
  const over = (pick: (reading: GpuReading) => number | null) =>
    figureOf(readings.map(pick).filter((value) => value !== null));
  return {
    index,
    name,
    uuid,
    utilisation: over((reading) => reading.utilisation),
    memoryUsedBytes: over((reading) => reading.memoryUsedBytes),
    memoryTotalBytes,
    temperatureCelsius: over((reading) => reading.temperatureCelsius),
    powerWatts: over((reading) => reading.powerWatts),
  };
}

function figureOf(values: number[]): Figure | null {
  if (values.length === 0) return null;
  return { mean: values.reduce((sum, value) => sum + value, 0) / values.length, peak: Math.max(...values) };
}
