// `trm estimate` for people, for programs and as the table of the documentation.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { temporaryFolder } from '../../temporary-folder.ts';
import { sampleEstimate } from '../sample-estimate.ts';
import { trm, writeConfig } from './trm.ts';

const lines = (text: string) => text.trimEnd().split('\n');

test('an estimate for people', async (t) => {
  const home = temporaryFolder(t);
  const { code, stdout, stderr } = await trm(t, home, ['estimate', writeConfig(home, 'sample', 12)]);
  assert.deepEqual([code, stderr], [0, '']);
  assert.deepEqual(lines(stdout).slice(1), [
    'experiment             sample',
    'puzzles                81 cells, 11 tokens, 1 puzzle identifiers, from the config, in part assumed',
    'parameters             5.03 M trained (embeddings 5632, mixing of features 5.02 M), 512 in the puzzle table',
    'a step                 1.37 TFLOP in matrix products, 65.0 GB moved',
    'time a step            12.5 s',
    'whole run              1000 steps in 3:28:20; 10 evaluations, whose time is known when the dataset is built',
    'on                     a processor, 2 cores (tensorflow 2.21.0)',
    'memory                 4.9 GB at most',
    '  parameters           20.0 MB',
    '  optimizer            40.0 MB',
    '  EMA                  20.0 MB',
    '  carry                10.0 MB',
    '  activations          3.3 GB',
    '  allocator            900 MB',
    '  fused layers         60.0 MB',
    '  process              550 MB',
    '  copies               90.0 MB',
    'checkpoint             90.0 MB',
    'fits this machine      no, 4.9 GB of 4.0 GB; training.batchSize=24 would, or training.microBatches=2',
    'fits a GPU with 48 GB  yes, 5.2 GB of 48.0 GB',
    'measured time          13.0 s a step (25.0 s of processor time), the best of 3; expected 12.5 s, 104.0 % of what was expected',
    'measured memory        4.4 GB; expected 4.9 GB, 90.0 % of what was expected',
    'note                   9×9 puzzles are assumed: train.csv is not there',
    'note                   The time on a GPU needs a calibration on that GPU: run trm estimate there.',
    '',
    'operations of a step  number  time     share',
    'matrix product           400  11.3 s  90.0 %',
    'arithmetic              2000  1.25 s  10.0 %',
  ]);
});

test('an estimate for programs is the last line', async (t) => {
  const home = temporaryFolder(t);
  const { stdout } = await trm(t, home, ['estimate', writeConfig(home, 'sample', 12), '--json']);
  const { jobId, ...last } = JSON.parse(lines(stdout).at(-1) ?? '');
  assert.equal(typeof jobId, 'string');
  const result = { kind: 'estimate', estimates: [sampleEstimate('sample')] };
  assert.deepEqual(last, { type: 'result', status: 'finished', result });
});

test('a table of experiments in Markdown', async (t) => {
  const home = temporaryFolder(t);
  const config = writeConfig(home, 'sample', 12);
  const { stdout } = await trm(t, home, ['estimate', config, '--markdown']);
  const table = lines(stdout).filter((line) => line.startsWith('|'));
  assert.deepEqual(table, [
    '| config | reproduces | published result | published hardware | published time | parameters | memory, CPU | ' +
      'memory, GPU | on 48 GB | a step here | whole run here |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    `| \`${config}\` | ours | none | - | - | 5.03 M | 4.9 GB | 5.2 GB | fits | 12.5 s | 3:28:20 + |`,
  ]);
});

test('what to estimate must be said, once', async (t) => {
  const home = temporaryFolder(t);
  const [none, both] = await Promise.all([
    trm(t, home, ['estimate']),
    trm(t, home, ['estimate', writeConfig(home, 'sample', 12), '--all']),
  ]);
  const rest = '\n  expected: either a config file or --all\n  to do:    trm estimate configs/demo.yaml\n';
  assert.deepEqual(
    [none.code, none.stderr, both.code, both.stderr],
    [2, `There is nothing to estimate${rest}`, 2, `A config file and --all exclude each other${rest}`],
  );
});
