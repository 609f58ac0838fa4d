// `trm halting`: when a model should stop, measured.

import { resolve } from 'node:path';
import type { CommandModule } from 'yargs';
import { UserError } from '../../common/errors.ts';
import { plotHalting } from '../../common/halting-lab/plot.ts';
import type { HaltingResult, HaltingWish } from '../../common/halting-lab/result.ts';
import { writeFileAtomic } from '../files.ts';
import {
  formatDuration,
  formatEstimate,
  formatFacts,
  formatShare,
  formatShareEstimate,
  formatTable,
} from './format.ts';
import type { GlobalOptions } from './output.ts';

interface HaltingOptions extends GlobalOptions {
  subject: string;
  dataset: string | undefined;
  accuracy: string | undefined;
  'latency-ms': string | undefined;
  'allowed-loss': string;
  rule: string[];
  limit: string;
  seed: string;
  'maximum-steps': string;
  weights: 'ema' | 'raw';
  store: boolean;
  plot: string | undefined;
  all: boolean;
}

export const haltingCommand: CommandModule<GlobalOptions, HaltingOptions> = {
  command: 'halting <subject> [dataset]',
  describe: 'Measure all halting criteria on one recorded pass, and recommend one',
  builder: (yargs) =>
    yargs
      .positional('subject', {
        type: 'string',
        demandOption: true,
        describe: "An export's name, an .onnx file, or a checkpoint: RUN, RUN@STEP, or a folder",
      })
      .positional('dataset', { type: 'string', describe: "By default the model's own" })
      .option('accuracy', {
        type: 'string',
        requiresArg: true,
        describe: 'Recommend the cheapest rule of at least this exact accuracy (0 to 1)',
      })
      .option('latency-ms', {
        type: 'string',
        requiresArg: true,
        describe: 'Recommend the most accurate rule of at most so many milliseconds a puzzle',
      })
      .option('allowed-loss', {
        type: 'string',
        default: '0.005',
        requiresArg: true,
        describe: 'Otherwise: the cheapest that loses at most this share of exact accuracy against the best',
      })
      .option('rule', {
        type: 'string',
        array: true,
        nargs: 1,
        default: [],
        describe: 'A rule of your own to be measured too; can be given several times',
      })
      .option('limit', {
        type: 'string',
        default: '1000',
        requiresArg: true,
        describe: 'Test puzzles; 0 takes all',
      })
      .option('seed', {
        type: 'string',
        default: '0',
        requiresArg: true,
        describe: 'Seed of the draw and the halves',
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
      })
      .option('store', {
        type: 'boolean',
        default: true,
        describe: 'Make the recommended rule the default of the checkpoint',
      })
      .option('plot', { type: 'string', requiresArg: true, describe: 'File for the picture, as SVG' })
      .option('all', {
        type: 'boolean',
        default: false,
        describe: 'List all settings, not only those on the front',
      })
      .example('$0 halting sudoku-6x6 --accuracy 0.98', ''),
  async handler({ subject, dataset, ...options }) {
    const { parseCount, resolveReference } = await import('./values.ts');
    const { readHalt } = await import('./solve.ts');
    const [{ withEngine }, { runJob }] = await Promise.all([import('./session.ts'), import('./run-job.ts')]);
    for (const rule of options.rule) readHalt(rule);
    const input = {
      model: resolveReference(subject),
      weights: options.weights,
      dataset: dataset ?? null,
      count: parseCount('--limit', options.limit, 0),
      seed: parseCount('--seed', options.seed, 0),
      maximumSteps: parseCount('--maximum-steps', options['maximum-steps'], 0),
      wish: await readWish(options),
      rules: options.rule,
      store: options.store,
    };
    await withEngine(options, async (session) => {
      const { job, result } = await runJob(session, 'halting', () =>
        session.client.call('halting.start', input),
      );
      if (options.plot !== undefined) writeFileAtomic(resolve(options.plot), plotHalting(result));
      session.output.emit({ type: 'result', jobId: job.id, status: job.status, result });
      if (!session.output.json) session.output.say(describeHalting(result, options.all));
    });
  },
};

async function readWish(options: Omit<HaltingOptions, 'subject' | 'dataset'>): Promise<HaltingWish> {
  const { parseNumber, parseShare } = await import('./values.ts');
  const { accuracy, 'latency-ms': latency } = options;
  if (accuracy !== undefined && latency !== undefined) {
    throw new UserError({
      what: 'There can be one wish only',
      found: '--accuracy and --latency-ms',
      expected: 'one of the two',
    });
  }
  if (accuracy !== undefined) return { kind: 'accuracy', share: parseShare('--accuracy', accuracy) };
  if (latency !== undefined) return { kind: 'latency', ms: parseNumber('--latency-ms', latency) };
  return { kind: 'loss', share: parseShare('--allowed-loss', options['allowed-loss']) };
}

function describeHalting(result: HaltingResult, all: boolean): string {
  const { settings, recommended, allSteps, puzzles, dataset, maximumSteps, msPerStep } = result;
  const rows = settings
    .filter(({ onFront }) => all || onFront)
    .map(({ rule, exactAccuracy, meanSteps, latencyMs, halted, onFront }) => [
      all ? `${onFront ? '*' : ' '} ${rule}` : rule,
      formatShareEstimate(exactAccuracy),
      meanSteps.value.toFixed(2),
      latencyMs.toFixed(1),
      formatShare(halted),
    ]);
  const heads = [all ? '  rule' : 'rule', 'exact accuracy', 'mean steps', 'ms a puzzle', 'halted'];
  const table = formatTable(heads, rows);
  const told = (setting: Pick<typeof allSteps, 'exactAccuracy' | 'meanSteps' | 'latencyMs'>) =>
    `${formatShareEstimate(setting.exactAccuracy)} exact, ${formatEstimate(setting.meanSteps)} steps, ${setting.latencyMs.toFixed(1)} ms`;
  const kept = result.stored ? '; now the default of this checkpoint' : '';
  const facts = formatFacts([
    [
      'measured',
      `${settings.length} settings on ${puzzles} test puzzles of ${dataset}, ${maximumSteps} steps recorded`,
    ],
    ['a step', `${msPerStep.toFixed(2)} ms for a single puzzle (median)`],
    ['wish', describeWish(result.wish)],
    ['recommended', recommended === null ? 'nothing fulfils the wish' : `${recommended.rule}${kept}`],
    ...(recommended === null
      ? []
      : ([['', `${told(recommended)}, on the ${recommended.reportedOn} puzzles it was not chosen on`]] as [
          string,
          string,
        ][])),
    ['all steps', `${told(allSteps)}, on the same puzzles`],
    ['time', formatDuration(result.elapsedMs)],
  ]);
  return `${facts}\n\n${all ? '* on the front: nothing is as accurate with fewer steps' : 'The front: nothing is as accurate with fewer steps'}\n${table}`;
}

function describeWish(wish: HaltingWish): string {
  if (wish.kind === 'accuracy') return `the cheapest of at least ${formatShare(wish.share)}`;
  if (wish.kind === 'latency') return `the most accurate of at most ${wish.ms} ms a puzzle`;
  return `the cheapest that loses at most ${(100 * wish.share).toFixed(1)} points against the best`;
}
