import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseExperiment } from '../../common/config/parse.ts';
import { sampleBuild, sampleExperiment } from './samples.ts';
import { openTestEngine, runToEnd, trainToEnd } from './studio.ts';

test('a run freezes its config and its environment', async (t) => {
  const engine = await openTestEngine(t);
  const { runId } = await trainToEnd(engine, 2);
  assert.match(runId, /^\d{8}-\d{4}-sample-[a-z2-9]{4}$/);
  const folder = join(engine.paths.runs, runId);
  const config = readFileSync(join(folder, 'config.yaml'), 'utf8');
  assert.deepEqual(parseExperiment(config, { fileName: 'config.yaml' }), sampleExperiment('sample', 2));
  const environment = JSON.parse(readFileSync(join(folder, 'environment.json'), 'utf8'));
  assert.deepEqual(Object.keys(environment), [
    ...['runId', 'createdAt', 'version', 'gitCommit', 'node', 'platform', 'architecture', 'systemRelease'],
    ...['processor', 'processorCores', 'memoryBytes', 'packages', 'dataset'],
  ]);
  assert.deepEqual([environment.runId, environment.node], [runId, process.versions.node]);
  assert.ok('better-sqlite3' in environment.packages);
});

test('a dataset that was built in another way is not trained on by mistake', async (t) => {
  const engine = await openTestEngine(t);
  await runToEnd(engine, () =>
    engine.call('dataset.build', { name: 'puzzles', build: { ...sampleBuild, seed: 3 } }),
  );
  const experiment = sampleExperiment('sample', 2);
  await assert.rejects(engine.call('run.start', { experiment }), {
    message: [
      'The dataset puzzles exists, but was built differently than dataset.build says',
      '  found:    seed: 3 (the dataset)',
      '  expected: seed: 0 (the config)',
      '  to do:    give dataset.name another name, or build it anew with trm dataset build --config FILE --replace',
    ].join('\n'),
  });
  assert.deepEqual(await engine.call('run.list', {}), []);
  delete experiment.dataset.build;
  const { job } = await runToEnd(engine, () => engine.call('run.start', { experiment }));
  assert.equal(job.status, 'finished');
});

test('a dataset that is not there and cannot be built is an error before anything begins', async (t) => {
  const engine = await openTestEngine(t);
  await runToEnd(engine, () => engine.call('dataset.build', { name: 'puzzles', build: sampleBuild }));
  const experiment = sampleExperiment('sample', 2);
  experiment.dataset = { name: 'puzles' };
  await assert.rejects(engine.call('run.start', { experiment }), {
    message: [
      'There is no dataset "puzles"',
      `  where:    ${engine.paths.datasets}`,
      '  expected: the name of a dataset',
      '  to do:    did you mean puzzles?',
    ].join('\n'),
  });
  await assert.rejects(engine.call('dataset.build', { name: 'puzzles', build: sampleBuild }), {
    message: /^There is a dataset puzzles already\n/,
  });
});

test('two runs of a dataset that is yet to be built share one build', async (t) => {
  const engine = await openTestEngine(t);
  const experiment = sampleExperiment('sample', 2);
  const first = await engine.call('run.start', { experiment });
  const second = await engine.call('run.start', { experiment });
  await engine.whenIdle();
  assert.notEqual(first.datasetJobId, null);
  assert.equal(second.datasetJobId, null);
  const jobs = await engine.call('job.list', {});
  assert.deepEqual(
    jobs.map(({ kind, status }) => [kind, status]),
    [
      ['train', 'finished'],
      ['train', 'finished'],
      ['dataset', 'finished'],
    ],
  );
});

test('a finished run gives its result again, and can be extended, not shortened', async (t) => {
  const engine = await openTestEngine(t);
  const { runId } = await trainToEnd(engine, 10);
  const again = await runToEnd(engine, () => engine.call('run.resume', { run: runId }));
  assert.ok(again.job.result?.kind === 'train');
  assert.deepEqual([again.job.result.steps, again.job.result.finished], [10, true]);
  await assert.rejects(engine.call('run.resume', { run: runId, steps: 10 }), {
    message: [
      `Run ${runId} cannot be made shorter`,
      '  found:    --steps 10',
      '  expected: more than 10, or no --steps to go on as planned',
    ].join('\n'),
  });
  const { job } = await runToEnd(engine, () => engine.call('run.resume', { run: runId, steps: 12 }));
  assert.equal(job.status, 'finished');
  const { row, experiment, environment } = await engine.call('run.show', { run: runId });
  assert.deepEqual([row.step, row.totalSteps, row.status], [12, 12, 'finished']);
  assert.deepEqual(experiment, sampleExperiment('sample', 12));
  const config = readFileSync(join(row.folder, 'config.yaml'), 'utf8');
  assert.deepEqual(parseExperiment(config, { fileName: 'config.yaml' }), experiment);
  const [extension, ...others] = environment.extensions as { time: string }[];
  assert.deepEqual([extension, others], [{ time: extension?.time, fromSteps: 10, toSteps: 12 }, []]);
});

test('a run that runs cannot be resumed', async (t) => {
  const engine = await openTestEngine(t);
  const { jobId, runId } = await engine.call('run.start', {
    experiment: sampleExperiment('sample', 1000, 'slow'),
  });
  await assert.rejects(engine.call('run.resume', { run: runId }), {
    message: [
      `Run ${runId} is queued already`,
      `  found:    job ${jobId}`,
      '  expected: a run that has stopped, was interrupted or failed',
      `  to do:    trm jobs stop ${jobId} stops it`,
    ].join('\n'),
  });
  await engine.close();
});

test('a run does not go on with another dataset than the one it began with', async (t) => {
  const engine = await openTestEngine(t);
  const { runId } = await trainToEnd(engine, 12, 'fail at 8');
  const build = { ...sampleBuild, seed: 1 };
  await runToEnd(engine, () => engine.call('dataset.build', { name: 'puzzles', build, replace: true }));
  const message = [
    `The dataset puzzles is not the one that run ${runId} was trained on`,
    `  found:    digest ${'1'.repeat(64)}`,
    `  expected: digest ${'0'.repeat(64)}`,
    '  to do:    build the dataset as it was, or start a new run with trm train',
  ].join('\n');
  await assert.rejects(engine.call('run.resume', { run: runId }), { message });
  await assert.rejects(engine.call('evaluate.start', { checkpoint: runId }), { message });
  rmSync(join(engine.paths.datasets, 'puzzles'), { recursive: true });
  await assert.rejects(engine.call('run.resume', { run: runId }), {
    message: /^There is no dataset "puzzles"\n/,
  });
});

test('input that is not what the contract says is refused by name', async (t) => {
  const engine = await openTestEngine(t);
  await assert.rejects(engine.call('run.show', { run: '' }), {
    message: [
      'The input of run.show is not valid',
      '  where:    run',
      '  expected: run: Too small: expected string to have >=1 characters',
    ].join('\n'),
  });
});
