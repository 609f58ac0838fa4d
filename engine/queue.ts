// The queue of jobs, kept in the store: first come, first served, one worker process a job. Starts jobs when
// their turn comes and writes how each ended.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineEvent, JobRow } from '../common/api.ts';
import { describeError } from '../common/errors.ts';
import type { JobResult, JobSpec } from '../common/jobs.ts';
import { now, randomTag, timeTag } from './clock.ts';
import { type Ending, endingAfterDependency, endingAfterEngine } from './jobs/endings.ts';
import { type JobRun, startJobRun } from './jobs/job-run.ts';
import { type JobLimits, jobLimits } from './jobs/limits.ts';
import { prepareSpec } from './jobs/prepare.ts';
import { recordResult } from './jobs/record.ts';
import type { StudioPaths } from './paths.ts';
import { type Job, toJobRow } from './store/jobs.ts';
import type { Store } from './store/open.ts';

export interface JobRequest {
  spec: JobSpec;
  title: string;
  /** The run that the job trains, evaluates or exports. */
  runId?: string | null;
  /** A job that must finish first. */
  dependsOn?: string | null;
}

export interface QueueOptions {
  store: Store;
  paths: StudioPaths;
  workerEntry: string;
  limits?: Partial<JobLimits>;
  emit(event: EngineEvent): void;
}

export type Queue = ReturnType<typeof createQueue>;

export function createQueue({ store, paths, workerEntry, limits: given, emit }: QueueOptions) {
  const limits = { ...jobLimits, ...given };
  const running = new Map<string, JobRun>();
  const idleWaiters: (() => void)[] = [];
  /** Jobs whose end could not be written; the next engine does it. */
  const abandoned = new Set<string>();
  let closing = false;

  function enqueue({ spec, title, runId = null, dependsOn = null }: JobRequest): JobRow {
    const createdAt = now();
    const id = `${timeTag(createdAt)}-${spec.kind}-${randomTag()}`;
    const logFile =
      spec.kind === 'train' ? join(spec.runFolder, 'worker.log') : join(paths.logs, `${id}.log`);
    store.jobs.add({ id, title, spec, runId, dependsOn, logFile, createdAt });
    announce(id);
    startNext();
    return toJobRow(jobOf(id));
  }

  function startNext(): void {
    while (running.size < limits.concurrency && !closing) {
      const job = active().find((candidate) => candidate.status === 'queued' && !isWaiting(candidate));
      if (job === undefined) break;
      start(job);
    }
    if (running.size === 0 && active().length === 0) {
      for (const resolve of idleWaiters.splice(0)) resolve();
    }
  }

  /** Queued and running jobs, in order. */
  function active(): Job[] {
    return store.jobs.active().filter((job) => !abandoned.has(job.id));
  }

  function isWaiting(job: Job): boolean {
    const dependency = job.dependsOn === null ? undefined : store.jobs.find(job.dependsOn);
    return dependency?.status === 'queued' || dependency?.status === 'running';
  }

  function start(job: Job): void {
    const dependency = job.dependsOn === null ? undefined : store.jobs.find(job.dependsOn);
    if (dependency !== undefined && dependency.status !== 'finished') {
      endJob(job, endingAfterDependency(dependency), null);
      return;
    }
    try {
      store.transaction(() => {
        store.jobs.start(job.id, now());
        if (job.kind === 'train' && job.runId !== null) store.runs.setStatus(job.runId, 'running');
      });
      announce(job.id);
      const spec = prepareSpec(store, paths, job);
      const run = startJobRun({
        job: jobOf(job.id),
        spec,
        store,
        workerEntry,
        limits,
        emit,
        endJob: (ending, result) => endJob(job, ending, result),
        onWorkerGone: () => release(job.id),
      });
      running.set(job.id, run);
    } catch (error) {
      endJob(job, { status: 'failed', error: describeError(error) }, null);
    }
  }

  function release(jobId: string): void {
    running.delete(jobId);
    const job = jobOf(jobId);
    if (job.status === 'finished' && job.kind !== 'train') forgetLog(job);
    startNext();
  }

  function forgetLog(job: Job): void {
    try {
      rmSync(job.logFile, { force: true });
    } catch {
      // A log that stays does no harm.
    }
  }

  /** When only the end itself cannot be recorded (a full disk), it is told all the same; the next start mends the row. */
  function endJob(job: Job, ending: Ending, result: JobResult | null): void {
    try {
      store.transaction(() => {
        if (result !== null) recordResult(store, paths, job, store.jobs.specOf(job.id), result);
        store.jobs.end(job.id, ending.status, now(), ending.error, result);
        if (job.kind === 'train' && job.runId !== null) store.runs.setStatus(job.runId, ending.status);
      });
      announce(job.id);
    } catch (error) {
      if (result !== null) throw error;
      abandoned.add(job.id);
      emit({ type: 'job', job: { ...toJobRow(job), ...ending, endedAt: now() } });
    }
  }

  function stop(jobId: string): boolean {
    const job = store.jobs.find(jobId);
    const run = running.get(jobId);
    if (job === undefined || job.endedAt !== null) return false;
    if (run !== undefined) run.stop();
    else {
      endJob(job, { status: 'stopped', error: null }, null);
      startNext();
    }
    return true;
  }

  /** Ends every worker at once and marks what did not run. Resolves when all are gone. */
  async function close(): Promise<void> {
    closing = true;
    for (const run of running.values()) run.kill();
    for (const job of active()) {
      if (!running.has(job.id)) endJob(job, endingAfterEngine(job), null);
    }
    await whenIdle();
  }

  function whenIdle(): Promise<void> {
    return new Promise((resolve) => {
      idleWaiters.push(resolve);
      startNext();
    });
  }

  function jobOf(id: string): Job {
    const job = store.jobs.find(id);
    if (job === undefined) throw new Error(`job ${id} is not in the store`);
    return job;
  }
  function announce(id: string): void {
    emit({ type: 'job', job: toJobRow(jobOf(id)) });
  }

  return { enqueue, stop, close, whenIdle, active };
}
