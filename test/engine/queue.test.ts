import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { EngineEvent } from '../../common/api.ts';
import { sampleBuild, sampleCard, sampleEvaluation, sampleExperiment, sampleExport } from './samples.ts';
import { openTestEngine, runToEnd, trainToEnd, waitForEvent } from './studio.ts';

test('a training run builds its dataset first, and everything it reports is recorded', async (t) => {
  const engine = await openTestEngine(t);
  const { job, events, runId } = await trainToEnd(engine, 12);

  const { id, createdAt, startedAt, endedAt, ...rest } = job;
  assert.match(id, /^\d{8}-\d{4}-train-[a-z2-9]{4}$/);
  assert.ok(createdAt <= String(startedAt) && String(startedAt) <= String(endedAt));
  const folder = join(engine.paths.runs, runId);
  assert.deepEqual(rest, {
    kind: 'train',
    title: 'Train sample',
    status: 'finished',
    runId,
    error: null,
    logFile: join(folder, 'worker.log'),
    result: {
      kind: 'train',
      steps: 12,
      finished: true,
      trainingMs: 120,
      evaluation: sampleEvaluation(12),
      bestCheckpoint: null,
      lastCheckpoint: join(folder, 'checkpoints', 'step-12'),
    },
  });
  const seen = events.map((event) => (event.type === 'job' ? event.job.status : event.event.type));
  const beforeStep5 = ['metrics', 'metrics', 'metrics', 'metrics'];
  assert.deepEqual(seen, [
    ...['queued', 'running', 'segment', ...beforeStep5, 'metrics', 'checkpoint', ...beforeStep5, 'metrics'],
    ...['evaluation', 'checkpoint', 'metrics', 'metrics', 'finished'],
  ]);

  const shown = await engine.call('run.show', { run: runId });
  assert.deepEqual(shown.experiment, sampleExperiment('sample', 12));
  assert.deepEqual(shown.evaluations, [sampleEvaluation(10)]);
  assert.deepEqual(
    shown.checkpoints.map(({ createdAt: _, ...checkpoint }) => checkpoint),
    [5, 10].map((step) => ({
      runId,
      step,
      folder: join(folder, 'checkpoints', `step-${step}`),
      sizeBytes: step,
      best: step === 10,
    })),
  );
  assert.deepEqual(shown.row, {
    id: runId,
    name: 'sample',
    status: 'finished',
    datasetName: 'puzzles',
    datasetDigest: sampleCard('puzzles', sampleBuild).digest,
    step: 12,
    totalSteps: 12,
    bestExactAccuracy: 0.1,
    lastLoss: 1 / 12,
    trainingMs: 120,
    createdAt: shown.row.createdAt,
    folder,
  });
  assert.deepEqual(shown.environment.dataset, { name: 'puzzles', digest: shown.row.datasetDigest });
  assert.deepEqual(
    await engine.call('run.metrics', { run: runId, fromStep: 3, toStep: 5 }),
    [3, 4, 5].map((step) => ({ step, values: { loss: 1 / step } })),
  );
});

test('a dataset that cannot be built fails the run that waits for it', async (t) => {
  const engine = await openTestEngine(t);
  const experiment = sampleExperiment('sample', 12);
  experiment.dataset.build = { ...sampleBuild, source: 'fail' };
  const { job } = await runToEnd(engine, () => engine.call('run.start', { experiment }));
  assert.deepEqual(
    [job.status, job.error],
    ['failed', { what: 'Build dataset puzzles: there is no such file' }],
  );
  const [run] = await engine.call('run.list', {});
  assert.equal(run?.status, 'failed');
});

