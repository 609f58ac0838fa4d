import assert from 'node:assert/strict';
import { test } from 'node:test';
import { temporaryFolder } from '../../temporary-folder.ts';
import { startTrm, trm, writeConfig } from './trm.ts';

test('Ctrl-C stops after saving, says how to go on, and ends with 130', { timeout: 60_000 }, async (t) => {
  const home = temporaryFolder(t);
  const training = startTrm(t, home, ['train', writeConfig(home, 'sample', 100_000, 'slow')]);
  await training.says('training  7 steps');
  training.child.kill('SIGINT');
  const { code, stdout, stderr } = await training.ended;
  const [, runId = ''] = /^Run (\S+)$/m.exec(stdout) ?? [];
  assert.equal(code, 130);
  assert.equal(
    stderr,
    'Stopping; what is trained is saved first. Again ends it at once.\n' +
      `Train sample: stopped\n  to do:    trm resume ${runId} goes on\n`,
  );
  const { stdout: shown } = await trm(t, home, ['runs', 'show', runId, '--json']);
  const { row, checkpoints } = JSON.parse(shown);
  assert.deepEqual([row.status, checkpoints.at(-1).step], ['stopped', row.step]);
});

test('Ctrl-C while the dataset is built ends that too', { timeout: 60_000 }, async (t) => {
  const home = temporaryFolder(t);
  const config = writeConfig(home, 'sample', 12);
  const training = startTrm(t, home, ['train', config, 'dataset.build.source=wait']);
  await training.says('Build dataset puzzles');
  training.child.kill('SIGINT');
  const { code, stderr } = await training.ended;
  assert.equal(code, 130);
  assert.match(stderr, /^Stopping; .*\nTrain sample: stopped\n {2}to do: {4}trm resume \S+ goes on\n$/);
  const { stdout } = await trm(t, home, ['jobs', '--json']);
  const jobs: { kind: string; status: string }[] = JSON.parse(stdout);
  assert.deepEqual(
    jobs.map(({ kind, status }) => [kind, status]),
    [
      ['train', 'stopped'],
      ['dataset', 'stopped'],
    ],
  );
});

test('a launcher that dies takes its command with it, which saves first', { timeout: 60_000 }, async (t) => {
  const home = temporaryFolder(t);
  const config = writeConfig(home, 'sample', 100_000, 'slow');
  const training = startTrm(t, home, ['train', config], { launcher: true });
  await training.says('training  7 steps');
  training.child.disconnect();
  const { code } = await training.ended;
  assert.equal(code, 130);
  const { stdout } = await trm(t, home, ['runs', '--json']);
  const [run] = JSON.parse(stdout);
  assert.equal(run.status, 'stopped');
});

test('a reader that goes away does not crash the command', { timeout: 60_000 }, async (t) => {
  const home = temporaryFolder(t);
  const training = startTrm(t, home, ['train', writeConfig(home, 'sample', 400, 'slow')]);
  await training.says('training  7 steps');
  training.child.stdout?.destroy();
  const { code, stderr } = await training.ended;
  assert.deepEqual([code, stderr], [0, '']);
  const { stdout } = await trm(t, home, ['runs', '--json']);
  const [run] = JSON.parse(stdout);
  assert.deepEqual([run.status, run.step], ['finished', 400]);
});

test('two terminals: the second uses the engine of the first, which waits for it', {
  timeout: 60_000,
}, async (t) => {
  const home = temporaryFolder(t);
  const first = startTrm(t, home, ['train', writeConfig(home, 'first', 100_000, 'slow')]);
  await first.says('training  5 steps');
  const second = startTrm(t, home, ['train', writeConfig(home, 'second', 12, 'slow')]);
  await second.says('Waiting for Train first');
  first.child.kill('SIGINT');
  await first.says('Jobs of other terminals still run here; waiting for them');
  const ended = await second.ended;
  assert.equal(ended.code, 0, ended.stderr);
  assert.match(ended.stdout, /\ntrained +12 steps in 0:00\n/);
  assert.equal((await first.ended).code, 130);
});

test('a second terminal whose engine is killed says how to go on', { timeout: 60_000 }, async (t) => {
  const home = temporaryFolder(t);
  const first = startTrm(t, home, ['train', writeConfig(home, 'first', 100_000, 'slow')]);
  await first.says('training  5 steps');
  const second = startTrm(t, home, ['train', writeConfig(home, 'second', 12)]);
  await second.says('Waiting for Train first');
  first.child.kill('SIGKILL');
  const { code, stdout, stderr } = await second.ended;
  const [, runId = ''] = /^Run (\S+)$/m.exec(stdout) ?? [];
  assert.equal(code, 1);
  assert.match(
    stderr,
    new RegExp(
      `The engine that ran this job has ended, and the job with it\n  to do:    trm resume ${runId} goes on from the last checkpoint\n$`,
    ),
  );
});
