// `trm evaluate`: measures a checkpoint on a dataset.

import { resolve } from 'node:path';
import type { CommandModule } from 'yargs';
import { checkRequirements, needsLatency, parseRequirement } from '../../common/gate.ts';
import { junitReport } from '../../common/junit.ts';
import type { EvaluationResult } from '../../common/results.ts';
import { writeFileAtomic } from '../files.ts';
import {
  describeMeasures,
  formatDuration,
  formatEstimate,
  formatFacts,
  formatShareEstimate,
} from './format.ts';
import type { GlobalOptions } from './output.ts';

/** Exit code where a requirement does not hold. */
const REQUIREMENT_FAILED = 3;

/** Single puzzles that are timed where a requirement asks for it. */
const timedPuzzles = 100;

interface EvaluateOptions extends GlobalOptions {
  checkpoint: string;
  dataset: string | undefined;
  split: 'train' | 'test';
  weights: 'ema' | 'raw';
  mode: 'fixed' | 'halting';
  'halt-threshold': string;
  'batch-size': string;
  'maximum-puzzles': string;
  'maximum-steps': string;
  'with-votes-of': string[];
  submission: string | undefined;
  replace: boolean;
  require: string[];
  junit: string | undefined;
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
      .option('mode', {
        choices: ['fixed', 'halting'] as const,
        default: 'fixed' as const,
        requiresArg: true,
        describe: 'All steps for each puzzle, or until the halting head says stop, which is faster',
      })
      .option('halt-threshold', {
        type: 'string',
        default: '0.5',
        requiresArg: true,
        describe: 'Probability above which the halting head says stop',
      })
      .option('batch-size', { type: 'string', default: '256', describe: 'Puzzles at once' })
      .option('maximum-puzzles', { type: 'string', default: '0', describe: 'Most puzzles used; 0 uses all' })
      .option('maximum-steps', {
        type: 'string',
        default: '0',
        describe: 'Supervision steps; 0 as in training',
      })
      .option('with-votes-of', {
        type: 'string',
        array: true,
        nargs: 1,
        default: [],
        describe: 'ARC: another checkpoint whose votes are counted too; can be given several times',
      })
      .option('submission', {
        type: 'string',
        requiresArg: true,
        describe: 'ARC: file for the answers, two for each test input, as Kaggle takes them',
      })
      .option('replace', {
        type: 'boolean',
        default: false,
        describe: 'Replace a submission file that exists',
      })
      .option('require', {
        type: 'string',
        array: true,
        nargs: 1,
        default: [],
        describe:
          "What must hold, such as 'exactAccuracy>=0.95', 'exactAccuracy.low>=0.9' or 'latencyMsP95<20'; otherwise the " +
          'exit code is 3. Can be given several times',
      })
      .option('junit', {
        type: 'string',
        requiresArg: true,
        describe: 'File for the requirements and whether they hold, as JUnit XML',
      }),
  async handler({ checkpoint, dataset, split, weights, submission, replace, ...options }) {
    const requirements = options.require.map(parseRequirement);
    const { parseCount, parseShare, resolveReference } = await import('./values.ts');
    const [{ withEngine }, { runJob }] = await Promise.all([import('./session.ts'), import('./run-job.ts')]);
    const input = {
      checkpoint: resolveReference(checkpoint),
      dataset: dataset ?? null,
      split,
      weights,
      mode: options.mode,
      haltThreshold: parseShare('--halt-threshold', options['halt-threshold']),
      batchSize: parseCount('--batch-size', options['batch-size']),
      maximumPuzzles: parseCount('--maximum-puzzles', options['maximum-puzzles'], 0),
      maximumSteps: parseCount('--maximum-steps', options['maximum-steps'], 0),
      withVotesOf: options['with-votes-of'].map(resolveReference),
      submissionFile: submission === undefined ? null : resolve(submission),
      replace,
      latencyPuzzles: needsLatency(requirements) ? timedPuzzles : 0,
    };
    await withEngine(options, async (session) => {
      const { job, result } = await runJob(session, 'evaluate', () =>
        session.client.call('evaluate.start', input),
      );
      const checked = checkRequirements(result, requirements);
      session.output.emit({
        type: 'result',
        jobId: job.id,
        status: job.status,
        result,
        requirements: checked,
      });
      if (options.junit !== undefined) {
        writeFileAtomic(
          resolve(options.junit),
          junitReport(`trm evaluate ${checkpoint}`, checked, result.elapsedMs),
        );
      }
      if (checked.some(({ passed }) => !passed)) process.exitCode = REQUIREMENT_FAILED;
      if (session.output.json) return;
      session.output.say(describeEvaluation(result));
      for (const { text, found, passed } of checked) {
        session.output.say(`${passed ? 'holds' : 'FAILS'}  ${text}  (found ${found})`);
      }
      if (submission !== undefined) session.output.say(`submission written to ${submission}`);
    });
  },
};

/** The figures of an evaluation, each mean with its 95 % interval. */
export function describeEvaluation(result: EvaluationResult): string {
  const { puzzleCount, availablePuzzles, split, weights, step, mode, maximumSteps } = result;
  const steps =
    mode === 'fixed' ? `${maximumSteps} steps each` : `until halted, at most ${maximumSteps} steps`;
  const part = puzzleCount < availablePuzzles ? ` of ${availablePuzzles}` : '';
  return formatFacts([
    ['evaluated', `step ${step} (${weights}) on ${puzzleCount}${part} ${split} puzzles, ${steps}`],
    ['exact accuracy', formatShareEstimate(result.exactAccuracy)],
    ...describeMeasures(result.puzzleMeasures),
    ['token accuracy', formatShareEstimate(result.tokenAccuracy)],
    ['halting accuracy', formatShareEstimate(result.haltingAccuracy)],
    ['exact when halted', formatShareEstimate(result.exactAccuracyWhenHalted)],
    ['mean steps', formatEstimate(result.meanSteps)],
    ...(result.latency ? [describeLatency(result.latency)] : []),
    ['time', formatDuration(result.elapsedMs)],
  ]);
}

function describeLatency({
  puzzles,
  threads,
  halting,
  msP50,
  msP95,
}: NonNullable<EvaluationResult['latency']>) {
  const text = `${msP50.toFixed(1)} ms (median), ${msP95.toFixed(1)} ms (95th percentile)`;
  const how = `${puzzles} puzzles one by one, ${halting}, ${threads} thread${threads === 1 ? '' : 's'}`;
  return ['single puzzle', `${text}: ${how}`] as [string, string];
}
