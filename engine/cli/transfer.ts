// `trm transfer`: every checkpoint against every dataset of its vocabulary, as a table. What was measured before is taken
// as it is; the rest is evaluated, pair by pair, and kept as each is done.

import type { CommandModule } from 'yargs';
import type { CallOutput } from '../../common/api.ts';
import { describeError, type ErrorDetails, UserError } from '../../common/errors.ts';
import type { EvaluationResult } from '../../common/results.ts';
import { InterruptedError } from './exit-codes.ts';
import { formatShareEstimate, formatTable } from './format.ts';
import type { GlobalOptions } from './output.ts';
import type { Session } from './session.ts';

interface TransferOptions extends GlobalOptions {
  checkpoints: string[];
  dataset: string[];
  split: 'train' | 'test';
  weights: 'ema' | 'raw';
  'batch-size': string;
  'maximum-puzzles': string;
  'maximum-steps': string;
  fresh: boolean;
}

type Plan = CallOutput<'transfer.plan'>;
/** A pair of the plan with what came of it. */
type Pair = Plan['pairs'][number] & { failed?: ErrorDetails };

export const transferCommand: CommandModule<GlobalOptions, TransferOptions> = {
  command: 'transfer [checkpoints..]',
  describe: 'Compare checkpoints on every dataset of their vocabulary',
  builder: (yargs) =>
    yargs
      .positional('checkpoints', {
        type: 'string',
        array: true,
        default: [],
        describe: 'RUN, RUN@STEP or a folder; by default the best checkpoint of each finished run',
      })
      .option('dataset', {
        type: 'string',
        array: true,
        nargs: 1,
        default: [],
        describe: 'Dataset; can be given several times; by default all that fit',
      })
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
      })
      .option('fresh', {
        type: 'boolean',
        default: false,
        describe: 'Evaluate again what was measured before',
      })
      .example('$0 transfer --dataset easy --dataset hard', 'the best of each finished run on two datasets'),
  async handler({ checkpoints, dataset, split, weights, fresh, ...options }) {
    const { parseCount, resolveReference } = await import('./values.ts');
    const { withEngine } = await import('./session.ts');
    const measured = {
      split,
      weights,
      maximumPuzzles: parseCount('--maximum-puzzles', options['maximum-puzzles'], 0),
      maximumSteps: parseCount('--maximum-steps', options['maximum-steps'], 0),
    };
    const batchSize = parseCount('--batch-size', options['batch-size']);
    await withEngine(options, async (session) => {
      const plan = await session.client.call('transfer.plan', {
        checkpoints: checkpoints.map(resolveReference),
        datasets: dataset,
        fresh,
        ...measured,
      });
      const pairs: Pair[] = [...plan.pairs];
      try {
        await evaluatePairs(session, plan, pairs, { ...measured, batchSize });
      } finally {
        showTable(session, plan, pairs);
      }
      if (pairs.some(({ failed }) => failed !== undefined)) process.exitCode = 1;
    });
  },
};

/** Evaluates what is left of the plan and puts each result into its pair. One that fails does not end the others. */
async function evaluatePairs(
  session: Session,
  plan: Plan,
  pairs: Pair[],
  options: { split: 'train' | 'test'; weights: 'ema' | 'raw'; batchSize: number },
): Promise<void> {
  const { runJob } = await import('./run-job.ts');
  for (const [index, pair] of pairs.entries()) {
    if (pair.evaluation !== null || pair.skipped !== null) continue;
    const folder = plan.checkpoints.find(({ label }) => label === pair.checkpoint)?.folder ?? '';
    const input = { ...options, checkpoint: folder, dataset: pair.dataset };
    session.output.note(`${pair.checkpoint} on ${pair.dataset}`);
    try {
      const start = () => session.client.call('evaluate.start', input);
      const { kind: _, ...evaluation } = (await runJob(session, 'evaluate', start)).result;
      pairs[index] = { ...pair, evaluation };
    } catch (error) {
      if (error instanceof InterruptedError || !(error instanceof UserError)) throw error;
      pairs[index] = { ...pair, failed: describeError(error) };
    }
  }
}

function showTable({ output }: Session, { checkpoints, datasets }: Plan, pairs: Pair[]): void {
  output.emit({ type: 'result', checkpoints, datasets, pairs });
  if (!output.json)
    output.say(
      describeTransfer(
        checkpoints.map(({ label }) => label),
        datasets,
        pairs,
      ),
    );
}

/** The table, and below it what is not in it and why. Datasets that fit no checkpoint have no column. */
export function describeTransfer(labels: string[], datasets: string[], pairs: Pair[]): string {
  const columns = datasets.filter((dataset) =>
    pairs.some((pair) => pair.dataset === dataset && pair.skipped === null),
  );
  const cellOf = (checkpoint: string, dataset: string): string => {
    const pair = pairs.find((other) => other.checkpoint === checkpoint && other.dataset === dataset);
    if (pair === undefined || pair.skipped !== null) return '-';
    if (pair.failed !== undefined) return 'failed';
    return pair.evaluation === null ? 'not done' : describeCell(pair.evaluation, pair.trainedOn);
  };
  const rows = labels.map((label) => [label, ...columns.map((dataset) => cellOf(label, dataset))]);
  const skipped = pairs.flatMap(({ checkpoint, dataset, skipped: reason, failed }) => {
    if (failed !== undefined) return [`failed   ${checkpoint} on ${dataset}: ${failed.what}`];
    return reason === null ? [] : [`skipped  ${checkpoint} on ${dataset}: ${reason}`];
  });
  const hasTrained = pairs.some(({ trainedOn, evaluation }) => trainedOn && evaluation !== null);
  return [
    columns.length === 0
      ? 'No dataset fits any of the checkpoints.'
      : `Exact accuracy with 95 % intervals\n${formatTable(['checkpoint', ...columns], rows)}`,
    ...(hasTrained ? ['* the checkpoint was trained on this dataset'] : []),
    ...(skipped.length > 0 ? [skipped.join('\n')] : []),
  ].join('\n\n');
}

function describeCell({ exactAccuracy }: EvaluationResult, trainedOn: boolean): string {
  return `${formatShareEstimate(exactAccuracy)}${trainedOn ? ' *' : ''}`;
}
