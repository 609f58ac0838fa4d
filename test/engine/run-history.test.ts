import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { RunEvent } from '../../common/jobs.ts';
import { importRunHistory } from '../../engine/run-history.ts';
import type { Store } from '../../engine/store/open.ts';
import { sampleEvaluation, sampleExperiment } from './samples.ts';
import { openTestStore } from './studio.ts';

const time = '2026-01-02T03:04:05.000Z';

function metric(segment: number, step: number, loss: number): RunEvent {
  return {
    type: 'metric',
    segment,
    step,
    values: { loss, 'exact accuracy': step / 100 },
    elapsedMs: step * 10,
  };
}
function checkpoint(
  segment: number,
  step: number,
  best: boolean,
  folder = `checkpoints/step-${step}`,
): RunEvent {
  return { type: 'checkpoint', segment, step, folder, sizeBytes: step, best };
}

/** Two segments: the first came to step 6, the second went on from the checkpoint of step 4. */
const events: RunEvent[] = [
  { type: 'segment', segment: 1, fromStep: 0, executor: 'captured', time },
  ...[1, 2].map((step) => metric(1, step, 1 / step)),
  { type: 'evaluation', segment: 1, step: 2, result: sampleEvaluation(2) },
  checkpoint(1, 2, true),
  ...[3, 4].map((step) => metric(1, step, 1 / step)),
  { type: 'log', level: 'info', message: 'Grüße, 4×4', time },
  checkpoint(1, 4, false),
  ...[5, 6].map((step) => metric(1, step, 1 / step)),
  { type: 'evaluation', segment: 1, step: 6, result: sampleEvaluation(6) },
  checkpoint(1, 6, true),
  { type: 'segment', segment: 2, fromStep: 4, executor: 'eager', time },
  metric(2, 5, 50),
  { type: 'checkpoint-removed', folder: 'checkpoints/step-2' },
  { type: 'end', outcome: 'stopped', time },
];
const text = events.map((event) => `${JSON.stringify(event)}\n`).join('');

function addRun(store: Store, id: string): void {
  store.runs.add({
    id,
    experiment: sampleExperiment('sample', 10),
    datasetDigest: '',
    status: 'running',
    createdAt: time,
  });
  mkdirSync(store.runs.placeOf(id).folder, { recursive: true });
}

/** Everything that the store knows of a run, as text to compare; times of files left out. */
function rowsOf(store: Store, id: string) {
  const { key } = store.runs.placeOf(id);
  const checkpoints = store.checkpoints
    .ofRun(key)
    .map(({ step, best, sizeBytes }) => ({ step, best, sizeBytes }));
  const { status: _, ...row } = store.runs.find(id) ?? { status: '' };
  const segments = store.database
    .prepare('SELECT segment, from_step, executor FROM segments WHERE run = ?')
    .all(key);
  const metrics = store.metrics.range(key, 0, 1000);
  return { row, metrics, checkpoints, evaluations: store.evaluations.ofRun(key), segments };
}

function importText(store: Store, id: string, log: string | Buffer) {
  const place = store.runs.placeOf(id);
  for (const step of [2, 4, 6])
    mkdirSync(join(place.folder, 'checkpoints', `step-${step}`), { recursive: true });
  writeFileSync(join(place.folder, 'events.jsonl'), log);
  return { imported: importRunHistory(store, place), ...rowsOf(store, id) };
}

test('a later segment overrides what an earlier one wrote past its first step', (t) => {
  const { store, paths } = openTestStore(t);
  addRun(store, 'run');
  const { imported, row, metrics, checkpoints, evaluations, segments } = importText(store, 'run', text);
  assert.deepEqual(imported, { outcome: 'stopped', begun: true, skippedLines: 0 });
  assert.deepEqual(
    metrics,
    [1, 2, 3, 4, 5].map((step) => ({
      step,
      values: { loss: step === 5 ? 50 : 1 / step, 'exact accuracy': step / 100 },
    })),
  );
  assert.deepEqual(checkpoints, [{ step: 4, best: false, sizeBytes: 4 }]);
  assert.deepEqual(evaluations, [sampleEvaluation(2)]);
  assert.deepEqual(segments, [
    { segment: 1, from_step: 0, executor: 'captured' },
    { segment: 2, from_step: 4, executor: 'eager' },
  ]);
  assert.deepEqual(row, {
    id: 'run',
    name: 'sample',
    datasetName: 'puzzles',
    datasetDigest: '',
    step: 5,
    totalSteps: 10,
    bestExactAccuracy: 0.02,
    lastLoss: 50,
    trainingMs: 50,
    createdAt: time,
    folder: join(paths.runs, 'run'),
  });
});

test('any beginning of a log, cut at any byte, imports as its whole lines do', (t) => {
  const { store } = openTestStore(t);
  addRun(store, 'cut');
  addRun(store, 'whole');
  const bytes = Buffer.from(text);
  fc.assert(
    fc.property(fc.nat(bytes.length), (length) => {
      const cut = bytes.subarray(0, length);
      const whole = cut.subarray(0, cut.lastIndexOf('\n') + 1);
      const { row: cutRow, ...fromCut } = importText(store, 'cut', cut);
      const { row: wholeRow, ...fromWhole } = importText(store, 'whole', whole);
      assert.deepEqual(fromCut, fromWhole);
      assert.deepEqual({ ...cutRow, id: '', folder: '' }, { ...wholeRow, id: '', folder: '' });
      assert.equal(fromCut.imported.skippedLines, 0);
    }),
    { numRuns: 60 },
  );
});

test('a line that was torn and then continued is passed over, and counted', (t) => {
  const { store } = openTestStore(t);
  addRun(store, 'run');
  const torn = [
    JSON.stringify(events[0]),
    '{"type":"metric","segm',
    JSON.stringify(metric(1, 2, 7)),
    '',
  ].join('\n');
  const { imported, metrics } = importText(store, 'run', torn);
  assert.deepEqual(imported, { outcome: 'interrupted', begun: true, skippedLines: 1 });
  assert.deepEqual(metrics, [{ step: 2, values: { loss: 7, 'exact accuracy': 0.02 } }]);
});

test('checkpoints count only where their folder is, wherever the home was when they were written', (t) => {
  const { store } = openTestStore(t);
  addRun(store, 'run');
  const lines = [checkpoint(1, 2, false, '/old/home/runs/run/checkpoints/step-2'), checkpoint(1, 9, true)];
  const { checkpoints } = importText(
    store,
    'run',
    lines.map((event) => `${JSON.stringify(event)}\n`).join(''),
  );
  assert.deepEqual(checkpoints, [{ step: 2, best: false, sizeBytes: 2 }]);
});

test('a run without a log has no history', (t) => {
  const { store } = openTestStore(t);
  addRun(store, 'run');
  const imported = importRunHistory(store, store.runs.placeOf('run'));
  assert.deepEqual(imported, { outcome: 'interrupted', begun: false, skippedLines: 0 });
});