test('stopping saves: the run is stopped, can go on, and refuses nothing else', async (t) => {
  const engine = await openTestEngine(t);
  const experiment = sampleExperiment('sample', 100_000, 'slow');
  const past: EngineEvent[] = [];
  engine.onEvent((event) => void past.push(event));
  const ended = runToEnd(engine, () => engine.call('run.start', { experiment }));
  const jobId = await waitForEvent(engine, past, (event) =>
    event.type === 'worker' && event.event.type === 'metrics' && event.event.metrics[0]?.step === 3
      ? event.jobId
      : undefined,
  );
  assert.deepEqual(await engine.call('job.stop', { jobId }), { stopping: true });
  const { job } = await ended;
  assert.equal(job.status, 'stopped');
  assert.ok(job.result?.kind === 'train' && !job.result.finished);
  const { row, checkpoints } = await engine.call('run.show', { run: String(job.runId) });
  assert.deepEqual([row.status, checkpoints.at(-1)?.step], ['stopped', row.step]);
  assert.deepEqual(await engine.call('job.stop', { jobId }), { stopping: false });
});

test('jobs run one after the other, and a queued one can be taken out', async (t) => {
  const engine = await openTestEngine(t);
  const first = { name: 'first', build: { ...sampleBuild, source: 'wait' } };
  const { jobId: waiting } = await engine.call('dataset.build', first);
  const { jobId: queued } = await engine.call('dataset.build', { name: 'second', build: sampleBuild });
  const states = async () => (await engine.call('job.list', {})).map(({ id, status }) => [id, status]);
  assert.deepEqual(await states(), [
    [waiting, 'running'],
    [queued, 'queued'],
  ]);
  await engine.call('job.stop', { jobId: queued });
  await engine.call('job.stop', { jobId: waiting });
  await engine.whenIdle();
  assert.deepEqual(await states(), [
    [queued, 'stopped'],
    [waiting, 'stopped'],
  ]);
  assert.deepEqual(await engine.call('dataset.list', {}), []);
});

test('evaluations, exports and solutions are recorded with where they came from', async (t) => {
  const engine = await openTestEngine(t);
  const { runId } = await trainToEnd(engine, 12);
  const { job: evaluated } = await runToEnd(engine, () =>
    engine.call('evaluate.start', { checkpoint: runId }),
  );
  assert.deepEqual(evaluated.result, { kind: 'evaluate', ...sampleEvaluation(10) });
  await engine.whenIdle();
  assert.equal(existsSync(evaluated.logFile), false);

  const { job: exported } = await runToEnd(engine, () =>
    engine.call('export.start', { checkpoint: `${runId}@5` }),
  );
  const file = join(engine.paths.exports, `${runId}-5.onnx`);
  assert.deepEqual(exported.result, { kind: 'export', ...sampleExport(file) });
  const [row] = await engine.call('export.list', {});
  assert.deepEqual(row, {
    ...sampleExport(file),
    name: `${runId}-5`,
    runId,
    checkpointFolder: join(engine.paths.runs, runId, 'checkpoints', 'step-5'),
    createdAt: row?.createdAt,
  });
  await assert.rejects(engine.call('export.start', { checkpoint: `${runId}@5` }), {
    message: [
      `There is an export ${runId}-5 already`,
      `  where:    ${file}`,
      '  expected: a name and a file that are free',
      '  to do:    choose another with --name or --output, or replace it with --replace',
    ].join('\n'),
  });

  const { evaluations, exports } = await engine.call('run.show', { run: runId });
  assert.deepEqual(evaluations, [sampleEvaluation(10), sampleEvaluation(10)]);
  assert.deepEqual(exports, [row]);

  const { job: solved, events } = await runToEnd(engine, () =>
    engine.call('solve.start', { model: `${runId}-5`, puzzles: ['1.34'], halting: 'q>=0.9' }),
  );
  assert.deepEqual(solved.result, {
    kind: 'solve',
    halting: 'q>=0.9',
    maximumSteps: 0,
    puzzlesTried: 1,
    puzzlesSolved: 1,
    puzzles: [{ puzzle: 0, question: '1.34', answer: '1134', steps: 1, haltProbability: 0.9, valid: true }],
    meanSteps: 1,
    elapsedMs: 5,
  });
  const steps = events.flatMap((event) => (event.type === 'worker' ? [event.event] : []));
  const signals = { haltProbability: 0.9, changedCells: 1, latentResidual: null, confidence: 0.8 };
  assert.deepEqual(steps, [
    { type: 'solved-step', solved: { puzzle: 0, step: 1, answer: '1134', ...signals, halted: true } },
  ]);
});
