// Weights that come from elsewhere, through the engine and its real worker: an imported run is a run like others, but
// for going on, and a new one can begin with its weights.

import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { experimentSchema } from '../../common/config/experiment.ts';
import { openEngine } from '../../engine/index.ts';
import { workerEntry } from '../../engine/paths.ts';
import { rebuildHome } from '../../engine/rebuild.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { openTestEngine, runToEnd } from './studio.ts';

const golden = fileURLToPath(new URL('../golden/trm-mlp/checkpoint_compiled.pt', import.meta.url));
const build = { kind: 'sudoku', size: 4, trainPuzzles: 8, testPuzzles: 2 } as const;
const overrides = ['model.highCycles=1', 'model.lowCycles=1', 'halting.maximumSteps=2'];

test('import, rebuild, export and fine-tune', async (t) => {
  const home = temporaryFolder(t);
  const file = join(home, 'step_900');
  copyFileSync(golden, file);
  const engine = await openEngine({ home, workerEntry });
  assert.ok(engine);
  await runToEnd(engine, () => engine.call('dataset.build', { name: 'four', build }));
  const input = { file, name: 'golden', dataset: 'four', overrides };
  const { job } = await runToEnd(engine, () => engine.call('checkpoint.import', input));
  assert.deepEqual([job.status, job.error], ['finished', null]);
  assert.ok(job.result?.kind === 'import');
  const { runId, checkpointFolder } = job.result;
  const shown = await engine.call('run.show', { run: 'golden' });
  const { status, step, totalSteps, datasetName } = shown.row;
  assert.deepEqual(
    { status, step, totalSteps, datasetName },
    { status: 'finished', step: 900, totalSteps: 900, datasetName: 'four' },
  );
  assert.deepEqual(
    shown.checkpoints.map(({ folder, best }) => ({ folder, best })),
    [{ folder: checkpointFolder, best: false }],
  );
  await assert.rejects(engine.call('run.resume', { run: 'golden' }), {
    message: [
      `Run ${runId} was imported: there are its weights, but no training to go on with`,
      `  where:    ${shown.row.folder}`,
      '  expected: a run that was trained here',
      `  to do:    begin a new one with its weights: trm train CONFIG initialization.from=${runId}`,
    ].join('\n'),
  });
  const outputFile = join(home, 'out.pt');
  await runToEnd(engine, () =>
    engine.call('checkpoint.export', { checkpoint: 'golden', format: 'pt', outputFile }),
  );
  assert.ok(existsSync(outputFile));

  const experiment = experimentSchema.parse({
    ...shown.experiment,
    name: 'fine',
    initialization: { from: 'golden' },
    training: { ...shown.experiment.training, steps: 1, batchSize: 2, warmupSteps: 0, executor: 'eager' },
  });
  const tuned = await runToEnd(engine, () => engine.call('run.start', { experiment }));
  assert.deepEqual([tuned.job.status, tuned.job.error], ['finished', null]);
  const frozen = await engine.call('run.show', { run: 'fine' });
  const { initialization } = frozen.experiment;
  assert.deepEqual(
    { ...initialization, sha256: initialization?.sha256?.length },
    { from: `${runId}@900`, weights: 'ema', sha256: 64 },
  );
  const messages = tuned.events.flatMap((event) =>
    event.type === 'worker' && event.event.type === 'log' ? [event.event.message] : [],
  );
  assert.equal(
    messages.find((message) => message.startsWith('Begins')),
    `Begins with the weights of ${runId}@900; the 5 puzzle embeddings became their mean for every puzzle`,
  );
  await engine.close();

  assert.deepEqual(rebuildHome(home).skipped, []);
  const again = await openTestEngine(t, home);
  const rebuilt = await again.call('run.show', { run: 'golden' });
  assert.deepEqual({ ...rebuilt, environment: null }, { ...shown, environment: null, exports: [] });
});

test('a file with code in it is refused, and leaves no run', async (t) => {
  const home = temporaryFolder(t);
  const engine = await openEngine({ home, workerEntry });
  assert.ok(engine);
  t.after(() => engine.close());
  await runToEnd(engine, () => engine.call('dataset.build', { name: 'four', build }));
  const file = fileURLToPath(new URL('../golden/torch/module.pt', import.meta.url));
  const { job } = await runToEnd(engine, () =>
    engine.call('checkpoint.import', { file, name: 'evil', dataset: 'four' }),
  );
  assert.equal(job.status, 'failed');
  assert.equal(
    job.error?.what,
    'The checkpoint asks for torch.nn.modules.linear.Linear, which is refused: no code of a checkpoint is run',
  );
  assert.deepEqual(await engine.call('run.list', {}), []);
});

test('what a new run begins with must be there, and be what the config names', async (t) => {
  const engine = await openTestEngine(t);
  const base = { name: 'fine', dataset: { name: 'four', build } };
  const start = (initialization: Record<string, unknown>) =>
    engine.call('run.start', { experiment: experimentSchema.parse({ ...base, initialization }) });
  await assert.rejects(start({ from: 'nobody' }), {
    message: [
      'initialization.from leads nowhere: There is no run "nobody"',
      `  where:    ${engine.paths.runs}`,
      '  expected: RUN, RUN@STEP, the folder of a checkpoint, or a .pt or .safetensors file',
      '  to do:    trm train begins a run',
    ].join('\n'),
  });
  await assert.rejects(start({ from: golden, sha256: 'a'.repeat(64) }), {
    message: [
      'The weights to begin with are not those that the config names',
      `  where:    ${golden}`,
      '  found:    SHA-256 68ed0f10ceae86fb725b5bbddc5bce4d3189d67f97b5563490c549792e075d18',
      `  expected: SHA-256 ${'a'.repeat(64)}, as initialization.sha256 says`,
      '  to do:    put back what was there, or leave initialization.sha256 out',
    ].join('\n'),
  });
  assert.deepEqual(readFileSync(golden).subarray(0, 2).toString(), 'PK');
});
