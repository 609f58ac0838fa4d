import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { readProcessState } from '../../engine/jobs/process-state.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { startEngineProcess } from './processes.ts';
import { sampleExperiment } from './samples.ts';
import { openTestEngine, openTestStore, runToEnd } from './studio.ts';

test('after an engine that was killed, the store says what the disk says, and runs go on', async (t) => {
  const home = temporaryFolder(t);
  const experiments = [sampleExperiment('first', 100_000, 'slow'), sampleExperiment('second', 3)];
  const other = startEngineProcess(t, home, experiments);
  await other.says('step 12\n');
  other.child.kill('SIGKILL');
  await other.ended;

  const engine = await openTestEngine(t, home);
  const runs = await engine.call('run.list', {});
  const [second, first] = runs;
  assert.ok(first && second);
  assert.deepEqual(
    runs.map(({ name, status }) => [name, status]),
    [
      ['second', 'interrupted'],
      ['first', 'interrupted'],
    ],
  );
  const jobs = await engine.call('job.list', {});
  assert.deepEqual(
    jobs.map(({ title, status, error }) => ({ title, status, error })),
    [
      {
        title: 'Train second',
        status: 'interrupted',
        error: { what: 'The engine ended before this job began', remedy: `trm resume ${second.id}` },
      },
      {
        title: 'Train first',
        status: 'interrupted',
        error: { what: 'The engine ended while this job was running', remedy: `trm resume ${first.id}` },
      },
      { title: 'Build dataset puzzles', status: 'finished', error: null },
    ],
  );
  const written = readFileSync(join(first.folder, 'events.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line.includes('"metric"'));
  const metrics = await engine.call('run.metrics', { run: first.id });
  assert.equal(metrics.length, written.length);
  assert.deepEqual(metrics.at(-1), { step: first.step, values: { loss: 1 / first.step } });

  const never = await runToEnd(engine, () => engine.call('run.resume', { run: second.id }));
  assert.deepEqual([never.job.status, never.job.runId], ['finished', second.id]);
});

// Only Linux tells enough of a process to be sure that it is the one that was left.
if (process.platform === 'linux') {
  test('a worker that outlives its engine is ended before another may write the run', async (t) => {
    const home = temporaryFolder(t);
    const other = startEngineProcess(t, home, [sampleExperiment('first', 100_000, 'deaf at 7')]);
    await other.says('step 6\n');
    const { store } = openTestStore(t, home);
    const worker = store.jobs.active()[0]?.worker;
    assert.ok(worker);
    // A suspended process does not notice that its engine is gone.
    process.kill(worker.processId, 'SIGSTOP');
    other.child.kill('SIGKILL');
    await other.ended;
    assert.equal(readProcessState(worker.processId)?.suspended, true);
    await openTestEngine(t, home);
    for (let times = 0; times < 100 && readProcessState(worker.processId) !== null; times++) await sleep(20);
    assert.equal(readProcessState(worker.processId), null);
  });
}
