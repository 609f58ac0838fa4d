import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GpuReading } from '../../../worker/telemetry/gpu-readings.ts';
import { createStretch, type MachineReading } from '../../../worker/telemetry/stretch.ts';

const time = new Date('2026-01-02T03:04:05.000Z');
const machine: MachineReading = {
  elapsedMs: 1000,
  processMs: 1800,
  machineShare: 0.5,
  processBytes: 100,
  machineBytes: 200,
  machineTotalBytes: 1000,
  joules: null,
};
const gpu: GpuReading = {
  timeMs: 0,
  index: 0,
  uuid: 'GPU-1',
  name: 'NVIDIA L4',
  utilisation: 0.5,
  memoryUsedBytes: 10,
  memoryTotalBytes: 24,
  temperatureCelsius: 60,
  powerWatts: 72,
};

test('means, peaks and the estimated energy of a processor', () => {
  const stretch = createStretch();
  assert.equal(stretch.take(time), null);
  stretch.addMachine(machine);
  stretch.addMachine({ ...machine, processMs: 1080, processBytes: 300, machineShare: 1 });
  assert.deepEqual(stretch.take(time), {
    time: time.toISOString(),
    elapsedMs: 2000,
    processCores: { mean: 1.44, peak: 1.8 },
    machineShare: { mean: 0.75, peak: 1 },
    processBytes: { mean: 200, peak: 300 },
    machineBytes: { mean: 200, peak: 200 },
    machineTotalBytes: 1000,
    gpus: [],
    gpuWh: null,
    // 2.88 s of processor time at 5 W.
    cpuWh: 14.4 / 3600,
    cpuSource: 'estimate',
  });
  assert.equal(stretch.take(time), null);
});

test('counted energy wins over the estimate', () => {
  const stretch = createStretch();
  stretch.addMachine({ ...machine, joules: 1800 });
  stretch.addMachine({ ...machine, joules: 1800 });
  const taken = stretch.take(time);
  assert.deepEqual([taken?.cpuWh, taken?.cpuSource], [1, 'counters']);
});

test("a GPU's energy is the integral of its power, across the ends of stretches", () => {
  const stretch = createStretch();
  stretch.addMachine(machine);
  stretch.addGpu(gpu);
  stretch.addGpu({ ...gpu, timeMs: 2000, powerWatts: 144, utilisation: 1, temperatureCelsius: 70 });
  const first = stretch.take(time);
  assert.deepEqual(first?.gpus, [
    {
      index: 0,
      name: 'NVIDIA L4',
      uuid: 'GPU-1',
      utilisation: { mean: 0.75, peak: 1 },
      memoryUsedBytes: { mean: 10, peak: 10 },
      memoryTotalBytes: 24,
      temperatureCelsius: { mean: 65, peak: 70 },
      powerWatts: { mean: 108, peak: 144 },
    },
  ]);
  assert.equal(first?.gpuWh, (2 * 108) / 3600);
  stretch.addMachine(machine);
  stretch.addGpu({ ...gpu, timeMs: 3000, powerWatts: 144 });
  assert.equal(stretch.take(time)?.gpuWh, 144 / 3600);
});

test('a clock that jumps and a GPU without a power reading add no energy', () => {
  const stretch = createStretch();
  stretch.addMachine(machine);
  for (const timeMs of [0, 3_600_000, 1000]) stretch.addGpu({ ...gpu, timeMs });
  assert.equal(stretch.take(time)?.gpuWh, 0);
  stretch.addMachine(machine);
  for (const timeMs of [2000, 3000]) stretch.addGpu({ ...gpu, timeMs, powerWatts: null });
  assert.equal(stretch.take(time)?.gpuWh, null);
});
