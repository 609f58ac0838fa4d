// `trm train` and `trm resume`.

import type { CommandModule } from 'yargs';
import type { CallOutput } from '../../common/api.ts';
import type { JobResultOf } from '../../common/jobs.ts';
import { describeMeasures, formatDuration, formatFacts, formatShareEstimate } from './format.ts';
import type { GlobalOptions } from './output.ts';
import type { Session } from './session.ts';

type Started = CallOutput<'run.start'> | CallOutput<'run.resume'>;

const forceOption = {
  type: 'boolean',
  default: false,
  describe: 'Train also where by estimate the memory is far too small',
} as const;

export const trainCommand: CommandModule<
  GlobalOptions,
  GlobalOptions & { config: string; overrides: string[]; force: boolean }
> = {
  command: 'train <config> [overrides..]',
  describe: 'Train a model as a config file says',
  builder: (yargs) =>
    yargs
      .positional('config', { type: 'string', demandOption: true, describe: 'YAML file of the experiment' })
      .positional('overrides', {
        type: 'string',
        array: true,
        default: [],
        describe: 'Settings to use instead of those in the file: model.hiddenSize=256',
      })
      .option('force', forceOption)
      .example('$0 train configs/demo.yaml training.steps=300', 'a shorter run of the demo'),
  async handler({ config, overrides, force, ...options }) {
    const { readExperiment } = await import('../config-file.ts');
    const experiment = readExperiment(config, overrides);
    await train(options, (session) => session.client.call('run.start', { experiment, force }));
  },
};

export const resumeCommand: CommandModule<
  GlobalOptions,
  GlobalOptions & { run: string; steps: string | undefined; force: boolean }
> = {
  command: 'resume <run>',
  describe: 'Go on with a run that stopped, was interrupted or failed',
  builder: (yargs) =>
    yargs
      .positional('run', {
        type: 'string',
        demandOption: true,
        describe: 'The run: its id, or the beginning, or name',
      })
      .option('steps', {
        type: 'string',
        requiresArg: true,
        describe: 'New last step, to train a run further',
      })
      .option('force', forceOption),
  async handler({ run, steps, force, ...options }) {
    const { parseCount } = await import('./values.ts');
    const extension = steps === undefined ? {} : { steps: parseCount('--steps', steps) };
    await train(options, (session) => session.client.call('run.resume', { run, ...extension, force }));
  },
};

async function train(options: GlobalOptions, start: (session: Session) => Promise<Started>): Promise<void> {
  const [{ withEngine }, { runJob }] = await Promise.all([import('./session.ts'), import('./run-job.ts')]);
  await withEngine(options, async (session) => {
    const { output } = session;
    let runId = '';
    const startAndTell = async () => {
      const started = await start(session);
      runId = started.runId;
      output.emit({ type: 'started', ...started });
      if (!output.json) output.say(`Run ${runId}`);
      return started;
    };
    const { job, result } = await runJob(session, 'train', startAndTell, {
      whenStopped: () => `trm resume ${runId} goes on`,
      whenGone: () => `trm resume ${runId} goes on from the last checkpoint`,
    });
    output.emit({ type: 'result', jobId: job.id, runId, status: job.status, result });
    if (!output.json) output.say(describeTraining(runId, result));
  });
}

function describeTraining(runId: string, { steps, trainingMs, evaluation }: JobResultOf<'train'>): string {
  const facts: [string, string][] = [['trained', `${steps} steps in ${formatDuration(trainingMs)}`]];
  if (evaluation !== null) {
    const accuracy = formatShareEstimate(evaluation.exactAccuracy);
    facts.push(['exact accuracy', `${accuracy} on ${evaluation.puzzleCount} puzzles`]);
    facts.push(...describeMeasures(evaluation.puzzleMeasures));
    for (const { dataset, exactAccuracy, puzzleCount } of evaluation.otherDatasets ?? []) {
      facts.push([`on ${dataset}`, `${formatShareEstimate(exactAccuracy)} on ${puzzleCount} puzzles`]);
    }
  }
  return formatFacts([...facts, ['next', `trm evaluate ${runId}, trm export ${runId}`]]);
}
