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

/** The end of a job whose worker died. */
export function endingAfterDeath(job: Job, exit: WorkerExit): Ending {
  const lastLines = readTail(job.logFile, 4000).trimEnd().split('\n').slice(-8).filter(Boolean);
  const output =
    lastLines.length === 0 ? '' : `; its last output:\n${lastLines.map((line) => `    ${line}`).join('\n')}`;
  const memory =
    exit.signal === 'SIGKILL' ? 'the system may have run out of memory (a smaller batch needs less); ' : '';
  return {
    status: statusOfBroken(job),
    error: {
      what: 'The worker process ended without a result',
      where: job.logFile,
      found: `${describeExit(exit)}${output}`,
      remedy: `${memory}${howToContinue(job)}`,
    },
  };
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
