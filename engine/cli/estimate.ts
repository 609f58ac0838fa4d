// `trm estimate`: what an experiment will need, before anything starts.

import { resolve } from 'node:path';
import type { CommandModule } from 'yargs';
import type { GlobalOptions } from './output.ts';

interface EstimateOptions extends GlobalOptions {
  config: string | undefined;
  overrides: string[];
  measure: boolean;
  calibrate: boolean;
  all: boolean;
  markdown: boolean;
  output: string | undefined;
}

export const estimateCommand: CommandModule<GlobalOptions, EstimateOptions> = {
  command: 'estimate [config] [overrides..]',
  describe: 'Say what memory and time an experiment will need, before anything starts',
  builder: (yargs) =>
    yargs
      .positional('config', { type: 'string', describe: 'YAML file of the experiment' })
      .positional('overrides', {
        type: 'string',
        array: true,
        default: [],
        describe: 'Settings to use instead of those in the file',
      })
      .option('measure', {
        type: 'boolean',
        default: false,
        describe: 'Also run a few real steps and compare',
      })
      .option('calibrate', {
        type: 'boolean',
        default: false,
        describe: "Time this device again; its speed is otherwise kept in the user's cache",
      })
      .option('all', { type: 'boolean', default: false, describe: 'Every config that comes with the app' })
      .option('markdown', {
        type: 'boolean',
        default: false,
        describe: 'A table of experiments in Markdown, as in docs/experiments.md',
      })
      .option('output', {
        type: 'string',
        requiresArg: true,
        describe: 'With --markdown: the file that the table is written to',
      })
      .implies('output', 'markdown')
      .example('$0 estimate configs/demo.yaml training.batchSize=128', ''),
  async handler({ config, overrides, measure, calibrate, all, markdown, output: file, ...options }) {
    const { chooseExperiments, requireChoice } = await import('../experiment-files.ts');
    const { writeFileAtomic } = await import('../files.ts');
    const { describeEstimate, describeExperiments } = await import('./estimate-text.ts');
    const [{ withEngine }, { runJob }] = await Promise.all([import('./session.ts'), import('./run-job.ts')]);
    const chosen = chooseExperiments(requireChoice(config, all), overrides);
    const experiments = chosen.map(({ experiment }) => experiment);
    await withEngine(options, async (session) => {
      const { job, result } = await runJob(session, 'estimate', () =>
        session.client.call('estimate.start', { experiments, measure, calibrateAgain: calibrate }),
      );
      session.output.emit({ type: 'result', jobId: job.id, status: job.status, result });
      if (session.output.json && file === undefined) return;
      const text = markdown
        ? describeExperiments(
            chosen.map((each, index) => ({ ...each, estimate: result.estimates[index] ?? null })),
          )
        : result.estimates.map(describeEstimate).join('\n\n');
      if (file === undefined) session.output.say(text);
      else writeFileAtomic(resolve(file), `${text.trimEnd()}\n`);
    });
  },
};
