// What is left when the process that builds a dataset is killed.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { sudokuBuildSchema } from '../../../common/config/dataset.ts';
import { buildDataset } from '../../../worker/dataset/build.ts';
import { openDataset } from '../../../worker/dataset/open.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { runWorker } from '../worker-process.ts';

const small = sudokuBuildSchema.parse({ kind: 'sudoku', size: 4, trainPuzzles: 20, testPuzzles: 10 });
const long = sudokuBuildSchema.parse({ kind: 'sudoku', size: 9, trainPuzzles: 100_000, testPuzzles: 10 });

test('a build that is killed leaves the old dataset, and the next build cleans up', async (context) => {
  const parent = temporaryFolder(context);
  const folder = join(parent, 'data');
  const { digest } = await buildDataset({ build: small, name: 'data', folder });
  const outcome = await runWorker(
    { kind: 'dataset', name: 'data', build: long, folder, replace: true },
    (event, { kill }) => {
      if (event.type === 'progress' && event.progress.done > 1) kill();
    },
  );
  assert.equal(outcome.signal, 'SIGKILL');
  assert.equal(openDataset(folder).digest, digest);
  const [partial, ...others] = readdirSync(parent).sort();
  assert.match(partial ?? '', /^\.partial-\d+-\d+-[0-9a-f]{8}-data$/);
  assert.deepEqual(others, ['data']);

  const second = await buildDataset({ build: { ...small, seed: 1 }, name: 'data', folder, replace: true });
  assert.deepEqual(readdirSync(parent), ['data']);
  assert.equal(openDataset(folder).digest, second.digest);
});

test('a build that is stopped leaves the old dataset and nothing else', async (context) => {
  const parent = temporaryFolder(context);
  const folder = join(parent, 'data');
  const { digest } = await buildDataset({ build: small, name: 'data', folder });
  const { events } = await runWorker(
    { kind: 'dataset', name: 'data', build: long, folder, replace: true },
    (event, { stop }) => {
      if (event.type === 'progress') stop();
    },
  );
  assert.deepEqual(events.at(-1), { type: 'cancelled' });
  assert.deepEqual(readdirSync(parent), ['data']);
  assert.equal(openDataset(folder).digest, digest);
});
