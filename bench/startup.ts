// Benchmark: from the start of the process to the first training step, for published configs and against the reference;
// recording the step; starting the command line.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Experiment } from '../common/config/experiment.ts';
import { UserError } from '../common/errors.ts';
import { readExperiment } from '../engine/config-file.ts';
import { homeFolder, projectFolder } from '../engine/paths.ts';
import { sizesOfBuild, sizesOfFolder } from '../worker/estimate/sizes.ts';
import { type Measured, measureInTurn } from './contender.ts';
import { type Measurement, measureProgram, measureWork, spreadOf } from './measure.ts';
import {
  type CommonSettings,
  commonOptions,
  type Precision,
  parseCount,
  parsePrecisions,
  readCommonSettings,
} from './options.ts';
import { gigabytes, howToCompare, publish, seconds } from './report.ts';
import { type Training, trainingLines, trainingPrograms } from './training-program.ts';

interface StartupSettings extends CommonSettings {
  configs: string[];
  /** Puzzles in a part of the batch: starting up does not depend on it, and a published step takes minutes on a CPU. */
  batchSize: number;
  precisions: Precision[];
}

/** Those of the papers, the ablations apart. */
export const publishedConfigs = [
  'sudoku-extreme-mlp',
  'sudoku-extreme-attention',
  'maze-hard',
  'arc-agi-1',
  'arc-agi-2',
  'hrm-sudoku',
  'transformer-sudoku',
].map((name) => join(projectFolder, 'configs', `${name}.yaml`));

const commands = [['--version'], ['doctor']];

export async function benchmarkStartup(commandLine: string[]): Promise<void> {
  const settings = parseStartupSettings(commandLine);
  const { rounds, batchSize } = settings;
  const trainings = [];
  const recordings = [];
  for (const config of settings.configs) {
    const training = trainingOf(config);
    recordings.push({ config: basename(config), ...(await measureRecording(training)) });
    trainings.push(...(await measureTrainingStart(config, cutBatch(training, batchSize), settings)));
  }
  const starts = await measureCommands(rounds);
  const title = `Starting up, ${rounds} rounds in turn, parts of ${batchSize} puzzles a step`;
  const remarks = [
    'Ready: the start to the first step less the time of a later step.',
    ...(settings.reference === undefined ? [howToCompare] : []),
  ];
  const tables = [trainingTable(trainings), recordingTable(recordings), commandTable(starts)];
  await publish(
    { title, tables, remarks, facts: { rounds, batchSize, trainings, recordings, starts } },
    settings,
  );
}

/** @throws UserError that names the option */
export function parseStartupSettings(commandLine: string[]): StartupSettings {
  const { values } = parseArgs({
    args: commandLine,
    options: {
      ...commonOptions,
      config: { type: 'string', multiple: true },
      'batch-size': { type: 'string', default: '2' },
      precision: { type: 'string', default: 'float32' },
      rounds: { type: 'string', default: '3' },
    },
  });
  return {
    ...readCommonSettings(values),
    configs: values.config ?? publishedConfigs,
    batchSize: parseCount('batch-size', values['batch-size']),
    precisions: parsePrecisions(values.precision),
  };
}

/** What the config trains; the sizes from its dataset where that is built, else from how it would be. */
export function trainingOf(config: string): Training {
  const experiment = readExperiment(config);
  const { name, build } = experiment.dataset;
  const folder = join(homeFolder(), 'datasets', name);
  const datasetFolder = existsSync(folder) ? folder : undefined;
  const sizes = datasetFolder === undefined ? build && sizesOfBuild(build) : sizesOfFolder(datasetFolder);
  if (sizes) return { experiment, sizes, datasetFolder };
  throw new UserError({
    what: 'The sizes of the puzzles are not known',
    where: config,
    found: `no dataset ${name}`,
    expected: 'a dataset that is built, or dataset.build',
  });
}

function cutBatch({ experiment, ...data }: Training, partSize: number): Training {
  const training = { ...experiment.training, batchSize: partSize * experiment.training.microBatches };
  return { ...data, experiment: { ...experiment, training } satisfies Experiment };
}

async function measureRecording(training: Training): Promise<Measurement> {
  const program = join(import.meta.dirname, 'recording-ours.ts');
  return await measureProgram(process.execPath, [program, JSON.stringify(training)]);
}

