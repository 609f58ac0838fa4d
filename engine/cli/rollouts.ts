// `trm rollouts`: strategies that spend more steps for more accuracy, side by side.

import type { CommandModule } from 'yargs';
import type { RolloutsResult } from '../../common/rollouts/result.ts';
import { parseStrategy } from '../../common/rollouts/strategy.ts';
import { formatDuration, formatFacts, formatShareEstimate, formatTable } from './format.ts';
import type { GlobalOptions } from './output.ts';

interface RolloutsOptions extends GlobalOptions {
  subject: string;
  dataset: string | undefined;
  strategy: string[];
  halt: string | undefined;
  limit: string;
  seed: string;
  'maximum-steps': string;
  weights: 'ema' | 'raw';
}

export const rolloutsCommand: CommandModule<GlobalOptions, RolloutsOptions> = {
  command: 'rollouts <subject> [dataset]',
  describe:
    'Compare strategies that are more accurate without training: noise, chains, symmetries, more steps',
  builder: (yargs) =>
    yargs
      .positional('subject', {
        type: 'string',
        demandOption: true,
        describe: "An export's name, an .onnx file, or a checkpoint: RUN, RUN@STEP, or a folder",
      })
      .positional('dataset', { type: 'string', describe: "By default the model's own" })
      .option('strategy', {
        type: 'string',
        array: true,
        nargs: 1,
        default: [],
        describe:
          "Such as 'chains=25 noise=0.3 choose=halting', 'symmetries=8 choose=vote', 'chains=12 noise=0.3 finish=first' or " +
          "'steps=64'; choose= is halting, residual, vote or valid. Can be given several times",
      })
      .option('halt', {
        type: 'string',
        requiresArg: true,
        describe: "Halting rule; by default the model's own",
      })
      .option('limit', {
        type: 'string',
        default: '200',
        requiresArg: true,
        describe: 'Test puzzles; 0 takes all',
      })
      .option('seed', {
        type: 'string',
        default: '0',
        requiresArg: true,
        describe: 'Seed of the draw and the noise',
      })
      .option('maximum-steps', {
        type: 'string',
        default: '0',
        requiresArg: true,
        describe: 'Supervision steps; 0 as in training',
      })
      .option('weights', {
        choices: ['ema', 'raw'] as const,
        default: 'ema' as const,
        requiresArg: true,
        describe: 'Averaged or raw weights of a checkpoint',
      }),
  async handler({ subject, dataset, ...options }) {
    const { parseCount, resolveReference } = await import('./values.ts');
    const { readHalt } = await import('./solve.ts');
    const [{ withEngine }, { runJob }] = await Promise.all([import('./session.ts'), import('./run-job.ts')]);
    for (const text of options.strategy) parseStrategy(text, '--strategy');
    const input = {
      model: resolveReference(subject),
      weights: options.weights,
      dataset: dataset ?? null,
      count: parseCount('--limit', options.limit, 0),
      seed: parseCount('--seed', options.seed, 0),
      maximumSteps: parseCount('--maximum-steps', options['maximum-steps'], 0),
      halting: readHalt(options.halt),
      strategies: options.strategy,
    };
    await withEngine(options, async (session) => {
      const { job, result } = await runJob(session, 'rollouts', () =>
        session.client.call('rollouts.start', input),
      );
      session.output.emit({ type: 'result', jobId: job.id, status: job.status, result });
      if (!session.output.json) session.output.say(describeRollouts(result));
    });
  },
};

function describeRollouts({
  figures,
  puzzles,
  dataset,
  halting,
  maximumSteps,
  elapsedMs,
}: RolloutsResult): string {
  const rows = figures.map((row, index) => [
    row.strategy,
    formatShareEstimate(row.exactAccuracy),
    index === 0 ? '' : `${row.gain >= 0 ? '+' : '−'}${Math.abs(100 * row.gain).toFixed(1)}`,
    index === 0 ? '' : row.probability.toPrecision(2),
    formatShareEstimate(row.anyRight),
    row.meanSteps.toFixed(1),
    row.msPerPuzzle.toFixed(1),
  ]);
  const heads = [
    'strategy',
    'exact accuracy',
    'points',
    'McNemar p',
    'any answer right',
    'steps',
    'ms a puzzle',
  ];
  const facts = formatFacts([
    [
      'measured',
      `${puzzles} test puzzles of ${dataset}; each chain halts by ${halting}, after ${maximumSteps} steps at most`,
    ],
    ['time', formatDuration(elapsedMs)],
  ]);
  return `${facts}\n\n${formatTable(heads, rows)}`;
}
