// What a job's end means when its worker ended without saying how: the status, and an error that helps.

import type { JobStatus } from '../../common/api.ts';
import type { ErrorDetails } from '../../common/errors.ts';
import { readTail } from '../files.ts';
import type { Job } from '../store/jobs.ts';
import type { WorkerExit } from './worker-process.ts';

export interface Ending {
  status: Extract<JobStatus, 'finished' | 'stopped' | 'failed' | 'interrupted'>;
  error: ErrorDetails | null;
}

/** The end of a job whose worker was killed because it did not stop in time, or was told to stop twice. */
export function endingAfterKill(job: Job): Ending {
  if (job.kind !== 'train') return { status: 'stopped', error: null };
  return {
    status: 'interrupted',
    error: { what: 'Training was ended before it could save', remedy: howToContinue(job) },
  };
}

/** The end of a job whose worker went silent and idle. */
export function endingAfterSilence(job: Job, idleMs: number): Ending {
  return {
    status: statusOfBroken(job),
    error: {
      what: 'The worker process hung and was ended',
      where: job.logFile,
      found: `no message and no processor use for ${Math.round(idleMs / 1000)} s`,
      expected: 'a heartbeat every 2 s',
      remedy: howToContinue(job),
    },
  };
}

/** Last words of the C++ library, and of V8. */
const OUT_OF_MEMORY = /std::bad_alloc|out of memory/i;

/** What is known of memory when a worker dies. */
export interface MemoryClues {
  /** What the worker proposed to set, where it came close to the limit by estimate. */
  advice: string | null;
  /** Whether the kernel ended a process for want of memory meanwhile. */
  killed: boolean;
}

/** The end of a job whose worker died. */
export function endingAfterDeath(job: Job, exit: WorkerExit, clues: MemoryClues): Ending {
  const lastLines = readTail(job.logFile, 4000).trimEnd().split('\n').slice(-8).filter(Boolean);
  const output =
    lastLines.length === 0 ? '' : `; its last output:\n${lastLines.map((line) => `    ${line}`).join('\n')}`;
  const found = `${describeExit(exit)}${output}`;
  const ranOut =
    (exit.signal === 'SIGKILL' && clues.killed) || lastLines.some((line) => OUT_OF_MEMORY.test(line));
  if (ranOut) {
    const what = 'The worker process ran out of memory, and was ended';
    return {
      status: statusOfBroken(job),
      error: { what, where: job.logFile, found, remedy: askForLess(clues) },
    };
  }
  const memory =
    exit.signal === 'SIGKILL'
      ? `the system may have run out of memory (${clues.advice ?? 'a smaller batch needs less'}); `
      : '';
  return {
    status: statusOfBroken(job),
    error: {
      what: 'The worker process ended without a result',
      where: job.logFile,
      found,
      remedy: `${memory}${howToContinue(job)}`,
    },
  };
}

function askForLess({ advice }: MemoryClues): string {
  if (advice !== null) return `start again: ${advice}`;
  return 'end other programs, or start again with a smaller batch; trm estimate says what a config needs';
}

/** The end of a job whose engine died, or was closed before the job's turn came. */
export function endingAfterEngine(job: Job): Ending {
  const what =
    job.status === 'queued'
      ? 'The engine ended before this job began'
      : 'The engine ended while this job was running';
  return { status: 'interrupted', error: { what, remedy: howToContinue(job) } };
}

/** The end of a job that waited for another which did not finish. */
export function endingAfterDependency(dependency: Job | undefined): Ending {
  if (dependency?.status === 'stopped') return { status: 'stopped', error: null };
  const title = dependency?.title ?? 'A job that it needs';
  if (!dependency?.error) return { status: 'failed', error: { what: `${title}: did not finish` } };
  return { status: 'failed', error: { ...dependency.error, what: `${title}: ${dependency.error.what}` } };
}

/** How a user goes on with a job that did not finish. */
function howToContinue(job: Job): string {
  return job.kind === 'train' && job.runId !== null ? `trm resume ${job.runId}` : 'start it again';
}

function statusOfBroken(job: Job): 'interrupted' | 'failed' {
  return job.kind === 'train' ? 'interrupted' : 'failed';
}

function describeExit({ code, signal, startError }: WorkerExit): string {
  if (startError !== null) return `it could not be started: ${startError.message}`;
  return signal === null ? `exit code ${code}` : `signal ${signal}`;
}
