// The jobs that wait or run, with what they last reported; kept for the whole page.

import type { JobRow } from '../../common/api.ts';
import type { Progress, WorkerEvent } from '../../common/jobs.ts';
import { call, connection, onEvent } from './engine.svelte.ts';

export interface ActiveJob {
  job: JobRow;
  progress: Progress | null;
  /** What it logged, the newest last. */
  messages: string[];
}

const mostMessages = 50;

export const jobs = $state<{ active: ActiveJob[]; lastEnded: JobRow | null }>({
  active: [],
  lastEnded: null,
});

/** Follows the jobs of the engine; called once. */
export function followJobs(): void {
  onEvent((event) => {
    if (event.type === 'job') noteJob(event.job);
    else noteWorker(event.jobId, event.event);
  });
  $effect.root(() => {
    $effect(() => {
      if (connection.state === 'connected') void readJobs();
    });
  });
}

async function readJobs(): Promise<void> {
  const { jobs: rows } = await call('engine.status', {});
  const known = new Map(jobs.active.map((active) => [active.job.id, active]));
  jobs.active = rows.map((job) => ({ progress: null, messages: [], ...known.get(job.id), job }));
}

function noteJob(job: JobRow): void {
  const index = jobs.active.findIndex((active) => active.job.id === job.id);
  if (job.endedAt !== null) {
    if (index !== -1) jobs.active.splice(index, 1);
    jobs.lastEnded = job;
  } else if (index === -1) jobs.active.push({ job, progress: null, messages: [] });
  else (jobs.active[index] as ActiveJob).job = job;
}

function noteWorker(jobId: string, event: WorkerEvent): void {
  const active = jobs.active.find(({ job }) => job.id === jobId);
  if (active === undefined) return;
  if (event.type === 'progress') active.progress = event.progress;
  else if (event.type === 'log') active.messages = [...active.messages, event.message].slice(-mostMessages);
}
