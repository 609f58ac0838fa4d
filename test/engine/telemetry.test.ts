import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { RunEvent } from '../../common/jobs.ts';
import { summarizeTelemetry, type Telemetry } from '../../common/telemetry.ts';
import { describeTelemetry, listTelemetry, telemetryToCsv } from '../../engine/cli/telemetry-text.ts';
import { recordTrainingEvent } from '../../engine/jobs/record.ts';
import { importRunHistory } from '../../engine/run-history.ts';
import { sampleExperiment } from './samples.ts';
import { openTestEngine, openTestStore, trainToEnd } from './studio.ts';

const even = (value: number) => ({ mean: value, peak: value });

function telemetryAt(second: number): Telemetry {
  return {
    time: new Date(Date.UTC(2026, 0, 2, 3, 4, second)).toISOString(),
    elapsedMs: 10_000,
    processCores: { mean: 1.5, peak: 2 },
    machineShare: even(0.75),
    processBytes: even(2e9),
    machineBytes: even(4e9),
    machineTotalBytes: 16e9,
    gpus: [
      {
        index: 0,
        name: 'NVIDIA L4',
        uuid: 'GPU-1',
        utilisation: { mean: 0.9, peak: 1 },
        memoryUsedBytes: even(9e9),
        memoryTotalBytes: 24e9,
        temperatureCelsius: even(61),
        powerWatts: { mean: 72, peak: 75 },
      },
    ],
    gpuWh: 0.2,
    cpuWh: 0.025,
    cpuSource: 'estimate',
  };
}

const time = '2026-01-02T03:04:00.000Z';
const eventAt = (segment: number, step: number, second: number) => {
  return { type: 'telemetry' as const, segment, step, telemetry: telemetryAt(second) };
};
/** The first worker was killed after step 6 and had saved step 4 last. */
const events: RunEvent[] = [
  { type: 'segment', segment: 1, fromStep: 0, executor: 'captured', time },
  eventAt(1, 3, 10),
  eventAt(1, 6, 20),
  { type: 'segment', segment: 2, fromStep: 4, executor: 'captured', time },
  eventAt(2, 5, 30),
];
const expected = [
  { segment: 1, step: 3, telemetry: telemetryAt(10) },
  { segment: 1, step: 6, telemetry: telemetryAt(20) },
  { segment: 2, step: 5, telemetry: telemetryAt(30) },
];

test('telemetry outlives a killed segment, live and from the log', (t) => {
  const { store } = openTestStore(t);
  for (const id of ['live', 'read']) {
    const run = { id, experiment: sampleExperiment('sample', 10), datasetDigest: '', createdAt: time };
    store.runs.add({ ...run, status: 'running' });
  }
  const [live, read] = [store.runs.placeOf('live'), store.runs.placeOf('read')];
  for (const event of events) {
    if (event.type === 'segment' || event.type === 'telemetry') recordTrainingEvent(store, live, event);
  }
  mkdirSync(read.folder, { recursive: true });
  writeFileSync(
    join(read.folder, 'events.jsonl'),
    events.map((event) => `${JSON.stringify(event)}\n`).join(''),
  );
  importRunHistory(store, read);
  importRunHistory(store, read);
  assert.deepEqual(store.telemetry.ofRun(live.key), expected);
  assert.deepEqual(store.telemetry.ofRun(read.key), expected);
});

test('a run without telemetry has none to show', async (t) => {
  const engine = await openTestEngine(t);
  const { runId } = await trainToEnd(engine, 2);
  assert.equal((await engine.call('run.show', { run: runId })).telemetry, null);
  assert.deepEqual(await engine.call('run.telemetry', { run: runId }), []);
});

test('what is printed of it', () => {
  const summary = summarizeTelemetry(expected.map(({ telemetry }) => telemetry));
  assert.deepEqual(describeTelemetry(summary), [
    ['processor', '1.5 (peak 2.0) cores'],
    ['memory', '2.0 GB (peak 2.0 GB) of 16.0 GB'],
    [
      'GPU 0',
      'NVIDIA L4: use 90.0 % (peak 100.0 %), memory 9.0 GB (peak 9.0 GB) of 24.0 GB, 61 °C (peak 61 °C), 72 W (peak 75 W)',
    ],
    ['energy', '0.675 Wh: GPU 0.600 Wh (measured), processor 0.0750 Wh (estimate: 5 W a busy core)'],
  ]);
  assert.deepEqual(describeTelemetry(null), []);
  assert.equal(
    listTelemetry(expected.slice(0, 1)),
    [
      'until (UTC)          step  cores  memory  GPU use  GPU memory  GPU W     Wh',
      '2026-01-02T03:04:10     3    1.5  2.0 GB   90.0 %      9.0 GB     72  0.225',
    ].join('\n'),
  );
  assert.equal(
    telemetryToCsv(expected.slice(0, 1)).split('\n')[1],
    '2026-01-02T03:04:10.000Z,1,3,10000,1.5,0.75,2000000000,4000000000,0.025,estimate,0.2,0,0.9,9000000000,61,72',
  );
});
