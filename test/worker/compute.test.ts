// What `auto` means on each device, and how the device is read.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainCompute } from '../../worker/capture/compute.ts';
import {
  type DeviceFacts,
  describeCompute,
  hasBfloat16Flag,
  lowestCapability,
  settleCompute,
} from '../../worker/compute.ts';

const cpu: DeviceFacts = { computeCapability: null, cpuHasBfloat16: false, hasFusedLayers: false };

test('auto takes bfloat16 where the device multiplies it, and XLA on a GPU', () => {
  const settle = (device: Partial<DeviceFacts>) => {
    const { precision, xla } = settleCompute({ precision: 'auto', xla: 'auto' }, { ...cpu, ...device });
    return `${precision} ${xla}`;
  };
  assert.deepEqual(
    [
      settle({}),
      settle({ cpuHasBfloat16: true }),
      settle({ computeCapability: 0, cpuHasBfloat16: true }),
      settle({ computeCapability: 7.5 }),
      settle({ computeCapability: 8 }),
      settle({ computeCapability: 9 }),
    ],
    [
      ...[
        'float32 false',
        'bfloat16 false',
        'float32 true',
        'float32 true',
        'bfloat16 true',
        'bfloat16 true',
      ],
    ],
  );
});

test('what the config says wins over the device', () => {
  assert.deepEqual(settleCompute({ precision: 'bfloat16', xla: 'on' }, cpu), {
    ...plainCompute,
    precision: 'bfloat16',
    xla: true,
  });
  assert.deepEqual(
    settleCompute({ precision: 'float32', xla: 'off' }, { ...cpu, computeCapability: 9 }),
    plainCompute,
  );
});

test('the flags of a CPU are read as Linux writes them', () => {
  const flags = (names: string) => `processor\t: 0\nflags\t\t: fpu sse2 ${names}\nbugs\t\t: amx_bf16\n`;
  assert.deepEqual(
    ['avx512_bf16', 'amx_tile amx_bf16 amx_int8', 'avx2 avx512f', 'avx512_bf16x', ''].map((names) =>
      hasBfloat16Flag(flags(names)),
    ),
    [true, true, false, false, false],
  );
});

test('of several GPUs the lowest capability counts; what is no number counts as none', () => {
  assert.deepEqual(['9.0\n', '8.6\n7.5\n', '[N/A]\n'].map(lowestCapability), [9, 7.5, 0]);
});

test('how a run computes is said in words', () => {
  assert.deepEqual(
    [
      describeCompute({ ...plainCompute, xlaProblem: null }),
      describeCompute({ ...plainCompute, precision: 'bfloat16', xla: true, xlaProblem: null }),
      describeCompute({ ...plainCompute, xlaProblem: 'no compiler' }),
    ],
    [
      'float32, not compiled by XLA',
      'bfloat16, compiled by XLA',
      'float32, not compiled by XLA (it could not: no compiler)',
    ],
  );
});
