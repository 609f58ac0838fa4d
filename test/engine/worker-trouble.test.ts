import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { EngineEvent } from '../../common/api.ts';
import { sampleExperiment } from './samples.ts';
import { openTestEngine, runToEnd, trainToEnd, waitForEvent } from './studio.ts';

test('a worker that is killed leaves an interrupted run with what its log holds, and resuming goes on', async (t) => {
  const engine = await openTestEngine(t);
  const { job, runId } = await trainToEnd(engine, 12, 'crash at 8');
  const logFile = join(engine.paths.runs, runId, 'worker.log');
  assert.equal(job.status, 'interrupted');
  assert.deepEqual(job.error, {
    what: 'The worker process ended without a result',
    where: logFile,
    found: 'signal SIGKILL; its last output:\n    the worker is about to die',
    remedy: `the system may have run out of memory (a smaller batch needs less); trm resume ${runId}`,
  });
  const { row } = await engine.call('run.show', { run: runId });
  assert.deepEqual([row.status, row.step, row.trainingMs], ['interrupted', 8, 80]);

  let fromStep = -1;
  const resumed = await runToEnd(engine, async () => {
    const started = await engine.call('run.resume', { run: runId });
    fromStep = started.fromStep;
    return started;
  });
  assert.equal(fromStep, 5);
  assert.equal(resumed.job.status, 'finished');
  const metrics = await engine.call('run.metrics', { run: runId });
  assert.deepEqual(
    metrics,
    Array.from({ length: 12 }, (_, index) => ({ step: index + 1, values: { loss: 1 / (index + 1) } })),
  );
});

test('a worker that ends with an exit code fails its job, with its last words', async (t) => {
  const engine = await openTestEngine(t);
  const { job, runId } = await trainToEnd(engine, 12, 'exit at 3');
  assert.deepEqual(
    [job.status, job.error?.found],
    ['interrupted', 'exit code 3; its last output:\n    a native library ended the process'],
  );
  assert.equal(job.error?.remedy, `trm resume ${runId}`);
});

test('a job that fails says why, and keeps the stack in its log', async (t) => {
  const engine = await openTestEngine(t);
  const { job, runId } = await trainToEnd(engine, 12, 'fail at 3');
  assert.deepEqual([job.status, job.error], ['failed', { what: 'the disk is made of cheese' }]);
  const log = readFileSync(join(engine.paths.runs, runId, 'worker.log'), 'utf8');
  assert.match(log, /Error: the disk is made of cheese\n {4}at misbehave/);
});

test('a message that is not in the protocol fails the job and ends the worker', async (t) => {
  const engine = await openTestEngine(t);
  const { job } = await trainToEnd(engine, 12, 'malformed at 3');
  assert.equal(job.status, 'failed');
  assert.deepEqual(job.error, {
    what: 'The worker said something that the engine does not understand',
    found:
      'segment: Invalid input: expected number, received undefined; ' +
      'the message begins {"type":"metrics","metrics":"many"}',
  });
});

test('a worker that does not stop is killed: at the second request, or when its time is up', async (t) => {
  for (const limits of [{}, { stopGraceMs: 200 }]) {
    const engine = await openTestEngine(t, undefined, limits);
    const past: EngineEvent[] = [];
    engine.onEvent((event) => void past.push(event));
    const experiment = sampleExperiment('sample', 100, 'deaf at 7');
    const ended = runToEnd(engine, () => engine.call('run.start', { experiment }));
    const jobId = await waitForEvent(engine, past, (event) =>
      event.type === 'worker' && event.event.type === 'checkpoint' ? event.jobId : undefined,
    );
    await engine.call('job.stop', { jobId });
    if (limits.stopGraceMs === undefined) await engine.call('job.stop', { jobId });
    const { job } = await ended;
    assert.equal(job.status, 'interrupted');
    assert.deepEqual(job.error, {
      what: 'Training was ended before it could save',
      remedy: `trm resume ${job.runId}`,
    });
    await engine.close();
  }
});

test('a worker that goes silent and idle is reported, and given up in the end', async (t) => {
  const limits = { watchEveryMs: 100, silentAfterMs: 400, idleAfterMs: 800 };
  const engine = await openTestEngine(t, undefined, limits);
  const { job, events } = await trainToEnd(engine, 12, 'freeze at 7');
  assert.equal(job.status, 'interrupted');
  assert.deepEqual(job.error, {
    what: 'The worker process hung and was ended',
    where: job.logFile,
    found: 'no message and no processor use for 1 s',
    expected: 'a heartbeat every 2 s',
    remedy: `trm resume ${job.runId}`,
  });
  const logs = events.flatMap((event) =>
    event.type === 'worker' && event.event.type === 'log' ? [event.event] : [],
  );
  assert.match(String(logs.at(-1)?.message), /^Stalled: the worker has said nothing for \d+ s/);
});
