import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Engine } from '../../engine/index.ts';
import { studioPaths } from '../../engine/paths.ts';
import { rebuildHome } from '../../engine/rebuild.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { sampleExperiment } from './samples.ts';
import { openTestEngine, runToEnd } from './studio.ts';

/** All that clients can ask of what is kept; jobs are not. */
async function readAll(engine: Engine) {
  const runs = await engine.call('run.list', {});
  const shown = await Promise.all(runs.map(({ id }) => engine.call('run.show', { run: id })));
  const metrics = await Promise.all(runs.map(({ id }) => engine.call('run.metrics', { run: id })));
  const datasets = await engine.call('dataset.list', {});
  return { runs, shown, metrics, datasets, exports: await engine.call('export.list', {}) };
}

test('the database can be made anew from what lies on disk, also in another place', async (t) => {
  const home = temporaryFolder(t);
  const engine = await openTestEngine(t, home);
  for (const [name, description] of [
    ['one', ''],
    ['two', 'crash at 8'],
  ] as const) {
    await runToEnd(engine, () =>
      engine.call('run.start', { experiment: sampleExperiment(name, 12, description) }),
    );
  }
  await runToEnd(engine, () => engine.call('evaluate.start', { checkpoint: 'one@5' }));
  await runToEnd(engine, () => engine.call('export.start', { checkpoint: 'one@5', name: 'tiny' }));
  const before = await readAll(engine);
  assert.throws(() => rebuildHome(home), { message: /^The database is in use by a running engine\n/ });
  await engine.close();

  mkdirSync(join(home, 'runs', 'not-a-run'));
  writeFileSync(join(home, 'runs', 'not-a-run', 'config.yaml'), 'name: only\n');
  const report = rebuildHome(home);
  assert.deepEqual(
    { ...report, keptFile: null },
    {
      datasets: 1,
      runs: 2,
      exports: 1,
      keptFile: null,
      skipped: [
        {
          folder: join(home, 'runs', 'not-a-run'),
          error: {
            what: 'dataset is missing',
            where: join(home, 'runs', 'not-a-run', 'config.yaml'),
            found: 'nothing',
            expected: 'a section with name, build, alsoTrainOn',
          },
        },
      ],
    },
  );
  assert.ok(readdirSync(home).some((name) => join(home, name) === report.keptFile));
  const rebuilt = await openTestEngine(t, home);
  assert.deepEqual(await readAll(rebuilt), before);
  await rebuilt.close();

  const moved = temporaryFolder(t);
  cpSync(home, moved, { recursive: true, preserveTimestamps: true });
  const elsewhere = await openTestEngine(t, moved);
  const after = JSON.parse(JSON.stringify(await readAll(elsewhere)).replaceAll(moved, home));
  assert.deepEqual(after, JSON.parse(JSON.stringify(before)));
});

test('datasets that are put into the folder are found', async (t) => {
  const engine = await openTestEngine(t);
  await runToEnd(engine, () => engine.call('run.start', { experiment: sampleExperiment('one', 1) }));
  const { datasets } = studioPaths(engine.paths.home);
  cpSync(join(datasets, 'puzzles'), join(datasets, 'copied'), { recursive: true });
  mkdirSync(join(datasets, 'no-card'));
  const names = (await engine.call('dataset.list', {})).map(({ name }) => name);
  assert.deepEqual(names, ['copied', 'puzzles']);
});
