import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { inspectEnergyCounters, inspectGpu, isOlder, parseCards } from '../../scripts/doctor/gpu.mjs';
import { temporaryFolder } from '../temporary-folder.ts';
import { replaceVariable } from '../worker/telemetry/fake-nvidia-smi.ts';

const card = { index: '0', name: 'NVIDIA H100 80GB HBM3', driver: '550.54.15', memory: '81559 MiB' };

test('cards, with their compute capability where it is known', () => {
  const line = '0, NVIDIA H100 80GB HBM3, 550.54.15, 81559 MiB';
  assert.deepEqual(parseCards(`${line}, 9.0\n`), [{ ...card, capability: '9.0' }]);
  assert.deepEqual(parseCards(`${line}\n${line}, [N/A]\n`), [
    { ...card, capability: null },
    { ...card, capability: null },
  ]);
  assert.deepEqual(parseCards('No devices were found\n'), []);
});

test('versions of drivers', () => {
  const older = ['470.82.01', '525.60.12', '525.60.13', '525.85', '550.54.15'];
  assert.deepEqual(
    older.map((version) => isOlder(version, '525.60.13')),
    [true, true, false, false, false],
  );
});

test('GPUs that TensorFlow does not use, a driver that is too old, and a tool that knows less', async (t) => {
  const folder = temporaryFolder(t);
  const answer = (script: string) =>
    writeFileSync(join(folder, 'nvidia-smi'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  replaceVariable(t, 'PATH', `${folder}:${process.env.PATH}`);
  const name = 'CUDA and GPU';
  answer("echo '0, NVIDIA H100 80GB HBM3, 550.54.15, 81559 MiB, 9.0'");
  assert.deepEqual(await inspectGpu(null), {
    name,
    status: 'warning',
    version: 'driver 550.54.15',
    origin: null,
    detail: '0: NVIDIA H100 80GB HBM3, 81559 MiB, compute capability 9.0; TensorFlow does not use it',
    remedy: 'npm run setup -- --gpu',
  });
  answer(
    'case "$*" in *compute_cap*) echo \'Field "compute_cap" is not a valid field to query.\'; exit 2;; esac; ' +
      "echo '0, Tesla K80, 450.80.02, 11441 MiB'",
  );
  assert.deepEqual(await inspectGpu(null), {
    name,
    status: 'warning',
    version: 'driver 450.80.02',
    origin: null,
    detail: '0: Tesla K80, 11441 MiB; the driver is too old for CUDA 12',
    remedy: 'a driver from 525.60.13 on',
  });
  answer("echo 'No devices were found'; exit 6");
  const { status, detail } = await inspectGpu(null);
  assert.equal(status, 'warning');
  assert.match(detail ?? '', /^nvidia-smi found no GPU: .*No devices were found/);
});

test('energy counters are a help that nothing needs', (t) => {
  const root = temporaryFolder(t);
  const part = { name: 'Energy counters', status: 'ok', version: null, origin: null, remedy: null };
  const none = "this machine shows none: the processor's energy is estimated";
  assert.deepEqual(inspectEnergyCounters(root), { ...part, detail: none });
  mkdirSync(join(root, 'intel-rapl:0'));
  const file = join(root, 'intel-rapl:0', 'energy_uj');
  writeFileSync(file, '1\n');
  assert.deepEqual(inspectEnergyCounters(root), { ...part, detail: file });
});
