// What a job gets from the worker process that runs it, and how it reports progress.

import type { WorkerEvent } from '../common/jobs.ts';

export interface JobContext {
  emit(event: WorkerEvent): void;
  /** Aborted when the job shall stop: training saves and ends, other jobs are cancelled. */
  signal: AbortSignal;
  /** Reports progress at most a few times a second; `done` of `total` `unit` in the named phase. */
  progress(phase: string, done: number, total: number, unit: string): void;
}

/** Thrown by a job that was cancelled; nothing half-written is left when it is. */
export class JobCancelled extends Error {
  constructor() {
    super('the job was cancelled');
    this.name = 'JobCancelled';
  }
}

/** Ends a cancelled job at a place where nothing is half done. */
export function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw new JobCancelled();
}
