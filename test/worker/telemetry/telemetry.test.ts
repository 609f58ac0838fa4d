import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Telemetry } from '../../../common/telemetry.ts';
import { applyDevice, forgetGpu } from '../../../worker/device.ts';
import { watchTelemetry } from '../../../worker/telemetry/telemetry.ts';
import { firstUuid, placeFakeNvidiaSmi, replaceVariable, twoGpus } from './fake-nvidia-smi.ts';

/** Watches until a stretch is as wanted. */
async function watchUntil(isWanted: (telemetry: Telemetry) => boolean): Promise<Telemetry> {
  const all: Telemetry[] = [];
  const troubles: string[] = [];
  const wanted = Promise.withResolvers<Telemetry>();
  const watch = watchTelemetry({
    onTelemetry(telemetry) {
      all.push(telemetry);
      if (isWanted(telemetry)) wanted.resolve(telemetry);
    },
    onTrouble: (message) => troubles.push(message),
    readEveryMs: 20,
    tellEveryMs: 100,
  });
  const found = await wanted.promise;
  const before = all.length;
  await watch.stop();
  assert.ok(all.length > before, 'the last stretch is told when the watch is stopped');
  await watch.stop();
  assert.deepEqual(troubles, []);
  return found;
}

test('the chosen GPU is watched from a thread, with its energy', async (t) => {
  placeFakeNvidiaSmi(t, twoGpus, `${firstUuid}, NVIDIA GeForce RTX 4090, 75, 9213, 24564, 61, 360.00`);
  replaceVariable(t, 'CUDA_VISIBLE_DEVICES', process.env.CUDA_VISIBLE_DEVICES ?? '');
  await applyDevice('cuda');
  t.after(forgetGpu);
  const { gpus, gpuWh } = await watchUntil((telemetry) => (telemetry.gpuWh ?? 0) > 0);
  const memory = 9213 * 2 ** 20;
  assert.deepEqual(gpus, [
    {
      index: 0,
      name: 'NVIDIA GeForce RTX 4090',
      uuid: firstUuid,
      utilisation: { mean: 0.75, peak: 0.75 },
      memoryUsedBytes: { mean: memory, peak: memory },
      memoryTotalBytes: 24564 * 2 ** 20,
      temperatureCelsius: { mean: 61, peak: 61 },
      powerWatts: { mean: 360, peak: 360 },
    },
  ]);
  // A second at 360 W is 0.1 Wh, and the fake's readings lie whole seconds apart.
  assert.equal(Number(((gpuWh ?? 0) * 10).toFixed(6)) % 1, 0);
});

test('without a GPU the processor and the memory are watched', async () => {
  forgetGpu();
  const { gpus, gpuWh, processBytes, machineBytes, machineTotalBytes } = await watchUntil(() => true);
  assert.deepEqual([gpus, gpuWh], [[], null]);
  assert.ok(processBytes.peak > 10e6 && processBytes.peak <= machineTotalBytes);
  assert.ok(machineBytes.peak > 10e6 && machineBytes.peak <= machineTotalBytes);
});
