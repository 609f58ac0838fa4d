#!/usr/bin/env node
// Builds what has changed and opens the window.

import { spawn } from 'node:child_process';
import { buildApp } from './app/build.mjs';
import { displayCommand } from './app/display.mjs';
import { ensureElectron } from './app/electron.mjs';
import { projectFolder } from './system/places.mjs';
import { SetupError } from './system/report.mjs';
import { endLike, passOnSignals } from './system/signals.mjs';

try {
  const electron = ensureElectron();
  const display = displayCommand();
  await buildApp();
  const isRoot = process.getuid?.() === 0;
  const [command = electron, ...rest] = [...display, electron, ...(isRoot ? ['--no-sandbox'] : []), '.'];
  const child = spawn(command, [...rest, ...process.argv.slice(2)], { cwd: projectFolder, stdio: 'inherit' });
  passOnSignals(child);
  child.on('exit', endLike);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
