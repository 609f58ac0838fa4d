// Watches jobs: says when a run has ended while the window is not looked at, and knows what still runs.

import { type BrowserWindow, Notification } from 'electron';
import type { JobRow } from '../common/api.ts';
import type { EngineProcess } from './engine-process.ts';

const endedTexts: Partial<Record<JobRow['status'], string>> = {
  finished: 'Finished',
  failed: 'Failed',
  interrupted: 'Interrupted',
};

export function watchJobs(engine: EngineProcess, window: () => BrowserWindow | null) {
  const jobs = new Map<string, JobRow>();
  engine.onReply((reply) => {
    if (!('event' in reply) || reply.event.type !== 'job') return;
    const { job } = reply.event;
    if (job.endedAt === null) jobs.set(job.id, job);
    else if (jobs.delete(job.id)) tellEnd(job, window());
  });
  return { running: () => [...jobs.values()] };
}

function tellEnd(job: JobRow, window: BrowserWindow | null): void {
  const text = endedTexts[job.status];
  const isWatched = window?.isFocused() ?? false;
  if (text === undefined || isWatched || job.kind !== 'train' || !Notification.isSupported()) return;
  const notification = new Notification({ title: `${text}: ${job.title}`, body: job.error?.what ?? '' });
  notification.on('click', () => window?.show());
  notification.show();
}
