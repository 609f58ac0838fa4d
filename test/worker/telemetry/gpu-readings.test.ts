import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type GpuReading,
  parseGpuReading,
  readGpuMemory,
  readGpus,
} from '../../../worker/telemetry/gpu-readings.ts';
import { firstUuid, placeFakeNvidiaSmi, secondUuid, twoGpus } from './fake-nvidia-smi.ts';

const MIB = 2 ** 20;
const full: GpuReading = {
  timeMs: Date.UTC(2026, 10, 23, 22, 58, 1, 123),
  index: 0,
  uuid: firstUuid,
  name: 'NVIDIA GeForce RTX 4090',
  utilisation: 0.97,
  memoryUsedBytes: 9213 * MIB,
  memoryTotalBytes: 24564 * MIB,
  temperatureCelsius: 61,
  powerWatts: 322.15,
};

test('a line of a desktop GPU', () => {
  const line = `2026/11/23 22:58:01.123, 0, ${firstUuid}, NVIDIA GeForce RTX 4090, 97, 9213, 24564, 61, 322.15`;
  assert.deepEqual(parseGpuReading(line), full);
});

test('what a GPU does not tell is null: laptops, divided and old ones', () => {
  const cells: [string, Partial<GpuReading>][] = [
    [
      // Divided: its use is that of its parts.
      `1, ${secondUuid}, NVIDIA A100-SXM4-40GB, [N/A], 5, 40960, 34, 61.02`,
      {
        index: 1,
        uuid: secondUuid,
        name: 'NVIDIA A100-SXM4-40GB',
        utilisation: null,
        memoryUsedBytes: 5 * MIB,
        memoryTotalBytes: 40960 * MIB,
        temperatureCelsius: 34,
        powerWatts: 61.02,
      },
    ],
    [
      `0, ${firstUuid}, Quadro K620, [Not Supported], 120, 2000, 45, [Not Supported]`,
      {
        name: 'Quadro K620',
        utilisation: null,
        memoryUsedBytes: 120 * MIB,
        memoryTotalBytes: 2000 * MIB,
        temperatureCelsius: 45,
        powerWatts: null,
      },
    ],
    [
      `0, ${firstUuid}, NVIDIA GB10, 3, [N/A], [N/A], 40, [Unknown Error]`,
      {
        name: 'NVIDIA GB10',
        utilisation: 0.03,
        memoryUsedBytes: null,
        memoryTotalBytes: null,
        temperatureCelsius: 40,
        powerWatts: null,
      },
    ],
  ];
  for (const [line, differing] of cells) {
    assert.deepEqual(parseGpuReading(`2026/11/23 22:58:01.123, ${line}`), { ...full, ...differing });
  }
});

test('other lines are none', () => {
  const lines = [
    '',
    'No devices were found',
    'Unable to determine the device handle for GPU 0000:01:00.0: GPU is lost.',
  ];
  assert.deepEqual(lines.map(parseGpuReading), [null, null, null]);
  fc.assert(fc.property(fc.string(), (text) => parseGpuReading(text) === null));
});

test('any numbers are read as they were written', () => {
  const amount = fc.integer({ min: 0, max: 200_000 });
  fc.assert(
    fc.property(amount, amount, fc.constantFrom('NVIDIA H100', 'A, B, with commas'), (used, total, name) => {
      const line = `2026/01/02 03:04:05.006, 7, ${firstUuid}, ${name}, 100, ${used}, ${total}, 30, 0.5`;
      assert.deepEqual(parseGpuReading(line), {
        timeMs: Date.UTC(2026, 0, 2, 3, 4, 5, 6),
        index: 7,
        uuid: firstUuid,
        name,
        utilisation: 1,
        memoryUsedBytes: used * MIB,
        memoryTotalBytes: total * MIB,
        temperatureCelsius: 30,
        powerWatts: 0.5,
      });
    }),
  );
});

test('one program that stays open gives reading after reading, until it is closed', async (t) => {
  placeFakeNvidiaSmi(t, twoGpus, `${firstUuid}, NVIDIA GeForce RTX 4090, 97, 9213, 24564, 61, 322.15`);
  const readings: GpuReading[] = [];
  await new Promise<void>((resolve) => {
    const open = readGpus(firstUuid, 50, (reading) => {
      readings.push(reading);
      if (readings.length < 3) return;
      open.close();
      resolve();
    });
  });
  const start = Date.UTC(2026, 10, 23, 22, 58, 0, 500);
  assert.deepEqual(
    readings.slice(0, 3),
    [0, 1000, 2000].map((afterMs) => ({ ...full, timeMs: start + afterMs })),
  );
});

test('the memory of a GPU', async (t) => {
  placeFakeNvidiaSmi(t, twoGpus, `${firstUuid}, NVIDIA GeForce RTX 4090, 97, 9213, 24564, 61, 322.15`);
  assert.equal(await readGpuMemory(firstUuid), 24564 * MIB);
});
