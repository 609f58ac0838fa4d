import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { readExperiment } from '../../engine/config-file.ts';
import { projectFolder } from '../../engine/paths.ts';
import { temporaryFolder } from '../temporary-folder.ts';

test('extends and data files are found from the file that names them', (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, 'bases'));
  const build = 'build: { kind: sudoku-csv, trainFile: data/train.csv, testFile: /all/test.csv }';
  writeFileSync(join(folder, 'bases', 'base.yaml'), `extends: deeper.yaml\nname: base\n`);
  writeFileSync(join(folder, 'bases', 'deeper.yaml'), `name: deep\ndataset: { name: puzzles, ${build} }\n`);
  writeFileSync(join(folder, 'mine.yaml'), 'extends: bases/base.yaml\nmodel: { layers: 3 }\n');
  const { name, model, dataset } = readExperiment(join(folder, 'mine.yaml'), ['model.heads=4']);
  assert.deepEqual([name, model.layers, model.heads], ['base', 3, 4]);
  assert.ok(dataset.build?.kind === 'sudoku-csv');
  assert.deepEqual(
    [dataset.build.trainFile, dataset.build.testFile],
    [join(folder, 'bases', 'data', 'train.csv'), '/all/test.csv'],
  );
});

test('data files in overrides are found from the current folder', (t) => {
  const folder = temporaryFolder(t);
  const config = join(folder, 'mine.yaml');
  writeFileSync(
    config,
    'name: mine\ndataset: { name: puzzles, build: { kind: sudoku-csv, trainFile: a.csv } }\n',
  );
  const { dataset } = readExperiment(config, ['dataset.build.testFile=my data/b.csv']);
  assert.ok(dataset.build?.kind === 'sudoku-csv');
  assert.deepEqual(
    [dataset.build.trainFile, dataset.build.testFile],
    [join(folder, 'a.csv'), join(process.cwd(), 'my data', 'b.csv')],
  );
});

test('the folder of ARC tasks is found from the config file, in an override from the current folder', (t) => {
  const folder = temporaryFolder(t);
  const config = join(folder, 'mine.yaml');
  const build = 'build: { kind: arc, folder: tasks, subsets: [a], testSubset: a }';
  writeFileSync(config, `name: mine\ndataset: { name: puzzles, ${build} }\n`);
  const folderOf = (overrides: string[]) => {
    const { build } = readExperiment(config, overrides).dataset;
    assert.ok(build?.kind === 'arc');
    return build.folder;
  };
  assert.equal(folderOf([]), join(folder, 'tasks'));
  assert.equal(folderOf(['dataset.build.folder=my tasks']), join(process.cwd(), 'my tasks'));
});

test('a file that is not there is answered with those that are', (t) => {
  const folder = temporaryFolder(t);
  const demo = relative(process.cwd(), join(projectFolder, 'configs', 'demo.yaml'));
  assert.throws(() => readExperiment(demo.replace('demo', 'dmeo')), {
    message: [
      'There is no such config file',
      `  where:    ${join(projectFolder, 'configs', 'dmeo.yaml')}`,
      '  expected: a YAML file with an experiment',
      `  to do:    did you mean ${demo}?`,
    ].join('\n'),
  });
  writeFileSync(join(folder, 'mine.yaml'), 'extends: none.yaml\n');
  assert.throws(() => readExperiment(join(folder, 'mine.yaml')), {
    message: /^There is no such config file\n/,
  });
});

test('the configs that come with the app are valid', () => {
  assert.equal(readExperiment(join(projectFolder, 'configs', 'demo.yaml')).name, 'sudoku-4x4-demo');
});
