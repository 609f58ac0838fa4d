// `trm profile` for people and for programs, and what it refuses.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../temporary-folder.ts';
import { sampleProfile } from '../sample-profile.ts';
import { trm, writeConfig } from './trm.ts';

const lines = (text: string) => text.trimEnd().split('\n');

test('a profile for people', async (t) => {
  const home = temporaryFolder(t);
  const trace = join(home, 'trace.json');
  const args = ['profile', writeConfig(home, 'sample', 12), '--steps', '1', '--trace', trace];
  const { code, stdout, stderr } = await trm(t, home, args);
  assert.deepEqual([code, stderr], [0, '']);
  assert.deepEqual(lines(stdout).slice(1), [
    'experiment        sample',
    'on                a processor, 2 cores (tensorflow 2.21.0, captured)',
    'batch             32 puzzles, of the dataset',
    'first step        after 4.00 s',
    'a step            7.50 s, the median of 1',
    'waiting for data  0.06 % of a step',
    'traced run        8.00 s, 150 operations; 1.00 s with none running',
    'matrix products   150.0 GFLOP/s over the traced run, where their sizes are known',
    'memory            2.5 GB at most in the process',
    '                  1.2 GB at most in operations of a run, beside the state',
    'checkpoint        90.0 MB in 5.00 s, every 100 steps',
    `trace             ${trace}`,
    'note              A remark.',
    '',
    'phase       time       share',
    'data        4.00 ms   0.05 %',
    'feed        1.00 ms   0.01 %',
    'step        7.50 s   99.00 %',
    'fetch       0.50 ms   0.01 %',
    'checkpoint  50.0 ms   0.93 %',
    '',
    'step  data     feed     step    fetch    halted  supervision steps  process',
    '   2  4.00 ms  1.00 ms  7.50 s  0.50 ms       3                2.0   2.0 GB',
    '',
    'kind of operation  number  time     share  own time  GFLOP/s',
    'matrix product        100  6.00 s  75.0 %  6.50 s      200.0',
    'element-wise           50  1.00 s  12.5 %  1.00 s          -',
    'none running            0  1.00 s  12.5 %  0.00 ms         -',
    '',
    'operation  kind            number  time     share  own time  GFLOP/s',
    'MatMul     matrix product     100  6.00 s  75.0 %  6.50 s      200.0',
    'AddV2      element-wise        50  1.00 s  12.5 %  1.00 s          -',
    '',
    'part of the step  forward  backward  number  time     share  own time  GFLOP/s',
    'optimizer         1.00 s   -             50  1.00 s  12.5 %  1.00 s          -',
    'cycle 1/low 1     6.00 s   1.00 s       150  7.00 s  87.5 %  7.50 s      171.4',
    'cycle 1/low 2     1.00 s   -             50  1.00 s  12.5 %  1.00 s          -',
    'cycle 1/high      1.00 s   -             50  1.00 s  12.5 %  1.00 s          -',
  ]);
});

test('a profile for programs is the last line', async (t) => {
  const home = temporaryFolder(t);
  const { stdout } = await trm(t, home, ['profile', writeConfig(home, 'sample', 12), '--json']);
  const { jobId, ...last } = JSON.parse(lines(stdout).at(-1) ?? '');
  assert.equal(typeof jobId, 'string');
  const result = { kind: 'profile', ...sampleProfile('sample', null) };
  assert.deepEqual(last, { type: 'result', status: 'finished', result });
});

test('options that do not fit what is profiled are refused', async (t) => {
  const home = temporaryFolder(t);
  const config = writeConfig(home, 'sample', 12);
  const [dataset, overrides, steps, unknown] = await Promise.all([
    trm(t, home, ['profile', config, '--dataset', 'other']),
    trm(t, home, ['profile', 'run@best', 'training.batchSize=4']),
    trm(t, home, ['profile', config, '--steps', '0']),
    trm(t, home, ['profile', 'nothing@best']),
  ]);
  assert.deepEqual(
    [dataset, overrides, steps].map(({ code, stderr }) => [code, stderr]),
    [
      [
        2,
        'A config names its dataset itself\n  where:    --dataset\n  found:    other\n  to do:    dataset.name=other\n',
      ],
      [
        2,
        'Settings can be changed of a config only, not of a checkpoint\n  found:    training.batchSize=4\n' +
          '  expected: a checkpoint alone, or a YAML file with settings\n',
      ],
      [
        2,
        '--steps cannot be "0"\n  where:    --steps\n  found:    "0"\n  expected: a whole number, at least 1\n',
      ],
    ],
  );
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /^There is no run "nothing"\n/);
});