/** Every round starts the programs anew. */
async function measureTrainingStart(config: string, training: Training, settings: StartupSettings) {
  const starts: Measured<StartLine, Measurement>[] = [];
  for (let round = 0; round < settings.rounds; round++) {
    for (const program of trainingPrograms(training, settings.precisions, settings)) {
      starts.push(...(await measureInTurn([program], trainingLines, 2, '1')));
    }
  }
  const names = [...new Set(starts.map(({ name }) => name))];
  return names.map((trainer) => {
    const own = starts.filter(({ name }) => name === trainer);
    return {
      config: basename(config),
      trainer,
      hasDataset: training.datasetFolder !== undefined,
      ...summarise(own),
    };
  });
}

interface StartLine {
  phases: Record<string, number>;
  peakMemoryBytes: number;
}

function summarise(starts: Measured<StartLine, Measurement>[]) {
  const firstMs = ({ ready }: (typeof starts)[number]) => ready.phases['first step'] ?? Number.NaN;
  const stepMs = ({ answers }: (typeof starts)[number]) =>
    Math.min(...answers.map(({ elapsedMs }) => elapsedMs));
  const phases = Object.keys(starts[0]?.ready.phases ?? {});
  return {
    firstStepMs: spreadOf(starts.map(firstMs)),
    readyMs: spreadOf(starts.map((start) => firstMs(start) - stepMs(start))),
    stepMs: spreadOf(starts.map(stepMs)),
    /** Milliseconds of each phase, the median. */
    phases: Object.fromEntries(
      phases.map((phase, index) => {
        const before = phases[index - 1];
        const own = starts.map(
          ({ ready }) => (ready.phases[phase] ?? 0) - (before ? (ready.phases[before] ?? 0) : 0),
        );
        return [phase, spreadOf(own).median];
      }),
    ),
    peakMemoryBytes: Math.max(...starts.map(({ ready }) => ready.peakMemoryBytes)),
  };
}

function trainingTable(rows: Awaited<ReturnType<typeof measureTrainingStart>>) {
  return {
    columns: [
      'config',
      'trainer',
      'start to first step',
      'least to most',
      'ready',
      'of which',
      'peak memory',
    ],
    rows: rows.map(({ config, trainer, firstStepMs, readyMs, phases, peakMemoryBytes }) => [
      config,
      trainer,
      seconds(firstStepMs.median, 2),
      `${seconds(firstStepMs.minimum, 2)} to ${seconds(firstStepMs.maximum, 2)}`,
      seconds(readyMs.median, 2),
      Object.entries(phases)
        .map(([phase, elapsedMs]) => `${phase} ${(elapsedMs / 1000).toFixed(2)}`)
        .join(', '),
      gigabytes(peakMemoryBytes),
    ]),
  };
}

function recordingTable(rows: (Measurement & { config: string })[]) {
  return {
    columns: ['recording at full size', 'time', 'memory'],
    rows: rows.map(({ config, elapsedMs, peakMemoryBytes }) => [
      config,
      seconds(elapsedMs, 2),
      gigabytes(peakMemoryBytes),
    ]),
  };
}

async function measureCommands(rounds: number) {
  const elapsed = commands.map((words) => ({
    command: `trm ${words.join(' ')}`,
    words,
    timesMs: [] as number[],
  }));
  for (let round = 0; round < rounds; round++) {
    for (const { words, timesMs } of elapsed) timesMs.push(await measureCommand(words));
  }
  return elapsed.map(({ command, timesMs }) => ({ command, elapsedMs: spreadOf(timesMs) }));
}

async function measureCommand(words: string[]): Promise<number> {
  const launcher = join(projectFolder, 'scripts', 'trm.mjs');
  const { elapsedMs } = await measureWork(async () => {
    const child = spawn(process.execPath, [launcher, ...words], { stdio: 'ignore' });
    await once(child, 'exit');
  });
  return elapsedMs;
}

function commandTable(starts: Awaited<ReturnType<typeof measureCommands>>) {
  return {
    columns: ['command', 'time, median', 'least to most'],
    rows: starts.map(({ command, elapsedMs: { median, minimum, maximum } }) => [
      command,
      seconds(median, 2),
      `${seconds(minimum, 2)} to ${seconds(maximum, 2)}`,
    ]),
  };
}
