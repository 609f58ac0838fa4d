// Calls about jobs, and the state of the engine itself.

import { UserError } from '../../common/errors.ts';
import { nearest } from '../../common/nearest.ts';
import type { EngineContext, Handler } from '../handlers.ts';
import { type Job, toJobRow } from '../store/jobs.ts';

/** Jobs that have ended are listed up to this number. */
const endedLimit = 100;

export const engineStatus: Handler<'engine.status'> = ({ queue, paths, version }) => ({
  version,
  processId: process.pid,
  home: paths.home,
  jobs: queue.active().map(toJobRow),
});

/** The queue in its order, then the jobs that ended last. */
export const jobList: Handler<'job.list'> = ({ store }) =>
  [...store.jobs.active(), ...store.jobs.ended(endedLimit)].map(toJobRow);

export const showJob: Handler<'job.show'> = (context, { jobId }) => toJobRow(requireJob(context, jobId));

export const stopJob: Handler<'job.stop'> = (context, { jobId }) => ({
  stopping: context.queue.stop(requireJob(context, jobId).id),
});

/** A job by its id or the beginning of one. */
function requireJob({ store }: EngineContext, jobId: string): Job {
  const exact = store.jobs.find(jobId);
  if (exact !== undefined) return exact;
  const known = [...store.jobs.active(), ...store.jobs.ended(endedLimit)];
  const beginning = known.filter((job) => job.id.startsWith(jobId));
  const [only] = beginning;
  if (only !== undefined && beginning.length === 1) return only;
  const near = nearest(
    jobId,
    known.map((job) => job.id),
    3,
  );
  throw new UserError({
    what:
      beginning.length > 1
        ? `More than one job begins with ${jobId}`
        : `There is no job ${JSON.stringify(jobId)}`,
    expected: "a job's id; trm jobs lists them",
    ...(near.length === 0 ? {} : { remedy: `did you mean ${near.join(' or ')}?` }),
  });
}
