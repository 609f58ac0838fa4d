// Starts a job and follows it to its end, so that a view can wait for one as for a call.

import type { JobRow } from '../../common/api.ts';
import type { WorkerEvent } from '../../common/jobs.ts';
import { EngineError, onEvent } from './engine.svelte.ts';

/**
 * Resolves with the job that has finished. Events may come before the answer that names the job: they are kept till then.
 * @throws EngineError when it fails, is stopped or cannot begin
 */
export async function runJob(
  start: () => Promise<{ jobId: string }>,
  listen: { started?: (jobId: string) => void; worker?: (event: WorkerEvent) => void } = {},
): Promise<JobRow> {
  const ended = Promise.withResolvers<JobRow>();
  const early: Parameters<Parameters<typeof onEvent>[0]>[0][] = [];
  let wanted: string | null = null;
  const take = (event: (typeof early)[number]) => {
    if (wanted === null) early.push(event);
    else if (event.type === 'worker' && event.jobId === wanted) listen.worker?.(event.event);
    else if (event.type === 'job' && event.job.id === wanted && event.job.endedAt !== null) {
      ended.resolve(event.job);
    }
  };
  const stop = onEvent(take);
  try {
    const { jobId } = await start();
    wanted = jobId;
    listen.started?.(jobId);
    early.forEach(take);
    const job = await ended.promise;
    if (job.status === 'finished') return job;
    throw new EngineError(job.error ?? { what: job.title, found: job.status });
  } finally {
    stop();
  }
}
