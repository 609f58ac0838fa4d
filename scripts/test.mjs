#!/usr/bin/env node
// Runs the tests with Node's own runner, on the project's Node. Arguments choose files by a part of their
// path; arguments that begin with a dash go to the runner.

import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { prepareApp } from './app/prepare.mjs';
import { findProjectNode } from './system/node.mjs';
import { projectFolder } from './system/places.mjs';
import { endLike, passOnSignals } from './system/signals.mjs';

/** Large real data that lies beside the checkout where the project is developed. */
const sharedFolder = path.join(projectFolder, '..', 'shared');

const args = process.argv.slice(2);
const options = args.filter((argument) => argument.startsWith('-'));
const parts = args.filter((argument) => !argument.startsWith('-'));

const found = findTests().filter((file) => parts.length === 0 || parts.some((part) => file.includes(part)));
const files = found.filter((file) => existsSync(sharedFolder) || !needsShared(file));
sayWhatIsLeftOut(found.length - files.length);
if (files.length === 0) endWithoutTests();
else {
  // Once for all of them: the files run at the same time.
  if (files.some((file) => file.startsWith('test/app/'))) await prepareApp();
  run(files);
}

/** @returns {string[]} paths relative to the project, with forward slashes */
function findTests() {
  const names = readdirSync(path.join(projectFolder, 'test'), { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `test/${name.split(path.sep).join('/')}`)
    .sort();
}

/** @param {string} file */
function needsShared(file) {
  return file.endsWith('.shared.test.ts');
}

/** @param {number} count */
function sayWhatIsLeftOut(count) {
  if (count > 0) {
    process.stdout.write(`Left out: ${count} test files that need the data folder ${sharedFolder}.\n`);
  } else if (found.some(needsShared)) {
    process.stdout.write(`Included: the tests on the data in ${sharedFolder}.\n`);
  }
}

function endWithoutTests() {
  process.stderr.write(`No test file matches ${parts.join(' ') || 'test/**/*.test.ts'}.\n`);
  process.exitCode = 1;
}

/** @param {string[]} chosen */
function run(chosen) {
  const node = findProjectNode();
  if (node === null) {
    process.stderr.write('The tests need the project set up. Run: npm run setup\n');
    process.exitCode = 1;
    return;
  }
  const concurrency = Math.min(4, availableParallelism());
  const runner = ['--test', '--test-reporter=spec', `--test-concurrency=${concurrency}`, ...options];
  const child = spawn(node.path, [...runner, ...chosen], { cwd: projectFolder, stdio: 'inherit' });
  passOnSignals(child);
  child.on('exit', endLike);
}
