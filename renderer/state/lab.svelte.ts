// What every lab does: starts a job of its kind, follows it, and lists what earlier ones found.

import type { JobRow } from '../../common/api.ts';
import type { JobKind, JobResultOf, Progress } from '../../common/jobs.ts';
import { call } from './engine.svelte.ts';
import { jobs } from './jobs.svelte.ts';
import { endsJob, query } from './query.svelte.ts';
import { runJob } from './run-job.ts';

export interface LabResult<Kind extends JobKind> {
  job: JobRow;
  result: JobResultOf<Kind>;
}

export interface Lab<Kind extends JobKind> {
  /** Newest first. */
  readonly results: LabResult<Kind>[];
  readonly running: boolean;
  readonly progress: Progress | null;
  readonly problem: Error | undefined;
  start(begin: () => Promise<{ jobId: string }>): Promise<void>;
  stop(): void;
}

/** To be called while a component is set up. */
export function createLab<Kind extends JobKind>(kind: Kind): Lab<Kind> {
  const history = query('job.list', () => ({}), endsJob);
  let jobId = $state<string | null>(null);
  let problem = $state.raw<Error>();
  const results = $derived(
    (history.data ?? []).flatMap((job): LabResult<Kind>[] =>
      job.result?.kind === kind ? [{ job, result: job.result as JobResultOf<Kind> }] : [],
    ),
  );
  return {
    get results() {
      return results;
    },
    get running() {
      return jobId !== null;
    },
    get progress() {
      return jobs.active.find(({ job }) => job.id === jobId)?.progress ?? null;
    },
    get problem() {
      return problem;
    },
    async start(begin) {
      problem = undefined;
      try {
        await runJob(begin, { started: (id) => (jobId = id) });
      } catch (error) {
        problem = error as Error;
      }
      jobId = null;
    },
    stop() {
      if (jobId !== null) void call('job.stop', { jobId });
    },
  };
}
