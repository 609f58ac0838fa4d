import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../temporary-folder.ts';
import { sampleBuild } from '../samples.ts';
import { trm, writeConfig } from './trm.ts';

test('help lists the commands', async (t) => {
  const { code, stdout, stderr } = await trm(t, temporaryFolder(t), ['--help']);
  assert.deepEqual([code, stderr], [0, '']);
  const commands = [...stdout.matchAll(/^ {2}trm (\w+)/gm)].map(([, name]) => name);
  assert.deepEqual(commands, [
    ...[
      'dataset',
      'estimate',
      'profile',
      'train',
      'resume',
      'runs',
      'evaluate',
      'transfer',
      'export',
      'exports',
      'device',
      'bundle',
      'import',
      'solve',
      'serve',
      'halting',
      'rollouts',
      'robustness',
      'hybrid',
      'compare',
      'jobs',
      'config',
    ],
    ...['doctor', 'rebuild', 'completion'],
  ]);
});

test('a slip in a command or an option is answered with what was probably meant', async (t) => {
  const home = temporaryFolder(t);
  const [option, command, rest] = await Promise.all([
    trm(t, home, ['runs', '--jsn']),
    trm(t, home, ['dataset', 'bild']),
    trm(t, home, ['train', '--json']),
  ]);
  assert.deepEqual(option, {
    code: 2,
    signal: null,
    stdout: '',
    stderr: 'There is no option --jsn\n  to do:    did you mean --json?\n',
  });
  assert.deepEqual(command.stderr, 'There is no command dataset bild\n  to do:    did you mean build?\n');
  assert.deepEqual(
    [rest.code, [JSON.parse(rest.stdout)]],
    [
      2,
      [
        {
          error: {
            what: 'The command is not complete',
            expected: 'trm train <config> [overrides..]',
            remedy: 'trm train --help shows what there is',
          },
        },
      ],
    ],
  );
});

test('everything that is wrong in a config is said at once', async (t) => {
  const home = temporaryFolder(t);
  writeFileSync(
    join(home, 'bad.yaml'),
    'name: bad\ndataset:\n  name: puzzles\nmodel:\n  hiddnSize: 8\n  mixer: atention\n',
  );
  const { code, stdout, stderr } = await trm(t, home, [
    'train',
    'bad.yaml',
    'training.steps=0',
    'model.layer=1',
  ]);
  assert.deepEqual([code, stdout], [2, '']);
  assert.equal(
    stderr,
    [
      'bad.yaml has errors: 4 problems',
      '',
      '  model.layer is not a setting',
      '    where:    override model.layer=1',
      '    found:    model.layer',
      '    expected: the path of a setting; trm config fields lists them',
      '    to do:    did you mean model.layers?',
      '',
      '  model.mixer cannot be "atention"',
      '    where:    bad.yaml:6',
      '    found:    "atention"',
      '    expected: mlp or attention',
      '    to do:    did you mean attention?',
      '',
      '  model.hiddnSize is not a setting',
      '    where:    bad.yaml:5',
      '    found:    hiddnSize: 8',
      '    expected: one of variant, mixer, hiddenSize, layers, highLayers, separateNetworks, expansion, gatedUnit, ' +
        'heads, positions, highCycles, lowCycles, gradient, puzzleEmbedding, puzzleEmbeddingLength, puzzleEmbeddingSize',
      '    to do:    did you mean model.hiddenSize?',
      '',
      '  training.steps cannot be 0',
      '    where:    override training.steps=0',
      '    found:    0',
      '    expected: a whole number, at least 1',
      '',
    ].join('\n'),
  );
});

test('datasets are built by flags, with every flag that does not fit named', async (t) => {
  const home = temporaryFolder(t);
  const unfit = await trm(t, home, [
    'dataset',
    'build',
    'tiny',
    '--kind',
    'sudoku',
    '--size',
    '5',
    '--train-file',
    'x.csv',
  ]);
  assert.equal(unfit.code, 2);
  assert.deepEqual(
    unfit.stderr.split('\n').filter((line) => /^ {2}\S/.test(line)),
    [
      '  size cannot be 5',
      '  trainPuzzles is missing',
      '  testPuzzles is missing',
      '  trainFile is not a setting',
    ],
  );
  const built = await trm(t, home, [
    'dataset',
    'build',
    'tiny',
    '--kind',
    'sudoku-csv',
    '--train-file',
    'x.csv',
    '--seed',
    '7',
  ]);
  assert.equal(built.code, 0, built.stderr);
  const shown = await trm(t, home, ['dataset', 'show', 'tiny', '--json']);
  assert.deepEqual(JSON.parse(shown.stdout).card.build, {
    ...sampleBuild,
    trainFile: join(home, 'x.csv'),
    seed: 7,
  });
});

test('the shell is offered runs, datasets and config files', async (t) => {
  const home = temporaryFolder(t);
  mkdirSync(join(home, 'runs', '20260101-1000-sample-abcd'), { recursive: true });
  writeConfig(home, 'mine', 3);
  const complete = async (...words: string[]) =>
    (await trm(t, home, ['--get-yargs-completions', 'trm', ...words])).stdout.trimEnd().split('\n');
  assert.deepEqual(await complete('resume', '2026'), ['20260101-1000-sample-abcd']);
  assert.deepEqual(await complete('train', 'min'), ['mine.yaml']);
  assert.deepEqual(await complete('dataset', 'sh'), ['show']);
});
