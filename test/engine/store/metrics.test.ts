import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Metric } from '../../../common/jobs.ts';
import { sampleExperiment } from '../samples.ts';
import { openTestStore } from '../studio.ts';

const createdAt = '2026-01-02T03:04:05.000Z';

/** A loss at each step, another metric at each fourth. */
function valuesOf(step: number): Metric {
  return step % 4 === 0 ? { step, values: { loss: step, exact: 0.5 } } : { step, values: { loss: step } };
}

test('metrics of many steps are kept apart by run and name, and read by range', (t) => {
  const { store } = openTestStore(t);
  for (const id of ['one', 'two']) {
    store.runs.add({
      id,
      experiment: sampleExperiment(id, 9),
      datasetDigest: '',
      status: 'running',
      createdAt,
    });
  }
  const [one, two] = [store.runs.keyOf('one'), store.runs.keyOf('two')];
  const steps = Array.from({ length: 20_000 }, (_, index) => index + 1);
  store.transaction(() => {
    store.metrics.add(one, steps.map(valuesOf));
    store.metrics.add(two, [{ step: 3, values: { loss: -1 } }]);
  });
  assert.deepEqual(store.metrics.range(one, 19_999, 30_000), [
    { step: 19_999, values: { loss: 19_999 } },
    { step: 20_000, values: { loss: 20_000, exact: 0.5 } },
  ]);
  assert.equal(store.metrics.points(one, 'exact', 1, 20_000).length, 5000);
  assert.deepEqual(store.metrics.points(one, 'unknown', 1, 20_000), []);
  store.metrics.removeAfter(one, 2);
  assert.deepEqual(store.metrics.range(one, 0, 30_000), [
    { step: 1, values: { loss: 1 } },
    { step: 2, values: { loss: 2 } },
  ]);
  assert.deepEqual(store.metrics.range(two, 0, 30_000), [{ step: 3, values: { loss: -1 } }]);
});

test('a transaction that is undone leaves nothing behind, not even a new name', (t) => {
  const { store } = openTestStore(t);
  store.runs.add({
    id: 'one',
    experiment: sampleExperiment('one', 9),
    datasetDigest: '',
    status: 'running',
    createdAt,
  });
  const one = store.runs.keyOf('one');
  assert.throws(
    () =>
      store.transaction(() => {
        store.metrics.add(one, [{ step: 1, values: { fresh: 1 } }]);
        throw new Error('undone');
      }),
    { message: 'undone' },
  );
  store.metrics.add(one, [{ step: 2, values: { fresh: 2 } }]);
  assert.deepEqual(store.metrics.range(one, 0, 9), [{ step: 2, values: { fresh: 2 } }]);
});
