// `trm evaluate`: measures a checkpoint on a dataset.

import type { CommandModule } from 'yargs';
import type { EvaluationResult } from '../../common/results.ts';
import { formatDuration, formatEstimate, formatFacts, formatShareEstimate } from './format.ts';
import type { GlobalOptions } from './output.ts';

interface EvaluateOptions extends GlobalOptions {
  checkpoint: string;
  dataset: string | undefined;
  split: 'train' | 'test';
  weights: 'ema' | 'raw';
  'batch-size': string;
  'maximum-puzzles': string;
  'maximum-steps': string;
}

export const evaluateCommand: CommandModule<GlobalOptions, EvaluateOptions> = {
  command: 'evaluate <checkpoint>',
  describe: 'Measure how well a checkpoint solves puzzles',
  builder: (yargs) =>
    yargs
      .positional('checkpoint', {
        type: 'string',
        demandOption: true,
        describe: 'RUN (its best checkpoint), RUN@STEP, RUN@best, RUN@last, or a folder',
      })
      .option('dataset', { type: 'string', requiresArg: true, describe: "Dataset; by default the run's own" })
      .option('split', {
        choices: ['train', 'test'] as const,
        default: 'test' as const,
        requiresArg: true,
        describe: 'Which puzzles',
      })
      .option('weights', {
        choices: ['ema', 'raw'] as const,
        default: 'ema' as const,
        requiresArg: true,
        describe: 'Averaged or raw weights',
      })
      .option('batch-size', { type: 'string', default: '256', describe: 'Puzzles at once' })
      .option('maximum-puzzles', { type: 'string', default: '0', describe: 'Most puzzles used; 0 uses all' })
      .option('maximum-steps', {
        type: 'string',
        default: '0',
        describe: 'Supervision steps; 0 as in training',
      }),
  async handler({ checkpoint, dataset, split, weights, ...options }) {
    const { parseCount, resolveReference } = await import('./values.ts');
    const [{ withEngine }, { runJob }] = await Promise.all([import('./session.ts'), import('./run-job.ts')]);
    const input = {
      checkpoint: resolveReference(checkpoint),
      dataset: dataset ?? null,
      split,
      weights,
      batchSize: parseCount('--batch-size', options['batch-size']),
      maximumPuzzles: parseCount('--maximum-puzzles', options['maximum-puzzles'], 0),
      maximumSteps: parseCount('--maximum-steps', options['maximum-steps'], 0),
    };
    await withEngine(options, async (session) => {
      const { job, result } = await runJob(session, 'evaluate', () =>
        session.client.call('evaluate.start', input),
      );
      session.output.emit({ type: 'result', jobId: job.id, status: job.status, result });
      if (!session.output.json) session.output.say(describeEvaluation(result));
    });
  },
};

/** The figures of an evaluation, each mean with its 95 % interval. */
export function describeEvaluation(result: EvaluationResult): string {
  const { puzzleCount, availablePuzzles, split, weights, step, maximumSteps } = result;
  const part = puzzleCount < availablePuzzles ? ` of ${availablePuzzles}` : '';
  return formatFacts([
    [
      'evaluated',
      `step ${step} (${weights}) on ${puzzleCount}${part} ${split} puzzles, ${maximumSteps} steps each`,
    ],
    ['exact accuracy', formatShareEstimate(result.exactAccuracy)],
    ['token accuracy', formatShareEstimate(result.tokenAccuracy)],
    ['halting accuracy', formatShareEstimate(result.haltingAccuracy)],
    ['exact when halted', formatShareEstimate(result.exactAccuracyWhenHalted)],
    ['mean steps', formatEstimate(result.meanSteps)],
    ['time', formatDuration(result.elapsedMs)],
  ]);
}
