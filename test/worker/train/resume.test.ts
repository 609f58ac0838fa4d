// A training run in a real process, killed with SIGKILL and stopped in the middle: it must end with the numbers of
// a run that was left alone, step for step and bit for bit.

import assert from 'node:assert/strict';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type JobSpecOf, runEventSchema, type WorkerEvent } from '../../../common/jobs.ts';
import { createRandom } from '../../../common/random.ts';
import { buildTinyDataset, temporaryFolder, tinyExperiment } from '../tiny-experiment.ts';
import { runWorker } from '../worker-process.ts';

const STEPS = 24;

interface History {
  metrics: Map<number, unknown>;
  evaluations: Map<number, unknown>;
  segments: number;
}

/** What the run's log says in the end: later segments override what earlier ones wrote past their first step. */
async function readHistory(runFolder: string): Promise<History> {
  const history: History = { metrics: new Map(), evaluations: new Map(), segments: 0 };
  for (const line of (await readFile(join(runFolder, 'events.jsonl'), 'utf8')).split('\n')) {
    let json: unknown;
    try {
      json = JSON.parse(line);
    } catch {
      continue;
    }
    const event = runEventSchema.parse(json);
    if (event.type === 'segment') {
      history.segments++;
      for (const map of [history.metrics, history.evaluations]) {
        for (const step of map.keys()) if (step > event.fromStep) map.delete(step);
      }
    } else if (event.type === 'metric') history.metrics.set(event.step, event.values);
    else if (event.type === 'evaluation')
      history.evaluations.set(event.step, { ...event.result, elapsedMs: 0 });
  }
  return history;
}

describe('a killed run', () => {
  const experiment = tinyExperiment();
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let undisturbed: History;

  async function spec(run: string): Promise<JobSpecOf<'train'>> {
    const runFolder = join(folder.path, run);
    await mkdir(runFolder, { recursive: true });
    return { kind: 'train', runId: run, runFolder, experiment, datasetFolder: join(folder.path, 'dataset') };
  }

  before(async () => {
    folder = await temporaryFolder();
    await buildTinyDataset(experiment, join(folder.path, 'dataset'));
    const { events } = await runWorker(await spec('undisturbed'));
    assert.equal(events.at(-1)?.type, 'result');
    undisturbed = await readHistory(join(folder.path, 'undisturbed'));
    assert.deepEqual(
      [...undisturbed.metrics.keys()],
      Array.from({ length: STEPS }, (_, index) => index + 1),
    );
    assert.deepEqual([...undisturbed.evaluations.keys()], [8, 16, 24]);
  });

  after(() => folder[Symbol.asyncDispose]());

  test('ends as if it had not been killed', async () => {
    const random = createRandom(1, 'kills');
    const run = await spec('killed');
    for (const killAt of [1, 4, 9, 15, 21]) {
      const outcome = await runWorker(run, (event, { kill }) => {
        // Somewhere in the step after, or while a checkpoint is being written.
        if (reached(event, killAt)) setTimeout(kill, random.integer(40));
      });
      assert.equal(outcome.signal, 'SIGKILL');
    }
    const { events } = await runWorker(run);
    assert.equal(events.at(-1)?.type, 'result');
    const history = await readHistory(run.runFolder);
    assert.deepEqual(history.metrics, undisturbed.metrics);
    assert.deepEqual(history.evaluations, undisturbed.evaluations);
    assert.ok(history.segments >= 3);
    const kept = await readdir(join(run.runFolder, 'checkpoints'));
    assert.deepEqual(kept.toSorted(), await readdir(join(folder.path, 'undisturbed', 'checkpoints')));
    await compareFiles(
      join(run.runFolder, 'checkpoints', 'step-000000024'),
      join(folder.path, 'undisturbed', 'checkpoints', 'step-000000024'),
    );
  });

  test('stops after saving when asked to, and goes on from there', async () => {
    const run = await spec('stopped');
    const first = await runWorker(run, (event, { stop }) => {
      if (reached(event, 6)) stop();
    });
    const result = first.events.at(-1);
    assert.ok(result?.type === 'result' && result.result.kind === 'train' && !result.result.finished);
    assert.ok(result.result.steps >= 6 && result.result.steps < STEPS);
    assert.equal(
      result.result.lastCheckpoint,
      join(run.runFolder, 'checkpoints', `step-${String(result.result.steps).padStart(9, '0')}`),
    );
    await runWorker(run);
    const history = await readHistory(run.runFolder);
    assert.deepEqual(history.metrics, undisturbed.metrics);
    assert.deepEqual(history.evaluations, undisturbed.evaluations);
    assert.equal(history.segments, 2);
  });

  test('stopped in the middle of an evaluation, makes up for it when it goes on', async () => {
    const run = await spec('unevaluated');
    const first = await runWorker(run, (event, { stop }) => {
      if (event.type === 'progress' && event.progress.phase === 'evaluating') stop();
    });
    const result = first.events.at(-1);
    assert.ok(result?.type === 'result' && result.result.kind === 'train');
    assert.deepEqual([result.result.steps, result.result.finished], [8, false]);
    const halfway = await readHistory(run.runFolder);
    assert.deepEqual([...halfway.evaluations.keys()], []);
    await runWorker(run);
    const history = await readHistory(run.runFolder);
    assert.deepEqual(history.metrics, undisturbed.metrics);
    assert.deepEqual(history.evaluations, undisturbed.evaluations);
  });
});

function reached(event: WorkerEvent, step: number): boolean {
  return event.type === 'progress' && event.progress.phase === 'training' && event.progress.done >= step;
}

async function compareFiles(folder: string, other: string): Promise<void> {
  for (const name of ['model.safetensors', 'ema.safetensors', 'training.safetensors']) {
    assert.ok((await readFile(join(folder, name))).equals(await readFile(join(other, name))), name);
  }
}
