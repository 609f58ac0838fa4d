import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { resolveCheckpoint, resolveModel, resolveRun } from '../../engine/references.ts';
import { sampleExperiment, sampleExport } from './samples.ts';
import { openTestStore } from './studio.ts';

/** Two runs named alpha, one named beta; the older alpha has checkpoints at 5, 10 (best) and 15. */
function openExample(t: TestContext) {
  const { store, paths } = openTestStore(t);
  const add = (id: string, name: string, createdAt: string) =>
    store.runs.add({
      id,
      experiment: sampleExperiment(name, 20),
      datasetDigest: '',
      status: 'finished',
      createdAt,
    });
  add('20260101-1000-alpha-aaaa', 'alpha', '2026-01-01T10:00:00.000Z');
  add('20260102-1000-alpha-bbbb', 'alpha', '2026-01-02T10:00:00.000Z');
  add('20260103-1000-beta-cccc', 'beta', '2026-01-03T10:00:00.000Z');
  const older = store.runs.keyOf('20260101-1000-alpha-aaaa');
  for (const step of [5, 10, 15]) {
    const best = step === 10;
    store.checkpoints.add(older, {
      folder: `checkpoints/step-${step}`,
      step,
      sizeBytes: 1,
      best,
      createdAt: '',
    });
  }
  return { store, paths };
}

test('a run is found by its id, the beginning of it, its name or its folder', (t) => {
  const { store, paths } = openExample(t);
  const idOf = (reference: string) => resolveRun(store, paths, reference).id;
  assert.equal(idOf('20260101-1000-alpha-aaaa'), '20260101-1000-alpha-aaaa');
  assert.equal(idOf('20260101'), '20260101-1000-alpha-aaaa');
  assert.equal(idOf('alpha'), '20260102-1000-alpha-bbbb');
  assert.equal(idOf(join(paths.runs, '20260103-1000-beta-cccc')), '20260103-1000-beta-cccc');
  assert.throws(() => idOf('2026'), {
    message: [
      'More than one run begins with 2026',
      '  found:    20260103-1000-beta-cccc, 20260102-1000-alpha-bbbb, 20260101-1000-alpha-aaaa',
      '  expected: more of the id',
    ].join('\n'),
  });
  assert.throws(() => idOf('betta'), {
    message: [
      'There is no run "betta"',
      `  where:    ${paths.runs}`,
      "  expected: a run's id, the beginning of one, or a run's name",
      '  to do:    did you mean beta?',
    ].join('\n'),
  });
});

test('a checkpoint is found by run and step, as best or last, or by its folder', (t) => {
  const { store, paths } = openExample(t);
  const folder = join(paths.runs, '20260101-1000-alpha-aaaa', 'checkpoints', 'step-5');
  mkdirSync(folder, { recursive: true });
  const stepOf = (reference: string) => resolveCheckpoint(store, paths, reference).step;
  assert.equal(stepOf('20260101'), 10);
  assert.equal(stepOf('20260101@best'), 10);
  assert.equal(stepOf('20260101@last'), 15);
  assert.equal(stepOf('20260101@5'), 5);
  assert.equal(stepOf(folder), 5);
  assert.equal(stepOf(join(paths.runs, '20260101-1000-alpha-aaaa')), 10);
  const elsewhere = join(paths.home, 'elsewhere');
  mkdirSync(elsewhere);
  assert.deepEqual(resolveCheckpoint(store, paths, elsewhere), { folder: elsewhere, run: null, step: null });
  assert.throws(() => stepOf('20260101@7'), {
    message: [
      'Run 20260101-1000-alpha-aaaa has no checkpoint 7',
      `  where:    ${join(paths.runs, '20260101-1000-alpha-aaaa', 'checkpoints')}`,
      '  found:    steps 5, 10 (best), 15',
      '  expected: a step with a checkpoint, best, or last',
    ].join('\n'),
  });
  assert.throws(() => stepOf('beta'), { message: /^Run 20260103-1000-beta-cccc has no checkpoint yet\n/ });
  assert.throws(() => stepOf(join(paths.home, 'nowhere')), { message: /^There is no such checkpoint\n/ });
});

test('a model is found by the name of its export, or as a file', (t) => {
  const { store, paths } = openExample(t);
  const file = join(paths.exports, 'alpha-10.onnx');
  const row = {
    ...sampleExport(file),
    name: 'alpha-10',
    runId: '20260101-1000-alpha-aaaa',
    checkpointFolder: join(paths.runs, '20260101-1000-alpha-aaaa', 'checkpoints', 'step-10'),
    createdAt: '2026-01-04T10:00:00.000Z',
  };
  store.exports.save(row);
  mkdirSync(paths.exports);
  writeFileSync(file, 'onnx');
  assert.deepEqual(resolveModel(store, paths, 'alpha-10'), { file, export: row });
  assert.deepEqual(resolveModel(store, paths, 'alpha'), { file, export: row });
  assert.deepEqual(resolveModel(store, paths, file), { file, export: row });
  const other = join(paths.home, 'other.onnx');
  writeFileSync(other, 'onnx');
  assert.deepEqual(resolveModel(store, paths, other), { file: other, export: null });
  assert.throws(() => resolveModel(store, paths, 'alhpa-10'), {
    message: [
      'There is no exported model "alhpa-10"',
      `  where:    ${paths.exports}`,
      "  expected: an export's name, the beginning of one, or the path of an .onnx file",
      '  to do:    did you mean alpha-10?',
    ].join('\n'),
  });
});
