import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { studioPaths } from '../../../engine/paths.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { trm, writeConfig } from './trm.ts';

function linesOf(text: string): unknown[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

test('a whole life of a model, for people', async (t) => {
  const home = temporaryFolder(t);
  const trained = await trm(t, home, ['train', writeConfig(home, 'sample', 12)]);
  assert.deepEqual([trained.code, trained.stderr], [0, '']);
  const [, runId = ''] = /^Run (\S+)$/m.exec(trained.stdout) ?? [];
  const folder = join(studioPaths(home).runs, runId);
  assert.deepEqual(trained.stdout.trimEnd().split('\n').slice(-7), [
    'step 10  evaluation on 10 puzzles: exact 10.0 % (5.0 to 55.0), tokens 10.0 %',
    `step 10  saved ${join(folder, 'checkpoints', 'step-10')}`,
    'training  11 steps  loss 0.0909',
    'training  12 steps  loss 0.0833',
    'trained         12 steps in 0:00',
    'exact accuracy  12.0 % (6.0 to 56.0) on 10 puzzles',
    `next            trm evaluate ${runId}, trm export ${runId}`,
  ]);
  const [runs, metrics] = await Promise.all([
    trm(t, home, ['runs']),
    trm(t, home, ['runs', 'metrics', runId, '--csv']),
  ]);
  assert.match(runs.stdout, new RegExp(`^run +status +step .*\\n${runId} +finished +12/12 +10.0 % +0.0833 `));
  assert.deepEqual(metrics.stdout.split('\n').slice(0, 3), ['step,loss', '1,1', '2,0.5']);

  const evaluated = await trm(t, home, ['evaluate', `${runId}@5`]);
  assert.match(evaluated.stdout, /\nevaluated +step 5 \(ema\) on 10 test puzzles, 4 steps each\n/);
  const exported = await trm(t, home, ['export', `${runId}@5`, '--name', 'tiny']);
  const file = join(studioPaths(home).exports, 'tiny.onnx');
  assert.match(exported.stdout, /\ncheck +largest difference 1.0e-6 on 4 puzzles \(allowed 0.0001\)\n/);
  assert.equal(readFileSync(file, 'utf8'), 'onnx');
  const solved = await trm(
    t,
    home,
    ['solve', 'tiny', '--file', '-'],
    '# two puzzles\n1...............\n\n2...............\n',
  );
  assert.match(solved.stdout, /\n2 of 2 solved, 1.00 steps on average, 0:00 \(2.5 ms each\)\n$/);
});

test('with --json, queries give one document and jobs a line an event', async (t) => {
  const home = temporaryFolder(t);
  const trained = await trm(t, home, ['train', writeConfig(home, 'sample', 3), '--json']);
  assert.equal(trained.code, 0);
  const lines = linesOf(trained.stdout);
  const [started] = lines as { runId: string; jobId: string; datasetJobId: string }[];
  const { runId = '', jobId, datasetJobId } = started ?? {};
  assert.deepEqual(started, { type: 'started', runId, jobId, datasetJobId });
  const kinds = lines.map((line) => {
    const { type, job, event } = line as {
      type: string;
      job?: { kind: string; status: string };
      event?: { type: string };
    };
    return [type, job?.kind, job?.status, event?.type].filter(Boolean).join(' ');
  });
  assert.deepEqual(kinds, [
    'started',
    ...[
      'job dataset queued',
      'job dataset running',
      'job train queued',
      'job dataset finished',
      'job train running',
    ],
    ...[
      'worker segment',
      'worker metrics',
      'worker metrics',
      'worker metrics',
      'job train finished',
      'result',
    ],
  ]);
  const { result: _, ...last } = lines.at(-1) as { result: unknown };
  assert.deepEqual(last, { type: 'result', jobId, runId, status: 'finished' });

  const runs = await trm(t, home, ['runs', '--json']);
  assert.deepEqual(
    linesOf(runs.stdout).map((document) => (document as { id: string }[]).map(({ id }) => id)),
    [[runId]],
  );
  const failed = await trm(t, home, ['train', writeConfig(home, 'failing', 3, 'fail at 2'), '--json']);
  assert.deepEqual(
    [failed.code, linesOf(failed.stdout).at(-1)],
    [1, { error: { what: 'the disk is made of cheese' } }],
  );
  assert.equal(failed.stderr, 'the disk is made of cheese\n');
});

test('a damaged database is said to be so, and rebuilt from what is on disk', async (t) => {
  const home = temporaryFolder(t);
  const paths = studioPaths(home);
  await trm(t, home, ['train', writeConfig(home, 'sample', 12)]);
  const before = await trm(t, home, ['runs', '--json']);
  writeFileSync(paths.database, 'x'.repeat(5000));
  const broken = await trm(t, home, ['runs']);
  assert.equal(broken.code, 1);
  assert.match(
    broken.stderr,
    /^The database is not a SQLite file, or is damaged\n(.*\n)+ {2}to do: {4}trm rebuild makes it anew/,
  );
  const rebuilt = await trm(t, home, ['rebuild']);
  assert.match(
    rebuilt.stdout,
    /^Took in 1 datasets, 1 runs and 0 exports.\nThe old database is kept as .*studio.db.replaced-/,
  );
  const after = await trm(t, home, ['runs', '--json']);
  assert.equal(after.stdout, before.stdout);
});
