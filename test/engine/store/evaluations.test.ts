import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleEvaluation, sampleExperiment } from '../samples.ts';
import { openTestStore } from '../studio.ts';

test('an evaluation made again replaces the earlier one; one until halting stands beside that with all steps', (t) => {
  const { store } = openTestStore(t);
  store.runs.add({
    id: 'one',
    experiment: sampleExperiment('sample', 10),
    datasetDigest: 'd'.repeat(64),
    status: 'finished',
    createdAt: '2026-01-02T03:04:05.000Z',
  });
  const run = store.runs.keyOf('one');
  const fixed = sampleEvaluation(10);
  const halting = { ...fixed, mode: 'halting' as const, elapsedMs: 2 };
  const patient = { ...halting, haltThreshold: 0.9 };
  for (const evaluation of [{ ...fixed, elapsedMs: 9 }, patient, halting, fixed]) {
    store.evaluations.add(run, 'request', evaluation);
  }
  assert.deepEqual(store.evaluations.ofRun(run), [fixed, halting, patient]);
  assert.deepEqual(store.evaluations.ofStep(run, 10, 'ema'), fixed);
});
