#!/usr/bin/env node
// Lists every part that TRM Studio stands on: what was found, where it came from, and how to mend what is
// missing. Works with any Node from 20 on and on any broken installation; changes nothing.

import { pathToFileURL } from 'node:url';
import { inspectFolders } from './doctor/folders.mjs';
import { inspectNativeParts } from './doctor/native.mjs';
import { guarded } from './doctor/part.mjs';
import { formatParts } from './doctor/print.mjs';
import { inspectTools } from './doctor/tools.mjs';
import { findProjectNode } from './system/node.mjs';
import { readStamp } from './system/stamp.mjs';

/** @typedef {import('./doctor/part.mjs').Part} Part */

const usage = `Usage: trm doctor [--json]

Lists the parts of this installation and how to mend what is missing.
Ends with exit code 0 when every needed part works, else with 1.
`;

/**
 * Never throws and always ends: each child has a time limit.
 * @returns {Promise<{ parts: Part[], ok: boolean }>} ok: no part is missing
 */
export async function inspect() {
  const stamp = readStamp();
  const node = findProjectNode();
  const groups = await Promise.all([
    guarded('Tools', () => inspectTools(stamp, node)),
    guarded('Native parts', () => inspectNativeParts(stamp, node)),
    guarded('Folders', () => inspectFolders()),
  ]);
  const parts = groups.flat();
  return { parts, ok: parts.every((part) => part.status !== 'missing') };
}

/**
 * @param {string[]} args
 */
export async function main(args) {
  const unknown = args.find((argument) => !['--json', '--help', '-h'].includes(argument));
  if (unknown !== undefined) {
    process.stderr.write(`trm doctor does not know ${unknown}.\n\n${usage}`);
    process.exitCode = 1;
    return;
  }
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(usage);
    return;
  }
  const report = await inspect();
  process.stdout.write(args.includes('--json') ? `${JSON.stringify(report)}\n` : formatParts(report));
  process.exitCode = report.ok ? 0 : 1;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main(process.argv.slice(2));
}
