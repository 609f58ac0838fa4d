// Starts one worker process for one job and speaks the message protocol with it. What the worker prints goes
// to the job's log file, never to the terminal.

import { type ChildProcess, fork } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorCode, explainFileError } from '../../common/file-troubles.ts';
import { type WorkerCommand, type WorkerEvent, workerEventSchema } from '../../common/jobs.ts';
import { makeFolder } from '../files.ts';

/** How a worker process ended. */
export interface WorkerExit {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Why it never started, where it did not. */
  startError: Error | null;
}

export interface WorkerProcess {
  /** Undefined when the process could not be started. */
  processId: number | undefined;
  send(command: WorkerCommand): void;
  kill(): void;
}

export interface WorkerProcessOptions {
  /** Path of the worker's entry file. */
  entry: string;
  logFile: string;
  onEvent(event: WorkerEvent): void;
  /** The worker said something that is not in the protocol. */
  onMalformed(message: unknown, problem: string): void;
  /** Called once, after every message of the worker was delivered. */
  onExit(exit: WorkerExit): void;
}

/** @throws UserError when the log file cannot be written */
export function startWorkerProcess(options: WorkerProcessOptions): WorkerProcess {
  const logFile = openLog(options.logFile);
  let child: ChildProcess;
  try {
    child = fork(options.entry, [], {
      execPath: process.execPath,
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', logFile, logFile, 'ipc'],
      // A process group of its own, so that Ctrl-C in a terminal reaches the engine only, which stops it in order.
      detached: process.platform !== 'win32',
    });
  } finally {
    closeSync(logFile);
  }
  let startError: Error | null = null;
  child.on('error', (error) => {
    if (child.pid === undefined) {
      startError = error;
      options.onExit({ code: null, signal: null, startError });
    }
  });
  child.on('message', (message: unknown) => {
    const parsed = workerEventSchema.safeParse(message);
    if (parsed.success) options.onEvent(parsed.data);
    else options.onMalformed(message, describeIssue(parsed.error.issues[0]));
  });
  child.on('close', (code, signal) => {
    if (startError === null) options.onExit({ code, signal, startError });
  });

  return {
    processId: child.pid,
    send(command) {
      // A worker that is ending has closed its channel; what becomes of it is told by its exit.
      if (child.connected) child.send(command, () => {});
    },
    kill() {
      child.kill('SIGKILL');
    },
  };
}

function openLog(path: string): number {
  try {
    makeFolder(dirname(path));
    return openSync(path, 'a');
  } catch (error) {
    throw errorCode(error) === undefined
      ? error
      : explainFileError(error, 'Cannot write the log of a job', path);
  }
}

function describeIssue(issue: { path: PropertyKey[]; message: string } | undefined): string {
  if (issue === undefined) return 'unknown';
  return issue.path.length === 0 ? issue.message : `${issue.path.join('.')}: ${issue.message}`;
}
