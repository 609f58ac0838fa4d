// A run on several datasets: all are built or required before it, and none may change before it goes on.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { DatasetSection } from '../../common/config/dataset.ts';
import { sampleBuild, sampleCard, sampleExperiment } from './samples.ts';
import { openTestEngine, runToEnd } from './studio.ts';

function experimentOn(alsoTrainOn: DatasetSection['alsoTrainOn'], steps = 2) {
  const experiment = sampleExperiment('sample', steps);
  return { ...experiment, dataset: { ...experiment.dataset, alsoTrainOn } };
}

const seeded = (seed: number) => ({ ...sampleBuild, seed });

test('all datasets are built first, one after the other, and noted in the environment', async (t) => {
  const engine = await openTestEngine(t);
  const others = [1, 2].map((seed) => ({ name: `more-${seed}`, build: seeded(seed) }));
  const experiment = experimentOn(others);
  const started = await engine.call('run.start', { experiment });
  assert.equal(started.otherDatasetJobIds?.length, 2);
  await engine.whenIdle();
  const jobs = await engine.call('job.list', {});
  assert.deepEqual(
    jobs.map(({ title, status }) => [title, status]),
    [
      ['Train sample', 'finished'],
      ['Build dataset more-2', 'finished'],
      ['Build dataset more-1', 'finished'],
      ['Build dataset puzzles', 'finished'],
    ],
  );
  const { row } = await engine.call('run.show', { run: started.runId });
  const environment = JSON.parse(readFileSync(join(row.folder, 'environment.json'), 'utf8'));
  const digestOf = (seed: number) => sampleCard('', seeded(seed)).digest;
  assert.deepEqual(environment.dataset, { name: 'puzzles', digest: digestOf(0) });
  assert.deepEqual(environment.otherDatasets, [
    { name: 'more-1', digest: digestOf(1) },
    { name: 'more-2', digest: digestOf(2) },
  ]);
});

test('a run does not go on when one of its datasets has changed', async (t) => {
  const engine = await openTestEngine(t);
  const experiment = experimentOn([{ name: 'more', build: seeded(1) }]);
  const { job } = await runToEnd(engine, () => engine.call('run.start', { experiment }));
  const run = String(job.runId);
  const replaced = { name: 'more', build: seeded(2), replace: true };
  await runToEnd(engine, () => engine.call('dataset.build', replaced));
  await assert.rejects(engine.call('run.resume', { run, steps: 4 }), {
    message: [
      `The dataset more is not the one that run ${run} was trained on`,
      `  found:    digest ${'2'.repeat(64)}`,
      `  expected: digest ${'1'.repeat(64)}`,
      '  to do:    build the dataset as it was, or start a new run with trm train',
    ].join('\n'),
  });
});

test('a further dataset that is not there, or was built in another way, is an error before anything begins', async (t) => {
  const engine = await openTestEngine(t);
  await runToEnd(engine, () => engine.call('dataset.build', { name: 'more', build: seeded(1) }));
  const start = (alsoTrainOn: DatasetSection['alsoTrainOn']) =>
    engine.call('run.start', { experiment: experimentOn(alsoTrainOn) });
  await assert.rejects(start([{ name: 'mroe' }]), /^UserError: There is no dataset "mroe"\n/);
  await assert.rejects(
    start([{ name: 'more', build: seeded(3) }]),
    /^UserError: The dataset more exists, but was built differently than dataset\.build says\n/,
  );
  assert.deepEqual(await engine.call('run.list', {}), []);
});

test('when a build fails, those after it and the training say why', async (t) => {
  const engine = await openTestEngine(t);
  const experiment = experimentOn([{ name: 'more', build: { ...seeded(1), source: 'fail' } }]);
  const { job } = await runToEnd(engine, () => engine.call('run.start', { experiment }));
  assert.deepEqual(
    [job.status, job.error],
    ['failed', { what: 'Build dataset more: there is no such file' }],
  );
});
