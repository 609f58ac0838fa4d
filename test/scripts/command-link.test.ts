// The link of the command `trm`: made, mended, and leading to the launcher.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { hasCommandLink, linkCommand } from '../../scripts/setup/command-link.mjs';
import { temporaryFolder } from '../temporary-folder.ts';

test('the link leads to the launcher and is made anew when it leads nowhere', (t) => {
  const project = realpathSync(temporaryFolder(t));
  const launcher = join(project, 'scripts', 'trm.mjs');
  mkdirSync(join(project, 'scripts'));
  writeFileSync(launcher, '');
  const link = join(project, 'node_modules', '.bin', 'trm');
  assert.equal(hasCommandLink(project, 'linux'), false);
  linkCommand(project, 'linux');
  assert.equal(hasCommandLink(project, 'linux'), true);
  assert.equal(realpathSync(link), launcher);
  rmSync(link);
  symlinkSync('nowhere', link);
  assert.equal(hasCommandLink(project, 'linux'), false);
  linkCommand(project, 'linux');
  assert.equal(realpathSync(link), launcher);
});

test('on Windows it is a command file', (t) => {
  const project = temporaryFolder(t);
  linkCommand(project, 'win32');
  assert.equal(hasCommandLink(project, 'win32'), true);
  const text = readFileSync(join(project, 'node_modules', '.bin', 'trm.cmd'), 'utf8');
  assert.equal(text, '@node "%~dp0\\..\\..\\scripts\\trm.mjs" %*\r\n');
});
