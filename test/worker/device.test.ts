import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askedDevice, chooseDevice } from '../../worker/device.ts';
import { parseGpuList } from '../../worker/telemetry/gpus.ts';
import { firstUuid, replaceVariable, secondUuid, twoGpus } from './telemetry/fake-nvidia-smi.ts';

const gpus = parseGpuList(twoGpus);
const [first, second] = gpus;
const listing = { gpus, problem: null };
const none = { gpus: [], problem: 'nvidia-smi is not in PATH' };

test('the CPU hides every GPU; auto takes the first, and leaves a machine without one as it is', () => {
  assert.deepEqual(chooseDevice('cpu', undefined, listing), { visible: '-1', gpu: null });
  assert.deepEqual(chooseDevice('auto', undefined, listing), { visible: firstUuid, gpu: first });
  assert.deepEqual(chooseDevice('auto', undefined, none), { visible: null, gpu: null });
  assert.deepEqual(chooseDevice('auto', '', listing), { visible: null, gpu: null });
});

test('a number is one of nvidia-smi, or a place in CUDA_VISIBLE_DEVICES', () => {
  const part = 'MIG-4f5a6b7c-dddd-5eee-9fff-444455556666';
  const cases = [
    ['cuda', undefined, { visible: firstUuid, gpu: first }],
    ['cuda:1', undefined, { visible: secondUuid, gpu: second }],
    ['cuda', '1', { visible: secondUuid, gpu: second }],
    ['cuda:1', '1, 0', { visible: firstUuid, gpu: first }],
    ['cuda:0', 'GPU-7c2d9e84', { visible: 'GPU-7c2d9e84', gpu: second }],
    ['auto', part, { visible: part, gpu: second }],
    // As older drivers name a part.
    ['cuda', `MIG-${secondUuid}/1/0`, { visible: `MIG-${secondUuid}/1/0`, gpu: second }],
  ] as const;
  for (const [device, visible, expected] of cases) {
    assert.deepEqual(chooseDevice(device, visible, listing), expected);
  }
});

test('a GPU that is not there is refused, with those that are', () => {
  const refused = (
    device: string,
    visible: string | undefined,
    of: Parameters<typeof chooseDevice>[2],
    lines: string[],
  ) =>
    assert.throws(() => chooseDevice(device, visible, of), { name: 'UserError', message: lines.join('\n') });
  refused('cuda:3', undefined, listing, [
    'There is no GPU cuda:3 here',
    '  where:    training.device',
    '  found:    nvidia-smi lists 0: NVIDIA GeForce RTX 4090, 1: NVIDIA A100-SXM4-40GB',
    '  expected: auto, cpu, cuda:0, cuda:1',
    '  to do:    name one of these',
  ]);
  // CUDA sees nothing behind a number that is none.
  refused('cuda:1', '0,7,1', listing, [
    'There is no GPU cuda:1 here',
    '  where:    training.device',
    '  found:    nvidia-smi lists 0: NVIDIA GeForce RTX 4090, 1: NVIDIA A100-SXM4-40GB; CUDA_VISIBLE_DEVICES is "0,7,1"',
    '  expected: auto, cpu, cuda:0',
    '  to do:    name one of these',
  ]);
  refused('cuda', undefined, none, [
    'There is no GPU cuda here',
    '  where:    training.device',
    '  found:    nvidia-smi is not in PATH',
    '  expected: auto, cpu',
    '  to do:    choose cpu, or let `trm doctor` say what the GPU lacks',
  ]);
});

test('TRM_DEVICE wins over the config, and must name a device', (t) => {
  assert.equal(askedDevice('cuda:1'), 'cuda:1');
  replaceVariable(t, 'TRM_DEVICE', 'cpu');
  assert.equal(askedDevice('cuda:1'), 'cpu');
  process.env.TRM_DEVICE = 'gpu';
  assert.throws(() => askedDevice('auto'), {
    message: [
      'TRM_DEVICE names no device',
      '  where:    the environment variable TRM_DEVICE',
      '  found:    gpu',
      '  expected: auto, cpu, cuda or cuda:N',
    ].join('\n'),
  });
});
