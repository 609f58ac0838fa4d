// Child processes in tests: their output, their end, and that none outlives its test.

import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Experiment } from '../../common/config/experiment.ts';

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface TestProcess {
  child: ChildProcess;
  ended: Promise<Ended>;
  /** Resolves when the text was written to standard output or standard error; fails when the process ends before. */
  says(text: string): Promise<void>;
}

/** Starts a TypeScript file in a process of its own; with `launcher`, connected to it as a launcher is. */
export function startProcess(
  test: TestContext,
  file: URL,
  args: string[],
  options: { env?: NodeJS.ProcessEnv; input?: string; cwd?: string; launcher?: boolean } = {},
): TestProcess {
  const env = { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1', ...options.env };
  const stdio: StdioOptions = ['pipe', 'pipe', 'pipe', ...(options.launcher ? (['ipc'] as const) : [])];
  const child = spawn(process.execPath, [fileURLToPath(file), ...args], { env, cwd: options.cwd, stdio });
  const { stdin, stdout: output, stderr: errors } = child;
  if (stdin === null || output === null || errors === null) throw new Error('the process has no streams');
  test.after(() => child.kill('SIGKILL'));
  stdin.end(options.input ?? '');
  let [stdout, stderr] = ['', ''];
  const waiting = new Set<() => void>();
  output.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    for (const look of waiting) look();
  });
  errors.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    for (const look of waiting) look();
  });
  const ended = new Promise<Ended>((resolve) => {
    // Node tells of no 'close' where the parent has disconnected.
    child.on(options.launcher ? 'exit' : 'close', (code, signal) =>
      resolve({ code, signal, stdout, stderr }),
    );
  });
  const says = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!stdout.includes(text) && !stderr.includes(text)) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      ended.then(() => reject(new Error(`ended without saying ${JSON.stringify(text)}: ${stdout}${stderr}`)));
      look();
    });
  return { child, ended, says };
}

const engineProcess = new URL('./engine-process.ts', import.meta.url);

/** An engine in a process of its own that has started to train. */
export function startEngineProcess(test: TestContext, home: string, experiments: Experiment[]): TestProcess {
  return startProcess(test, engineProcess, [
    home,
    ...experiments.map((experiment) => JSON.stringify(experiment)),
  ]);
}
