// Execution providers of ONNX Runtime other than the CPU: whether one can run a model is tried in a child process first,
// because asking for one that is missing can end the process that asks.

import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionProvider } from '../../common/config/device.ts';
import { UserError } from '../../common/errors.ts';

/** Starting a GPU for the first time takes some seconds; more than this is a hang. */
const PROBE_MS = 60_000;

/**
 * Makes sure that the provider runs the model here.
 * @throws UserError that says why it does not
 */
export async function requireProvider(provider: ExecutionProvider, model: Uint8Array): Promise<void> {
  if (provider === 'cpu') return;
  const problem = await probe(provider, model);
  if (problem === null) return;
  throw new UserError({
    what: `ONNX Runtime cannot run the model on the execution provider ${provider} here`,
    found: problem,
    expected: 'its libraries and a device that it supports',
    remedy: 'leave out --provider: the CPU always works',
  });
}

/** What is wrong with the provider, null where nothing is. */
async function probe(provider: ExecutionProvider, model: Uint8Array): Promise<string | null> {
  const folder = await mkdtemp(join(tmpdir(), 'trm-provider-'));
  try {
    const file = join(folder, 'model.onnx');
    await writeFile(file, model);
    return await runProbe([join(import.meta.dirname, 'probe-provider.ts'), provider, file]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function runProbe(command: string[]): Promise<string | null> {
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'pipe'], timeout: PROBE_MS });
  let [output, trouble] = ['', ''];
  child.stdout.on('data', (data: Buffer) => {
    output += data.toString();
  });
  child.stderr.on('data', (data: Buffer) => {
    trouble += data.toString();
  });
  return new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => {
      if (output.includes('works')) return resolve(null);
      const said = /Error: (.*)/.exec(trouble)?.[1]?.trim();
      resolve(said ?? `a process that tried it ended with ${signal ?? `exit code ${code}`}`);
    });
  });
}
