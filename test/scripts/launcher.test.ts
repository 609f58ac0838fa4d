// The launcher, the test runner and the set-up's entry, each as the process that a user starts, in copies of
// the project that hold only the scripts.

import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../temporary-folder.ts';
import { bareProject, runScript, writeFiles } from './bare-project.ts';

const stamp = JSON.stringify({ version: 1, lockHash: '', node: { path: '' }, tensorflow: { addon: null } });

test('trm says to run the set-up first, but for the doctor', async (context) => {
  const project = bareProject(context);
  assert.deepEqual(await runScript(project, 'trm.mjs', ['runs', '--json']), {
    code: 1,
    stdout: '',
    stderr: 'TRM Studio is not set up yet. Run: npm run setup\n',
  });
  const help = await runScript(project, 'trm.mjs', ['doctor', '--help']);
  assert.deepEqual([help.code, help.stdout.split('\n')[0]], [0, 'Usage: trm doctor [--json]']);
});

test('trm runs the command line with its arguments and ends as it does', async (context) => {
  const project = bareProject(context);
  writeFiles(project, {
    'node_modules/.trm-setup.json': stamp,
    'engine/cli.ts':
      'const args: string[] = process.argv.slice(2);\nconsole.log(JSON.stringify(args));\nprocess.exitCode = 7;\n',
  });
  const env = { TRM_CACHE: temporaryFolder(context) };
  assert.deepEqual(await runScript(project, 'trm.mjs', ['solve', '--grid', 'a b'], env), {
    code: 7,
    stdout: '["solve","--grid","a b"]\n',
    stderr: '',
  });
});

test('a half written record of the set-up counts as none', async (context) => {
  const project = bareProject(context);
  writeFiles(project, { 'node_modules/.trm-setup.json': stamp.slice(0, 20) });
  const { code, stderr } = await runScript(project, 'trm.mjs', ['runs']);
  assert.deepEqual([code, stderr], [1, 'TRM Studio is not set up yet. Run: npm run setup\n']);
});

test('the set-up refuses a script that does not exist before it does anything', async (context) => {
  const project = bareProject(context);
  writeFiles(project, { 'package.json': '{"scripts":{"test:all":"x","demo:run":"y"}}' });
  assert.deepEqual(await runScript(project, 'setup.mjs', ['--cpu', 'test:al']), {
    code: 1,
    stdout: '',
    stderr: [
      'There is no npm script of this name.',
      `  where:    ${path.join(project, 'package.json')}`,
      '  found:    test:al',
      '  expected: one of test:all, demo:run',
      '  to do:    name one of these, or none to set up only',
      '',
    ].join('\n'),
  });
});

test('the set-up stops where package-lock.json is missing', async (context) => {
  const project = bareProject(context);
  rmSync(path.join(project, 'package-lock.json'));
  const { code, stdout, stderr } = await runScript(project, 'setup.mjs', [], {
    TRM_CACHE: temporaryFolder(context),
  });
  assert.deepEqual([code, stdout], [1, '']);
  assert.equal(
    stderr,
    [
      'set-up: Setting up: nothing is set up yet.',
      'package-lock.json is missing or unreadable.',
      `  where:    ${path.join(project, 'package-lock.json')}`,
      '  expected: the file as it comes with the project',
      '  to do:    get it back with: git checkout package-lock.json',
      '',
    ].join('\n'),
  );
});

test('the test runner chooses files, leaves out what needs the shared data, and passes the exit code on', async (context) => {
  const project = bareProject(context);
  const passing = "import { test } from 'node:test';\ntest('passes', () => {});\n";
  writeFiles(project, {
    'test/a/one.test.ts': passing,
    'test/b/two.test.ts': passing.replace('() => {}', "() => { throw new Error('no'); }"),
    'test/b/three.shared.test.ts': passing,
    'test/b/no-test.ts': 'throw new Error();',
  });
  const all = await runScript(project, 'test.mjs', []);
  assert.equal(all.code, 1);
  assert.deepEqual(summary(all.stdout), ['ℹ tests 2', 'ℹ pass 1', 'ℹ fail 1']);
  const folder = path.join(project, '..', 'shared');
  assert.equal(all.stdout.split('\n')[0], `Left out: 1 test files that need the data folder ${folder}.`);

  const one = await runScript(project, 'test.mjs', ['one', '--test-name-pattern=passes']);
  assert.deepEqual([one.code, summary(one.stdout)], [0, ['ℹ tests 1', 'ℹ pass 1', 'ℹ fail 0']]);

  writeFiles(folder, { data: '' });
  const shared = await runScript(project, 'test.mjs', ['three']);
  assert.equal(shared.stdout.split('\n')[0], `Included: the tests on the data in ${folder}.`);
  assert.deepEqual([shared.code, summary(shared.stdout)], [0, ['ℹ tests 1', 'ℹ pass 1', 'ℹ fail 0']]);

  const none = await runScript(project, 'test.mjs', ['nothing']);
  assert.deepEqual([none.code, none.stderr], [1, 'No test file matches nothing.\n']);
});

function summary(output: string): string[] {
  return output.split('\n').filter((line) => /^ℹ (tests|pass|fail) /.test(line));
}
