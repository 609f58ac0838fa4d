// `trm profile`: where the time of a training step goes.

import { resolve } from 'node:path';
import type { CommandModule } from 'yargs';
import { UserError } from '../../common/errors.ts';
import type { GlobalOptions } from './output.ts';
import { parseCount, resolveReference } from './values.ts';

interface ProfileOptions extends GlobalOptions {
  subject: string;
  overrides: string[];
  steps: string;
  dataset: string | undefined;
  trace: string | undefined;
  replace: boolean;
}

export const profileCommand: CommandModule<GlobalOptions, ProfileOptions> = {
  command: 'profile <subject> [overrides..]',
  describe: 'Say where the time of a training step goes: by phase, operation and level of the recursion',
  builder: (yargs) =>
    yargs
      .positional('subject', {
        type: 'string',
        demandOption: true,
        describe:
          'YAML file of an experiment, or a checkpoint: RUN, RUN@STEP, RUN@best, RUN@last or its folder',
      })
      .positional('overrides', {
        type: 'string',
        array: true,
        default: [],
        describe: 'Settings to use instead of those in the file',
      })
      .option('steps', {
        type: 'string',
        requiresArg: true,
        default: '5',
        describe: 'Training steps that are measured',
      })
      .option('dataset', {
        type: 'string',
        requiresArg: true,
        describe: "With a checkpoint: another dataset than its run's",
      })
      .option('trace', {
        type: 'string',
        requiresArg: true,
        describe: 'File for a trace that Chrome (about:tracing) and Perfetto show',
      })
      .option('replace', { type: 'boolean', default: false, describe: 'Replace the trace file if it exists' })
      .example('$0 profile configs/demo.yaml --trace demo-trace.json', ''),
  async handler({ subject, overrides, steps, dataset, trace, replace, ...options }) {
    const { readExperiment } = await import('../config-file.ts');
    const { describeProfile } = await import('./profile-text.ts');
    const [{ withEngine }, { runJob }] = await Promise.all([import('./session.ts'), import('./run-job.ts')]);
    const isConfig = /\.ya?ml$/.test(subject);
    requireFittingOptions(isConfig, overrides, dataset);
    const chosen = isConfig
      ? { experiment: readExperiment(subject, overrides) }
      : { checkpoint: resolveReference(subject), dataset: dataset ?? null };
    const input = {
      ...chosen,
      steps: parseCount('--steps', steps),
      traceFile: trace === undefined ? null : resolve(trace),
      replace,
    };
    await withEngine(options, async (session) => {
      const { job, result } = await runJob(session, 'profile', () =>
        session.client.call('profile.start', input),
      );
      session.output.emit({ type: 'result', jobId: job.id, status: job.status, result });
      if (!session.output.json) session.output.say(describeProfile(result));
    });
  },
};

function requireFittingOptions(isConfig: boolean, overrides: string[], dataset: string | undefined): void {
  if (isConfig && dataset !== undefined) {
    throw new UserError({
      what: 'A config names its dataset itself',
      where: '--dataset',
      found: dataset,
      remedy: `dataset.name=${dataset}`,
    });
  }
  if (!isConfig && overrides.length > 0) {
    throw new UserError({
      what: 'Settings can be changed of a config only, not of a checkpoint',
      found: overrides.join(' '),
      expected: 'a checkpoint alone, or a YAML file with settings',
    });
  }
}
