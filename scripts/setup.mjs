#!/usr/bin/env node
// The set-up: packages, Node 24, TensorFlow. Does only what is not done yet, can be interrupted at any
// moment and started again, and then runs the npm script that was named. Any Node from 20 on runs it.

import { accessSync, constants, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArguments, usage } from './setup/arguments.mjs';
import { linkCommand } from './setup/command-link.mjs';
import { hashLock, installPackages, packagesProblem } from './setup/packages.mjs';
import { demandScript, runScript } from './setup/run-script.mjs';
import { setUpTensorflow } from './setup/tensorflow.mjs';
import { relevantMachineKey, whatChanged } from './setup/up-to-date.mjs';
import { explainDiskError } from './system/disk-troubles.mjs';
import { withLock } from './system/lock.mjs';
import { resolveProjectNode } from './system/node.mjs';
import { cacheFolder, projectFolder } from './system/places.mjs';
import { SetupError, say } from './system/report.mjs';
import { readStamp, writeStamp } from './system/stamp.mjs';

/**
 * @typedef {import('./system/stamp.mjs').Request} Request
 * @typedef {import('./system/stamp.mjs').Stamp} Stamp
 */

async function main() {
  const { request, help, script, scriptArguments } = parseArguments(process.argv.slice(2));
  if (help) {
    process.stdout.write(usage);
    return;
  }
  if (script !== null) demandScript(script);
  const stamp = await ensureSetUp(request);
  if (stamp.tensorflow.kind === 'wasm' && stamp.requested !== 'wasm') {
    say('Without native TensorFlow, training is much slower. Why, and what to do: npm run trm -- doctor');
  }
  if (script !== null) runScript(script, scriptArguments, stamp.node.path);
  else say(`Everything is in place. See it with: npm run trm -- doctor`);
}

/**
 * @param {Request | undefined} request undefined: as at the last set-up
 * @returns {Promise<Stamp>}
 */
async function ensureSetUp(request) {
  const before = readStamp();
  const requested = request === undefined ? (before?.requested ?? null) : request;
  if (before !== null && (await whatChanged(before, requested)) === null) return before;
  return withLock(lockFile(), () => setUp(requested), {
    onWait: (pid) =>
      say(`Another set-up is running${pid === null ? '' : ` (process ${pid})`}: waiting for it …`),
  });
}

/**
 * The work, under the lock. Looks again first: who held the lock before us may have done it all.
 * @param {Request} requested
 * @returns {Promise<Stamp>}
 */
async function setUp(requested) {
  const before = readStamp();
  const change = await whatChanged(before, requested);
  if (before !== null && change === null) return before;
  say(`Setting up: ${change}.`);

  const problem = packagesProblem();
  if (problem !== null) await installPackages(problem);
  linkCommand(projectFolder);
  const { node, note } = await resolveProjectNode();
  if (note !== null) say(note);
  const tensorflow = await setUpTensorflow(requested, node.path);

  const machineKey = relevantMachineKey(tensorflow.kind);
  /** @type {Stamp} */
  const stamp = { version: 1, lockHash: hashLock(), node, requested, machineKey, tensorflow };
  await writeStamp(stamp);
  return stamp;
}

/** In the cache, which all checkouts of a user share; elsewhere if that cannot be written. */
function lockFile() {
  const cache = cacheFolder();
  try {
    mkdirSync(cache, { recursive: true });
    accessSync(cache, constants.W_OK);
    return path.join(cache, 'setup.lock');
  } catch {
    return path.join(tmpdir(), `trm-studio-setup-${process.getuid?.() ?? 'user'}.lock`);
  }
}

main().catch((error) => {
  const told = error instanceof SetupError ? error : explainDiskError(error);
  process.stderr.write(`${told === null ? error.stack : told.message}\n`);
  process.exitCode = 1;
});
