// The transfer table: which pairs fit, which are measured already, and what the command line makes of it.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { CallInput } from '../../common/api.ts';
import { describeTransfer } from '../../engine/cli/transfer.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { trm } from './cli/trm.ts';
import { sampleEvaluation } from './samples.ts';
import { openTestEngine, trainToEnd } from './studio.ts';
import { describeCheckpoint, evaluatedDigest, writeDataset } from './transfer-home.ts';

/** A run of 10 steps on `puzzles`, whose best checkpoint is the last, and datasets around it. */
async function prepare(t: TestContext) {
  const home = temporaryFolder(t);
  const engine = await openTestEngine(t, home);
  const { paths } = engine;
  const card = writeDataset(paths, 'puzzles', { digest: evaluatedDigest });
  const { runId } = await trainToEnd(engine, 10);
  describeCheckpoint(join(paths.runs, runId, 'checkpoints', 'step-10'), 10, card);
  writeDataset(paths, 'harder', { digest: 'e'.repeat(64) });
  writeDataset(paths, 'named', { digest: 'f'.repeat(64), identifiers: 4 });
  const vocabulary = { domain: 'letters', gridRows: 4, gridColumns: 4, tokens: ['padding', 'a'] };
  writeDataset(paths, 'letters', { digest: 'a'.repeat(64), vocabulary });
  const plan = (input: CallInput<'transfer.plan'> = {}) => engine.call('transfer.plan', input);
  return { home, engine, runId, plan };
}

test('every pair is planned: measured, to be measured, or skipped with the reason', async (t) => {
  const { engine, runId, plan } = await prepare(t);
  const checkpoint = `${runId}@10`;
  const pair = { checkpoint, trainedOn: false, evaluation: null, skipped: null };
  const planned = await plan();
  assert.deepEqual(planned, {
    checkpoints: [
      {
        label: checkpoint,
        folder: join(engine.paths.runs, runId, 'checkpoints', 'step-10'),
        runId,
        runName: 'sample',
      },
    ],
    datasets: planned.datasets,
    pairs: planned.datasets.map(
      (dataset) =>
        ({
          puzzles: { ...pair, dataset, trainedOn: true, evaluation: sampleEvaluation(10) },
          harder: { ...pair, dataset },
          named: {
            ...pair,
            dataset,
            skipped: 'its 3 puzzles have identifiers that the model was not trained on',
          },
          letters: {
            ...pair,
            dataset,
            skipped: 'it has puzzles of the domain letters, the model knows puzzles of the domain sudoku',
          },
        })[dataset],
    ),
  });
  assert.deepEqual(planned.datasets.toSorted(), ['harder', 'letters', 'named', 'puzzles']);
});

test('what was measured with other options, or is wanted afresh, is measured again', async (t) => {
  const { runId, plan } = await prepare(t);
  const isMeasured = async (input: CallInput<'transfer.plan'>) => {
    const { pairs } = await plan({ datasets: ['puzzles'], ...input });
    return pairs.map(({ evaluation }) => evaluation !== null);
  };
  assert.deepEqual(await isMeasured({}), [true]);
  assert.deepEqual(await isMeasured({ maximumSteps: 4, maximumPuzzles: 10 }), [true]);
  assert.deepEqual(await isMeasured({ fresh: true }), [false]);
  assert.deepEqual(await isMeasured({ maximumSteps: 5 }), [false]);
  assert.deepEqual(await isMeasured({ maximumPuzzles: 9 }), [false]);
  assert.deepEqual(await isMeasured({ weights: 'raw' }), [false]);
  assert.deepEqual(await isMeasured({ split: 'train' }), [false]);
  assert.deepEqual(await isMeasured({ checkpoints: [runId, `${runId}@10`, `${runId}@best`] }), [true]);
});

test('a checkpoint that says nothing is skipped, one that is not there is an error', async (t) => {
  const { runId, plan } = await prepare(t);
  const { pairs } = await plan({ checkpoints: [`${runId}@5`], datasets: ['puzzles'] });
  assert.deepEqual(
    pairs.map(({ skipped }) => skipped),
    ['the checkpoint cannot be read'],
  );
  await assert.rejects(plan({ checkpoints: [`${runId}@7`] }), /has no checkpoint 7\n/);
  await assert.rejects(plan({ datasets: ['puzles'] }), /^UserError: There is no dataset "puzles"\n/);
});

test('without a finished run there is nothing to compare', async (t) => {
  const engine = await openTestEngine(t);
  await assert.rejects(engine.call('transfer.plan', {}), {
    message: [
      'There is no finished run to compare',
      `  where:    ${engine.paths.runs}`,
      '  expected: finished runs, or checkpoints that are named',
      '  to do:    trm train trains a model; trm transfer RUN@STEP takes one that is not finished',
    ].join('\n'),
  });
});

test('the command evaluates what is left, shows the table and lists what was skipped', async (t) => {
  const { home, engine, runId } = await prepare(t);
  await engine.close();
  const { code, stdout, stderr } = await trm(t, home, [
    'transfer',
    '--dataset',
    'puzzles',
    '--dataset',
    'harder',
    '--dataset',
    'letters',
  ]);
  assert.deepEqual(
    [code, stdout.split('\n').filter((line) => !/^(Evaluate|evaluating)/.test(line))],
    [
      0,
      [
        'Exact accuracy with 95 % intervals',
        `${'checkpoint'.padEnd(runId.length + 3)}  puzzles                 harder`,
        `${runId}@10  10.0 % (5.0 to 55.0) *  10.0 % (5.0 to 55.0)`,
        '',
        '* the checkpoint was trained on this dataset',
        '',
        `skipped  ${runId}@10 on letters: it has puzzles of the domain letters, the model knows puzzles of the domain sudoku`,
        '',
      ],
    ],
  );
  assert.equal(stderr, `${runId}@10 on harder\n`);
  const json = await trm(t, home, ['transfer', runId, '--dataset', 'puzzles', '--fresh', '--json']);
  const lines = json.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const { elapsedMs: _, ...evaluation } = lines.at(-1).pairs[0].evaluation;
  const { elapsedMs: __, ...expected } = sampleEvaluation(10);
  assert.deepEqual([lines.at(-1).type, lines.at(-1).datasets, evaluation], ['result', ['puzzles'], expected]);
  assert.ok(lines.some(({ type, job }) => type === 'job' && job.kind === 'evaluate'));
});

test('datasets that fit nothing have no column, and a pair that failed is told', () => {
  const pair = { checkpoint: 'run@1', trainedOn: false, evaluation: null, skipped: null };
  assert.equal(
    describeTransfer(
      ['run@1'],
      ['a', 'b', 'c'],
      [
        { ...pair, dataset: 'a', failed: { what: 'The checkpoint is damaged' } },
        { ...pair, dataset: 'b', skipped: 'it has 4 cells, the model knows 9' },
        { ...pair, dataset: 'c' },
      ],
    ),
    [
      'Exact accuracy with 95 % intervals',
      'checkpoint  a       c',
      'run@1       failed  not done',
      '',
      'failed   run@1 on a: The checkpoint is damaged',
      'skipped  run@1 on b: it has 4 cells, the model knows 9',
    ].join('\n'),
  );
});
