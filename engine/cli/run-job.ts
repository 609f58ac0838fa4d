// Starts jobs and follows them to their end: shows what they report, and stops them in order when interrupted.

import type { EngineEvent, JobRow } from '../../common/api.ts';
import type { JobKind, JobResultOf, WorkerEvent } from '../../common/jobs.ts';
import { FailureError } from '../failure.ts';
import { InterruptedError } from './exit-codes.ts';
import { followFile } from './follow-file.ts';
import { createProgressView } from './progress.ts';
import type { Session } from './session.ts';

export interface StartedJob {
  jobId: string;
  /** A job that runs before it, followed and stopped with it. */
  datasetJobId?: string | null;
  /** More of these, after the first. */
  otherDatasetJobIds?: string[] | undefined;
}

export interface FollowOptions {
  /** Sees each event of the job's worker, beside the progress view. */
  onEvent?: (event: WorkerEvent) => void;
  /** Said when the job was stopped: how to go on. */
  whenStopped?: (job: JobRow) => string;
  /** Said when the engine that runs the job vanishes: how to go on. */
  whenGone?: () => string;
}

/**
 * Starts a job of a kind and returns its result.
 * @throws FailureError when it fails, InterruptedError when it was stopped
 */
export async function runJob<Kind extends JobKind>(
  session: Session,
  kind: Kind,
  start: () => Promise<StartedJob>,
  options: FollowOptions = {},
): Promise<{ job: JobRow; result: JobResultOf<Kind> }> {
  const job = await followJob(session, start, options);
  const { result } = job;
  if (job.status === 'finished' && isOfKind(result, kind)) return { job, result };
  if (job.status === 'stopped' || wasInterrupted(job, session)) {
    const remedy = options.whenStopped?.(job) ?? job.error?.remedy;
    throw new InterruptedError({
      what: job.error?.what ?? `${job.title}: stopped`,
      ...(remedy === undefined ? {} : { remedy }),
    });
  }
  const fallback = { what: `${job.title}: ${job.status}`, where: job.logFile };
  throw new FailureError(job.error ?? fallback);
}

async function followJob(
  session: Session,
  start: () => Promise<StartedJob>,
  options: FollowOptions,
): Promise<JobRow> {
  const { client, output, interrupts } = session;
  const view = createProgressView(output);
  const ended = Promise.withResolvers<JobRow>();
  const early: EngineEvent[] = [];
  let followed: StartedJob | null = null;
  /** The job that works, or is the next to do so. */
  let currentJobId = '';
  let logFollower: (() => void) | undefined;

  function onEvent(event: EngineEvent): void {
    if (followed === null) {
      early.push(event);
      return;
    }
    const jobId = event.type === 'job' ? event.job.id : event.jobId;
    const order = jobsInOrder(followed);
    if (!order.includes(jobId)) return;
    if (output.events && !isHeartbeat(event)) output.emit(event);
    if (event.type === 'worker') {
      view.show(event.event);
      options.onEvent?.(event.event);
      return;
    }
    view.begin(event.job);
    if (event.job.endedAt !== null) currentJobId = order[order.indexOf(jobId) + 1] ?? followed.jobId;
    if (output.verbose && event.job.status === 'running') {
      logFollower?.();
      logFollower = followFile(event.job.logFile, (text) => process.stderr.write(text));
    }
    if (jobId === followed.jobId && event.job.endedAt !== null) ended.resolve(event.job);
  }

  const stopEvents = client.onEvent(onEvent);
  let stopInterrupts = () => {};
  try {
    const started = await start();
    followed = started;
    currentJobId = jobsInOrder(started)[0] ?? started.jobId;
    stopInterrupts = interrupts.onInterrupt((times) => {
      view.pause();
      output.note(
        times === 1 ? 'Stopping; what is trained is saved first. Again ends it at once.' : 'Ending at once.',
      );
      // A job that waits for a stopped one is stopped with it.
      client.call('job.stop', { jobId: currentJobId }).catch(() => {});
    });
    for (const event of early.splice(0)) onEvent(event);
    // When the engine vanishes, that is told below.
    await tellQueue(session, started).catch(() => {});
    return await Promise.race([ended.promise, rejectWhenGone(session, options)]);
  } finally {
    stopInterrupts();
    stopEvents();
    logFollower?.();
    view.end();
  }
}

function jobsInOrder({ jobId, datasetJobId, otherDatasetJobIds = [] }: StartedJob): string[] {
  return [...(datasetJobId ? [datasetJobId] : []), ...otherDatasetJobIds, jobId];
}

/** Says what is ahead in the queue, where the job does not begin at once. */
async function tellQueue({ client, output }: Session, started: StartedJob): Promise<void> {
  const { jobs } = await client.call('engine.status', {});
  const own = jobs.findIndex((job) => job.id === (started.datasetJobId ?? started.jobId));
  const ahead = jobs.slice(0, Math.max(0, own));
  if (ahead.length > 0)
    output.note(`Waiting for ${ahead.map((job) => `${job.title} (${job.id})`).join(', ')}`);
}

async function rejectWhenGone({ client }: Session, { whenGone }: FollowOptions): Promise<never> {
  await client.gone;
  throw new FailureError({
    what: 'The engine that ran this job has ended, and the job with it',
    remedy: whenGone?.() ?? 'run the command again',
  });
}

function isHeartbeat(event: EngineEvent): boolean {
  return event.type === 'worker' && (event.event.type === 'heartbeat' || event.event.type === 'ready');
}

function isOfKind<Kind extends JobKind>(result: JobRow['result'], kind: Kind): result is JobResultOf<Kind> {
  return result?.kind === kind;
}

function wasInterrupted(job: JobRow, session: Session): boolean {
  return job.status === 'interrupted' && session.interrupts.interrupted;
}
