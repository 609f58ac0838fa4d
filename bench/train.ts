// Benchmark: optimizer steps on made-up puzzles, ours against the reference, eager and under torch.compile.

import { parseArgs } from 'node:util';
import { experimentSchema } from '../common/config/experiment.ts';
import { type Measured, measureInTurn } from './contender.ts';
import { type Measurement, spreadOf } from './measure.ts';
import {
  type CommonSettings,
  commonOptions,
  type Precision,
  parseChoices,
  parseCount,
  parsePrecisions,
  readCommonSettings,
} from './options.ts';
import { gigabytes, howToCompare, publish, seconds, times } from './report.ts';
import { type Training, trainingLines, trainingPrograms } from './training-program.ts';

/** The sizes that are compared; names of the fields as in our configs. */
const large = { hiddenSize: 512, puzzleEmbeddingLength: 16, highCycles: 3, lowCycles: 6 };
const shapes = {
  mlp: { model: { ...large, mixer: 'mlp' }, cells: 81, batchSize: 32 },
  attention: { model: { ...large, mixer: 'attention', positions: 'rope' }, cells: 81, batchSize: 32 },
  small: { model: { ...large, mixer: 'mlp', hiddenSize: 128 }, cells: 16, batchSize: 64 },
  demo: {
    model: { mixer: 'mlp', hiddenSize: 64, puzzleEmbeddingLength: 2, highCycles: 2, lowCycles: 3 },
    cells: 16,
    batchSize: 64,
  },
} as const;
type ShapeName = keyof typeof shapes;
const shapeNames = Object.keys(shapes) as ShapeName[];

export interface TrainSettings extends CommonSettings {
  shapes: ShapeName[];
  precisions: Precision[];
  steps: number;
}

export async function benchmarkTraining(commandLine: string[]): Promise<void> {
  const settings = parseTrainSettings(commandLine);
  const { rounds, steps, json, output } = settings;
  const rows: Row[] = [];
  for (const shape of settings.shapes) {
    const programs = trainingPrograms(trainingOf(shape), settings.precisions, settings);
    const measured = await measureInTurn(programs, trainingLines, rounds, String(steps));
    rows.push(...compare(measured.map((each) => describe(shape, steps, each))));
  }
  const table = {
    columns: [
      'shape',
      'trainer',
      'step, median',
      'least to most',
      'processor time a step',
      'examples/s',
      'start to first step',
      'peak memory',
      'ours is faster by',
    ],
    rows: rows.map(cellsOf),
  };
  const remarks = settings.reference === undefined ? [howToCompare] : [];
  const title = `Training, ${rounds} rounds of ${steps} steps in turn`;
  await publish({ title, tables: [table], remarks, facts: { rounds, steps, rows } }, { json, output });
}

/** @throws UserError that names the option */
export function parseTrainSettings(commandLine: string[]): TrainSettings {
  const { values } = parseArgs({
    args: commandLine,
    options: {
      ...commonOptions,
      shape: { type: 'string', default: 'demo' },
      precision: { type: 'string', default: 'float32' },
      rounds: { type: 'string', default: '5' },
      steps: { type: 'string', default: '3' },
    },
  });
  return {
    ...readCommonSettings(values),
    shapes: parseChoices('shape', values.shape, shapeNames, 'all'),
    precisions: parsePrecisions(values.precision),
    steps: parseCount('steps', values.steps),
  };
}

function trainingOf(shape: ShapeName): Training {
  const { model, cells, batchSize } = shapes[shape];
  const experiment = experimentSchema.parse({
    name: 'bench',
    dataset: { name: 'bench' },
    model,
    training: { batchSize },
  });
  // Padding, blank and the digits.
  const vocabularySize = Math.sqrt(cells) + 2;
  const sizes = { sequenceLength: cells, vocabularySize, puzzleIdentifierCount: 1 };
  return { experiment, sizes };
}

interface Row extends ReturnType<typeof describe> {
  /** How many times the row's step is that of ours in the same precision; absent for ours. */
  ratio?: number;
}

function describe(
  shape: ShapeName,
  steps: number,
  { name, ready, answers }: Measured<{ phases: Record<string, number> }, Measurement>,
) {
  const stepMs = spreadOf(answers.map(({ elapsedMs }) => elapsedMs / steps));
  return {
    shape,
    trainer: name,
    stepMs,
    processorMs: spreadOf(answers.map(({ processorMs }) => processorMs / steps)),
    firstStepMs: ready.phases['first step'] ?? Number.NaN,
    peakMemoryBytes: Math.max(...answers.map(({ peakMemoryBytes }) => peakMemoryBytes)),
    examplesPerSecond: (shapes[shape].batchSize * 1000) / stepMs.median,
  };
}

/** The rows of one shape, each held against ours in its precision. */
function compare(rows: Row[]): Row[] {
  return rows.map((row) => {
    const precision = row.trainer.split(', ').at(-1);
    const ours = rows.find(({ trainer }) => trainer === `ours, ${precision}`);
    return ours === undefined || ours === row
      ? row
      : { ...row, ratio: row.stepMs.median / ours.stepMs.median };
  });
}

function cellsOf(row: Row): string[] {
  return [
    row.shape,
    row.trainer,
    seconds(row.stepMs.median),
    `${seconds(row.stepMs.minimum)} to ${seconds(row.stepMs.maximum)}`,
    seconds(row.processorMs.median),
    row.examplesPerSecond.toFixed(1),
    seconds(row.firstStepMs),
    gigabytes(row.peakMemoryBytes),
    times(row.ratio),
  ];
}
