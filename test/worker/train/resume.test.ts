// A training run in a real process, killed with SIGKILL and stopped in the middle: it must end with the numbers of
// a run that was left alone, step for step and bit for bit.

import assert from 'node:assert/strict';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { JobSpecOf } from '../../../common/jobs.ts';
import { createRandom } from '../../../common/random.ts';
import { buildTinyDataset, temporaryFolder, tinyExperiment } from '../tiny-experiment.ts';
import { runWorker } from '../worker-process.ts';
import { compareCheckpoints, type History, reached, readHistory } from './run-history.ts';

const STEPS = 24;

/** Runs of which each must go on as if nothing had happened. */
const experiments = {
  'as published': tinyExperiment(),
  'in parts, with muon, candidates and a curriculum': tinyExperiment({
    optimizer: 'muon',
    microBatches: 2,
    candidates: 2,
    gradientClipping: 1,
    depthCurriculum: [
      { untilShare: 0.3, highCycles: 1, lowCycles: 1 },
      { untilShare: 0.6, highCycles: 1, lowCycles: 2 },
    ],
  }),
};

for (const [name, experiment] of Object.entries(experiments)) {
  describe(`a killed run ${name}`, () => {
    let folder: Awaited<ReturnType<typeof temporaryFolder>>;
    let undisturbed: History;

    async function spec(run: string): Promise<JobSpecOf<'train'>> {
      const runFolder = join(folder.path, run);
      await mkdir(runFolder, { recursive: true });
      return {
        kind: 'train',
        runId: run,
        runFolder,
        experiment,
        datasetFolder: join(folder.path, 'dataset'),
      };
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
      await compareCheckpoints(
        join(run.runFolder, 'checkpoints', 'step-000000024'),
        join(folder.path, 'undisturbed', 'checkpoints', 'step-000000024'),
      );
    });

    // Stopping is the same for all of them.
    if (experiment.training.microBatches > 1) return;

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
}
