// Children with a time limit, and finding programs.

import assert from 'node:assert/strict';
import { chmodSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { lastJson } from '../../scripts/setup/smoke.mjs';
import {
  capture,
  describeFailure,
  findExecutable,
  withFirstInPath,
} from '../../scripts/system/processes.mjs';
import { temporaryFolder } from '../temporary-folder.ts';
import { writeFiles } from './bare-project.ts';

const run = (code: string, timeoutMs = 20_000) => capture(process.execPath, ['--eval', code], { timeoutMs });

test('what a child wrote and how it ended', async () => {
  const outcome = await run("console.log('out'); console.error('one\\ntwo'); process.exitCode = 3");
  assert.deepEqual(outcome, {
    code: 3,
    signal: null,
    stdout: 'out\n',
    stderr: 'one\ntwo\n',
    timedOut: false,
    startError: null,
  });
  assert.equal(describeFailure(outcome), 'it ended with exit code 3: one | two');
});

test('a child that crashes, hangs or cannot start is an answer too', async () => {
  const crashed = await run("process.kill(process.pid, 'SIGKILL')");
  assert.equal(describeFailure(crashed), 'it was ended by SIGKILL');
  const hanging = await run("console.log('so far'); setInterval(() => {}, 1000)", 1500);
  assert.equal(describeFailure(hanging), 'it gave no answer within the time limit: so far');
  const absent = await capture('/nonexistent/program', []);
  assert.equal(describeFailure(absent), 'it could not be started (spawn /nonexistent/program ENOENT)');
});

test('a child whose own child keeps the output open does not hang us', async () => {
  const code = `require('node:child_process').spawn(process.execPath, ['--eval', 'setTimeout(() => {}, 15000)'],
    { stdio: 'inherit' }).unref(); setInterval(() => {}, 1000)`;
  assert.equal((await run(code, 1500)).timedOut, true);
});

test('finds the first executable file in PATH, and nothing else', (context) => {
  const folder = temporaryFolder(context);
  const [first, second] = [path.join(folder, 'first'), path.join(folder, 'second')];
  writeFiles(folder, { 'first/data': '', 'second/tool': '', 'second/data': '' });
  mkdirSync(path.join(first, 'tool'));
  chmodSync(path.join(second, 'tool'), 0o755);
  const env = { PATH: [first, '', second].join(path.delimiter) };
  assert.equal(findExecutable('tool', env, 'linux'), path.join(second, 'tool'));
  assert.equal(findExecutable('data', env, 'linux'), null);
  assert.equal(findExecutable('tool', {}, 'linux'), null);
  assert.equal(findExecutable(path.join(second, 'tool'), {}, 'linux'), path.join(second, 'tool'));
  const windows = { Path: second, PATHEXT: '.EXE;.CMD' };
  writeFiles(folder, { 'second/npm.CMD': '' });
  chmodSync(path.join(second, 'npm.CMD'), 0o755);
  assert.equal(findExecutable('npm', windows, 'win32'), path.join(second, 'npm.CMD'));
});

test('puts a folder first in PATH, however PATH is written', () => {
  assert.deepEqual(withFirstInPath({ Path: 'b', HOME: 'h' }, 'a'), {
    HOME: 'h',
    PATH: `a${path.delimiter}b`,
  });
});

test('the last line of a child as JSON', () => {
  assert.deepEqual(['{"a":1}', 'noise\n{"a":1}\n\n', '', 'noise', '{"a":'].map(lastJson), [
    { a: 1 },
    { a: 1 },
    null,
    null,
    null,
  ]);
});
