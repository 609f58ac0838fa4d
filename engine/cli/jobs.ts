// `trm jobs`: what runs, what waits, what has ended, and stopping it.

import type { CommandModule } from 'yargs';
import type { JobRow } from '../../common/api.ts';
import { formatDuration, formatTable } from './format.ts';
import type { GlobalOptions } from './output.ts';

export const jobsCommand: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'jobs',
  describe: 'Show jobs, or stop one',
  builder: (yargs) => yargs.command(listCommand).command(stopCommand),
  handler() {},
};

const listCommand: CommandModule<GlobalOptions, GlobalOptions> = {
  command: ['list', '$0'],
  describe: 'List the queue and the jobs that ended last',
  async handler(options) {
    const { printCall } = await import('./print-call.ts');
    await printCall(options, 'job.list', {}, describeJobs);
  },
};

const stopCommand: CommandModule<GlobalOptions, GlobalOptions & { job: string }> = {
  command: 'stop <job>',
  describe: 'Stop a job: training saves first; a second time ends it at once',
  builder: (yargs) => yargs.positional('job', { type: 'string', demandOption: true, describe: 'The job' }),
  async handler({ job, ...options }) {
    const { printCall } = await import('./print-call.ts');
    const describe = ({ stopping }: { stopping: boolean }) =>
      stopping ? `Job ${job} is told to stop.` : `Job ${job} has ended already.`;
    await printCall(options, 'job.stop', { jobId: job }, describe);
  },
};

function describeJobs(jobs: JobRow[]): string {
  if (jobs.length === 0) return 'No jobs yet.';
  return formatTable(
    ['job', 'status', 'time', 'what'],
    jobs.map((job) => [
      job.id,
      job.status,
      job.startedAt === null
        ? '-'
        : formatDuration(Date.parse(job.endedAt ?? new Date().toISOString()) - Date.parse(job.startedAt)),
      job.error === null ? job.title : `${job.title}: ${job.error.what}`,
    ]),
  );
}
