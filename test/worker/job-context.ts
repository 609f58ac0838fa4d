// What a job gets in a test: its events are kept, and it can be cancelled.

import type { WorkerEvent } from '../../common/jobs.ts';
import { JobCancelled, type JobContext } from '../../worker/job.ts';

export interface TestContext extends JobContext {
  events: WorkerEvent[];
  /** `phase done/total unit` of each progress report. */
  reports: string[];
}

/** `cancelAt` is the report at which the job is cancelled. */
export function testContext(cancelAt?: string): TestContext {
  const stopping = new AbortController();
  const events: WorkerEvent[] = [];
  const reports: string[] = [];
  return {
    events,
    reports,
    emit: (event) => events.push(event),
    signal: stopping.signal,
    progress(phase, done, total, unit) {
      const report = `${phase} ${done}/${total} ${unit}`;
      reports.push(report);
      if (report === cancelAt) stopping.abort(new JobCancelled());
    },
  };
}
