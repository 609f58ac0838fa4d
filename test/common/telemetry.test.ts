import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type GpuTelemetry, summarizeTelemetry, type Telemetry } from '../../common/telemetry.ts';

const even = (value: number) => ({ mean: value, peak: value });
const gpu: GpuTelemetry = {
  index: 0,
  name: 'NVIDIA L4',
  uuid: 'GPU-1',
  utilisation: { mean: 0.5, peak: 1 },
  memoryUsedBytes: even(10),
  memoryTotalBytes: 24,
  temperatureCelsius: even(60),
  powerWatts: null,
};
const telemetry: Telemetry = {
  time: '2026-01-02T03:04:05.000Z',
  elapsedMs: 1000,
  processCores: { mean: 1, peak: 2 },
  machineShare: even(0.5),
  processBytes: even(100),
  machineBytes: even(200),
  machineTotalBytes: 1000,
  gpus: [gpu],
  gpuWh: 2,
  cpuWh: 1,
  cpuSource: 'counters',
};

test('nothing recorded is no summary', () => assert.equal(summarizeTelemetry([]), null));

test('means weigh by time, peaks are the highest, energy adds up; another GPU is another', () => {
  const other = { ...gpu, index: 1, uuid: 'GPU-2', powerWatts: even(300) };
  const longer: Telemetry = {
    ...telemetry,
    elapsedMs: 3000,
    processCores: { mean: 3, peak: 4 },
    gpus: [{ ...gpu, utilisation: { mean: 0.9, peak: 0.95 }, temperatureCelsius: null }],
    cpuSource: 'estimate',
  };
  assert.deepEqual(summarizeTelemetry([telemetry, longer, { ...telemetry, gpus: [other], gpuWh: null }]), {
    elapsedMs: 5000,
    processCores: { mean: 2.2, peak: 4 },
    machineShare: even(0.5),
    processBytes: even(100),
    machineBytes: even(200),
    machineTotalBytes: 1000,
    gpus: [{ ...gpu, utilisation: { mean: 0.8, peak: 1 } }, other],
    gpuWh: 4,
    cpuWh: 3,
    cpuSource: 'partly an estimate',
    energyWh: 7,
    samples: 3,
  });
});
