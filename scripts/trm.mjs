#!/usr/bin/env node
// The command line's launcher: runs engine/cli.ts on the project's own Node. `trm doctor` works whatever
// is missing; anything else wants the set-up to have been run.

import { spawn } from 'node:child_process';
import module from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { findProjectNode, majorOf, neededMajor } from './system/node.mjs';
import { cacheFolder } from './system/places.mjs';
import { endLike, passOnSignals } from './system/signals.mjs';
import { readStamp } from './system/stamp.mjs';

const args = process.argv.slice(2);
const command = args.find((argument) => !argument.startsWith('-'));

if (command === 'doctor') await runDoctor();
else if (readStamp() === null) endUnprepared();
else if (majorOf(process.versions.node) >= neededMajor) await runHere();
else runOnProjectNode();

async function runDoctor() {
  const { main } = await import('./doctor.mjs');
  await main(args.filter((argument) => argument !== 'doctor'));
}

function endUnprepared() {
  process.stderr.write('TRM Studio is not set up yet. Run: npm run setup\n');
  process.exitCode = 1;
}

async function runHere() {
  module.enableCompileCache?.(path.join(cacheFolder(), 'compiled'));
  await import(new URL('../engine/cli.ts', import.meta.url).href);
}

/** The channel tells the child when we are gone, however we went. */
function runOnProjectNode() {
  const node = findProjectNode();
  if (node === null) return endUnprepared();
  const child = spawn(node.path, [fileURLToPath(import.meta.url), ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  passOnSignals(child);
  child.on('error', (error) => {
    process.stderr.write(`Node ${node.version} could not be started: ${error.message}\n`);
    process.exit(1);
  });
  child.on('exit', endLike);
}
