// Benchmark: evaluating a trained model, ours with all supervision steps and with halting, against the reference, eager
// and under torch.compile, on the same weights and puzzles.

import { parseArgs } from 'node:util';
import { UserError } from '../common/errors.ts';
import { openDataset } from '../worker/dataset/open.ts';
import { measureInTurn, ourProgram, type Program } from './contender.ts';
import {
  type CommonSettings,
  commonOptions,
  type Precision,
  parseCount,
  parsePrecisions,
  readCommonSettings,
} from './options.ts';
import { gigabytes, howToCompare, publish, times } from './report.ts';
import {
  describeAccuracy,
  type Puzzles,
  referenceSolvers,
  solvingLines,
  type Throughput,
  throughputOf,
} from './solving.ts';
import { type ModelChoice, modelOptions, type TrainedModel, withTrainedModel } from './trained-model.ts';

interface EvaluateSettings extends CommonSettings, ModelChoice {
  /** 0 takes all test puzzles. */
  puzzles: number;
  /** 0 takes the batch size of the experiment's evaluation. */
  batchSize: number;
  /** Undefined looks for the lowest with which accuracy is equal. */
  haltThreshold: number | undefined;
  precisions: Precision[];
}

/** The thresholds that are tried in turn; 0.5 is the reference's in training. */
const triedThresholds = [0.5, 0.7, 0.9, 0.95, 0.99, 0.999];

export async function benchmarkEvaluation(commandLine: string[]): Promise<void> {
  const settings = parseEvaluateSettings(commandLine);
  await withTrainedModel(settings, async (model) => {
    const puzzles = choosePuzzles(model, settings);
    const chosen = settings.haltThreshold ?? (await findThreshold(model, puzzles));
    const programs = [
      ours(model, puzzles, 'fixed', chosen),
      ours(model, puzzles, 'halting', chosen),
      ...(await referenceSolvers(model, puzzles, settings.precisions, settings)),
    ];
    const measured = await measureInTurn(programs, solvingLines, settings.rounds, '');
    await publish(reportOf(settings, model, puzzles, chosen, measured.map(throughputOf)), settings);
  });
}

/** @throws UserError that names the option */
export function parseEvaluateSettings(commandLine: string[]): EvaluateSettings {
  const { values } = parseArgs({
    args: commandLine,
    options: {
      ...commonOptions,
      ...modelOptions,
      puzzles: { type: 'string' },
      'batch-size': { type: 'string' },
      'halt-threshold': { type: 'string' },
      precision: { type: 'string', default: 'auto' },
      rounds: { type: 'string', default: '5' },
    },
  });
  const {
    checkpoint,
    dataset,
    train,
    puzzles,
    'batch-size': batchSize,
    'halt-threshold': threshold,
  } = values;
  return {
    ...readCommonSettings(values),
    checkpoint,
    dataset,
    train,
    puzzles: puzzles === undefined ? 0 : parseCount('puzzles', puzzles),
    batchSize: batchSize === undefined ? 0 : parseCount('batch-size', batchSize),
    haltThreshold: threshold === undefined ? undefined : parseThreshold(threshold),
    precisions: parsePrecisions(values.precision),
  };
}

function parseThreshold(text: string): number {
  const threshold = Number(text);
  if (threshold > 0 && threshold < 1) return threshold;
  throw new UserError({
    what: '--halt-threshold is no probability at which to stop',
    found: text,
    expected: 'a number above 0 and below 1',
  });
}

function choosePuzzles({ checkpoint, datasetFolder }: TrainedModel, settings: EvaluateSettings): Puzzles {
  const dataset = openDataset(datasetFolder);
  const available = dataset.split('test').exampleCount;
  dataset.close();
  const puzzles = Math.min(settings.puzzles || available, available);
  const batchSize = settings.batchSize || checkpoint.experiment.evaluation.batchSize;
  return { datasetFolder, puzzles, batchSize: Math.min(batchSize, puzzles) };
}

function ours(
  { checkpoint }: TrainedModel,
  puzzles: Puzzles,
  mode: 'fixed' | 'halting',
  haltThreshold: number,
): Program {
  const name = mode === 'fixed' ? 'ours, all steps' : `ours, halting above ${haltThreshold}`;
  const checkpointFolder = checkpoint.folder;
  return ourProgram(name, 'evaluate-ours.ts', { checkpointFolder, ...puzzles, mode, haltThreshold });
}

/** The lowest threshold whose exact accuracy is at least the lower bound of that with all steps; else the highest. */
async function findThreshold(model: TrainedModel, puzzles: Puzzles): Promise<number> {
  const accuracyOf = async (program: Program) => {
    const [measured] = await measureInTurn([program], solvingLines, 1, '');
    if (measured === undefined) throw new Error('a program was not measured');
    return throughputOf(measured).exactAccuracy;
  };
  const { low } = await accuracyOf(ours(model, puzzles, 'fixed', 0.5));
  for (const threshold of triedThresholds) {
    const { value } = await accuracyOf(ours(model, puzzles, 'halting', threshold));
    if (value >= low) return threshold;
  }
  return triedThresholds.at(-1) as number;
}

function reportOf(
  { rounds, reference }: EvaluateSettings,
  { checkpoint }: TrainedModel,
  { puzzles, batchSize }: Puzzles,
  haltThreshold: number,
  rows: Throughput[],
) {
  const { name, halting } = checkpoint.experiment;
  const steps = halting.maximumSteps;
  const halts = rows[1]?.puzzlesPerSecond.median ?? Number.NaN;
  const compared = rows.map((row, index) =>
    index < 2 ? row : { ...row, ratio: halts / row.puzzlesPerSecond.median },
  );
  const table = {
    columns: [
      'evaluator',
      'puzzles/s, median',
      'least to most',
      'exact accuracy',
      'mean steps',
      'peak memory',
      'ours with halting is faster by',
    ],
    rows: compared.map((row) => [
      row.name,
      row.puzzlesPerSecond.median.toFixed(1),
      `${row.puzzlesPerSecond.minimum.toFixed(1)} to ${row.puzzlesPerSecond.maximum.toFixed(1)}`,
      describeAccuracy(row.exactAccuracy),
      row.meanSteps.toFixed(2),
      gigabytes(row.peakMemoryBytes),
      times('ratio' in row ? row.ratio : undefined),
    ]),
  };
  const equal =
    'Halting counts as equal where its exact accuracy is not below the 95 % interval of that with all steps.';
  return {
    title: `Evaluating ${name}, ${puzzles} test puzzles in batches of ${batchSize}, at most ${steps} steps, ${rounds} rounds in turn`,
    tables: [table],
    remarks: reference === undefined ? [equal, howToCompare] : [equal],
    facts: { model: name, puzzles, batchSize, maximumSteps: steps, haltThreshold, rounds, rows: compared },
  };
}
