import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listGpus, parseGpuList } from '../../../worker/telemetry/gpus.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { firstUuid, placeFakeNvidiaSmi, replaceVariable, secondUuid, twoGpus } from './fake-nvidia-smi.ts';

const expected = [
  { index: 0, name: 'NVIDIA GeForce RTX 4090', uuid: firstUuid, parts: [] },
  {
    index: 1,
    name: 'NVIDIA A100-SXM4-40GB',
    uuid: secondUuid,
    parts: ['MIG-0b1c2d3e-aaaa-5bbb-8ccc-111122223333', 'MIG-4f5a6b7c-dddd-5eee-9fff-444455556666'],
  },
];

test('the list names each GPU, with the parts that it was divided into', () => {
  assert.deepEqual(parseGpuList(twoGpus), expected);
  assert.deepEqual(parseGpuList(twoGpus.replaceAll('\n', '\r\n')), expected);
  assert.deepEqual(parseGpuList('No devices found.\n'), []);
});

test('what nvidia-smi lists is asked of the program itself', async (t) => {
  placeFakeNvidiaSmi(t, twoGpus, '');
  assert.deepEqual(await listGpus(), { gpus: expected, problem: null });
});

test('a driver that fails is told in its own words', async (t) => {
  placeFakeNvidiaSmi(
    t,
    "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.",
    '',
    9,
  );
  assert.deepEqual(await listGpus(), {
    gpus: [],
    problem:
      "nvidia-smi lists no GPU (it says: NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.)",
  });
});

test('without nvidia-smi there is no GPU', async (t) => {
  replaceVariable(t, 'PATH', temporaryFolder(t));
  assert.deepEqual(await listGpus(), { gpus: [], problem: 'nvidia-smi is not in PATH' });
});
