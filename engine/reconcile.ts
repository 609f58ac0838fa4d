// Makes the store tell the truth after an engine that died: what it left as running or queued has ended, and
// training runs are read again from their event logs.

import { setTimeout as sleep } from 'node:timers/promises';
import { now } from './clock.ts';
import { type Ending, endingAfterEngine } from './jobs/endings.ts';
import { isAlive, readProcessState } from './jobs/process-state.ts';
import { importRunHistory } from './run-history.ts';
import type { Job } from './store/jobs.ts';
import type { Store } from './store/open.ts';

/** How long a worker whose engine died gets to end by itself. */
const leaveMs = 3000;

/**
 * Ends every job that a dead engine left. Queued jobs do not start by themselves with the next command that
 * opens an engine: they become `interrupted` too, with the command that goes on.
 */
export async function reconcile(store: Store): Promise<void> {
  for (const job of store.jobs.active()) {
    await endLeftoverWorker(job);
    const ending = endingOf(store, job);
    store.transaction(() => {
      store.jobs.end(job.id, ending.status, now(), ending.error, null);
      if (job.kind === 'train' && job.runId !== null) store.runs.setStatus(job.runId, ending.status);
    });
  }
}

function endingOf(store: Store, job: Job): Ending {
  if (job.kind !== 'train' || job.runId === null) return endingAfterEngine(job);
  const history = importRunHistory(store, store.runs.placeOf(job.runId));
  if (!history.begun || history.outcome === 'interrupted' || job.status === 'queued')
    return endingAfterEngine(job);
  if (history.outcome !== 'failed') return { status: history.outcome, error: null };
  return {
    status: 'failed',
    error: { what: 'Training failed as its engine ended; the message was lost', where: job.logFile },
  };
}

/** A worker ends by itself when its engine is gone; one that does not must not write beside its successor. */
async function endLeftoverWorker(job: Job): Promise<void> {
  if (job.status !== 'running' || job.worker === null) return;
  const { processId, startTime } = job.worker;
  const isLeft = () =>
    startTime === null ? isAlive(processId) : readProcessState(processId)?.startTime === startTime;
  for (let waitedMs = 0; waitedMs < leaveMs && isLeft(); waitedMs += 50) await sleep(50);
  if (startTime !== null && isLeft()) process.kill(processId, 'SIGKILL');
}
