// Figures of devices: imported once into the export that they belong to, and refused otherwise.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { deviceBenchmarkFormat } from '../../common/device-benchmark.ts';
import { openTestEngine, runToEnd, trainToEnd } from './studio.ts';

/** What a runner wrote, for the file that the scripted worker says it made. */
const benchmark = {
  format: deviceBenchmarkFormat,
  device: 'Raspberry Pi 5',
  runtime: 'onnxruntime 1.30.0 (Python 3.13.1)',
  modelSha256: 'e'.repeat(64),
  threads: 4,
  coldStartMs: 90,
  latencyMsP50: 12,
  latencyMsP95: 20,
  peakMemoryBytes: 90_000_000,
  puzzles: 20,
  steps: 2.5,
  time: '2026-11-24T10:00:00Z',
};

test('the benchmark of a device is added to the export of its file, in the store and in the record', async (t) => {
  const engine = await openTestEngine(t);
  const { runId } = await trainToEnd(engine, 12);
  await runToEnd(engine, () => engine.call('export.start', { checkpoint: `${runId}@5`, name: 'mine' }));
  const file = 'pi.json';
  const text = JSON.stringify({ ...benchmark, ownField: 'of another program' });
  const { figure } = await engine.call('device.import', { text, file });
  const { format: _format, modelSha256: _sha256, ...measured } = benchmark;
  assert.deepEqual(figure, {
    ...measured,
    source: 'measured',
    origin: 'import',
    memoryLimitMb: null,
    memoryLimitedBy: 'none',
    failure: null,
    runtimeMemoryBytes: null,
    energy: null,
  });
  assert.deepEqual((await engine.call('export.show', { name: 'mine' })).devices, [figure]);
  const record = JSON.parse(readFileSync(join(engine.paths.exports, 'mine.json'), 'utf8'));
  assert.deepEqual(record.devices, [figure]);

  await assert.rejects(engine.call('device.import', { text, file }), {
    message: [
      'This benchmark has been imported already',
      '  where:    pi.json',
      '  found:    Raspberry Pi 5, 2026-11-24T10:00:00Z',
      '  expected: one that is not in the table of the export yet',
    ].join('\n'),
  });
  const foreign = JSON.stringify({ ...benchmark, modelSha256: 'a'.repeat(64) });
  await assert.rejects(engine.call('device.import', { text: foreign, file }), {
    message: /^The benchmark belongs to no export of this studio\n/,
  });
});

test('a file that is no benchmark is refused with what is wrong', async (t) => {
  const engine = await openTestEngine(t);
  const refuse = (text: string, message: RegExp) =>
    assert.rejects(engine.call('device.import', { text, file: 'x.json' }), { name: 'UserError', message });
  await refuse('{', /^This is no benchmark of a device\n {2}where: {4}x.json\n {2}found: {4}no JSON: /);
  await refuse('null', /expected: a JSON file of the format trm-device-benchmark\/1/);
  await refuse(JSON.stringify({ ...benchmark, latencyMsP95: 1 }), /at least latencyMsP50/);
  await refuse(JSON.stringify({ ...benchmark, coldStartMs: -1 }), /coldStartMs/);
  await refuse(' '.repeat(70_000), /70000 characters, more than 65536/);
});

test('an export that is not there cannot be shown or measured', async (t) => {
  const engine = await openTestEngine(t);
  const message = /^There is no exported model "none"/;
  await assert.rejects(engine.call('export.show', { name: 'none' }), { message });
  await assert.rejects(engine.call('device.start', { export: 'none' }), { message });
});
