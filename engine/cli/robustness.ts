// `trm robustness`: puzzles unlike those of the training, and whether the model knows when it is wrong.

import { existsSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { CommandModule } from 'yargs';
import { UserError } from '../../common/errors.ts';
import { nearest } from '../../common/nearest.ts';
import { drawFailures, isPictureName } from '../../common/robustness/pictures.ts';
import { plotRobustness } from '../../common/robustness/plot.ts';
import { type RobustnessResult, type SuiteName, suiteNames } from '../../common/robustness/result.ts';
import { listFolder, makeFolder, writeFileAtomic } from '../files.ts';
import type { GlobalOptions } from './output.ts';

interface RobustnessOptions extends GlobalOptions {
  subject: string;
  dataset: string | undefined;
  suites: string | undefined;
  'per-suite': string;
  seed: string;
  confident: string;
  'maximum-steps': string;
  halt: string | undefined;
  weights: 'ema' | 'raw';
  plot: string | undefined;
  pictures: string | undefined;
  replace: boolean;
}

export const robustnessCommand: CommandModule<GlobalOptions, RobustnessOptions> = {
  command: 'robustness <subject> [dataset]',
  describe: 'Test a model on puzzles unlike those of its training, and whether it knows when it is wrong',
  builder: (yargs) =>
    yargs
      .positional('subject', {
        type: 'string',
        demandOption: true,
        describe: "An export's name, an .onnx file, or a checkpoint: RUN, RUN@STEP, or a folder",
      })
      .positional('dataset', { type: 'string', describe: "By default the model's own" })
      .option('suites', {
        type: 'string',
        requiresArg: true,
        describe: `Some of ${suiteNames.join(', ')}, with commas between; by default all`,
      })
      .option('per-suite', {
        type: 'string',
        default: '100',
        requiresArg: true,
        describe: 'Test puzzles that each suite begins with',
      })
      .option('seed', {
        type: 'string',
        default: '0',
        requiresArg: true,
        describe: 'Seed of the draw and the changes',
      })
      .option('confident', {
        type: 'string',
        default: '0.5',
        requiresArg: true,
        describe: 'From this halting probability on the model counts as confident',
      })
      .option('maximum-steps', {
        type: 'string',
        default: '0',
        requiresArg: true,
        describe: 'Supervision steps; 0 as in training',
      })
      .option('halt', {
        type: 'string',
        requiresArg: true,
        describe: "Halting rule; by default the model's own",
      })
      .option('weights', {
        choices: ['ema', 'raw'] as const,
        default: 'ema' as const,
        requiresArg: true,
        describe: 'Averaged or raw weights of a checkpoint',
      })
      .option('plot', {
        type: 'string',
        requiresArg: true,
        describe: 'File for figures, risk, coverage and reliability, as SVG',
      })
      .option('pictures', {
        type: 'string',
        requiresArg: true,
        describe: 'Folder for pictures of the wrong answers that the model was surest of',
      })
      .option('replace', {
        type: 'boolean',
        default: false,
        describe: 'Replace the plot, and the pictures in the folder',
      })
      .example('$0 robustness sudoku --plot sudoku.svg --pictures failures', '')
      .example('$0 robustness sudoku@best --suites unsolvable,noise --per-suite 500', ''),
  async handler({ subject, dataset, ...options }) {
    const { parseCount, parseShare, resolveReference } = await import('./values.ts');
    const { readHalt } = await import('./solve.ts');
    const [{ withEngine }, { runJob }] = await Promise.all([import('./session.ts'), import('./run-job.ts')]);
    const input = {
      model: resolveReference(subject),
      weights: options.weights,
      dataset: dataset ?? null,
      suites: readSuites(options.suites),
      perSuite: parseCount('--per-suite', options['per-suite']),
      seed: parseCount('--seed', options.seed, 0),
      confident: parseShare('--confident', options.confident),
      maximumSteps: parseCount('--maximum-steps', options['maximum-steps'], 0),
      halting: readHalt(options.halt),
    };
    requireFreePlaces(options);
    await withEngine(options, async (session) => {
      const { job, result } = await runJob(session, 'robustness', () =>
        session.client.call('robustness.start', input),
      );
      if (options.plot !== undefined) writeFileAtomic(resolve(options.plot), plotRobustness(result));
      if (options.pictures !== undefined) writePictures(resolve(options.pictures), result);
      session.output.emit({ type: 'result', jobId: job.id, status: job.status, result });
      if (session.output.json) return;
      const { describeRobustness } = await import('./robustness-text.ts');
      session.output.say(describeRobustness(result));
    });
  },
};

function readSuites(text: string | undefined): SuiteName[] {
  const names = (text ?? '').split(',').map((name) => name.trim());
  return names
    .filter((name) => name !== '')
    .map((name) => {
      const suite = suiteNames.find((one) => one === name);
      if (suite !== undefined) return suite;
      const near = nearest(name, suiteNames);
      throw new UserError({
        what: `There is no suite ${JSON.stringify(name)}`,
        where: '--suites',
        expected: `some of ${suiteNames.join(', ')}`,
        ...(near.length === 0 ? {} : { remedy: `did you mean ${near.join(' or ')}?` }),
      });
    });
}

/** Asked before the work, not after it. */
function requireFreePlaces({
  plot,
  pictures,
  replace,
}: Omit<RobustnessOptions, 'subject' | 'dataset'>): void {
  const taken = [
    ...(plot !== undefined && existsSync(plot) ? [resolve(plot)] : []),
    ...(pictures !== undefined && listFolder(pictures).length > 0 ? [resolve(pictures)] : []),
  ];
  if (replace || taken.length === 0) return;
  throw new UserError({
    what: 'The place for the pictures is taken',
    where: taken.join(', '),
    expected: 'no such file, and a folder with nothing in it',
    remedy: 'choose another name, or add --replace',
  });
}

/** Pictures of an earlier report are taken away; nothing else in the folder is. */
function writePictures(folder: string, result: RobustnessResult): void {
  makeFolder(folder);
  for (const name of listFolder(folder)) if (isPictureName(name)) rmSync(join(folder, name));
  for (const { fileName, svg } of drawFailures(result)) writeFileAtomic(join(folder, fileName), svg);
}
