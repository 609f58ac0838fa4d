// Benchmark: solving with an exported model in ONNX Runtime, one puzzle at a time (latency) and in batches (throughput),
// against the reference's model on the same CPU, eager and under torch.compile.

import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { exportJob } from '../worker/export/export.ts';
import { startRuntime } from '../worker/runtime.ts';
import { measureInTurn, ourProgram } from './contender.ts';
import { quantileOf } from './measure.ts';
import {
  type CommonSettings,
  commonOptions,
  type Precision,
  parseCount,
  parsePrecisions,
  readCommonSettings,
} from './options.ts';
import { howToCompare, publish, times } from './report.ts';
import {
  describeAccuracy,
  quietContext,
  referenceSolvers,
  type SolvingAnswer,
  solvingLines,
  throughputOf,
} from './solving.ts';
import { type ModelChoice, modelOptions, type TrainedModel, withTrainedModel } from './trained-model.ts';

interface SolveSettings extends CommonSettings, ModelChoice {
  /** Solved one by one in each round. */
  puzzles: number;
  /** The size of the batches, of which a round solves two. */
  batchSize: number;
  precisions: Precision[];
}

const haltThreshold = 0.5;

export async function benchmarkSolving(commandLine: string[]): Promise<void> {
  const settings = parseSolveSettings(commandLine);
  const { puzzles, batchSize, rounds } = settings;
  await withTrainedModel(settings, async (model) => {
    const modelFile = await exportModel(model);
    const single = await measureSolving(model, modelFile, { puzzles, batchSize: 1 }, settings);
    const batched = await measureSolving(model, modelFile, { puzzles: 2 * batchSize, batchSize }, settings);
    const rows = single.map((each, index) => describe(each, batched[index] as (typeof batched)[number]));
    const { name, halting } = model.checkpoint.experiment;
    const facts = {
      model: name,
      puzzles,
      batchSize,
      maximumSteps: halting.maximumSteps,
      haltThreshold,
      rounds,
    };
    const title =
      `Solving ${name}, ${puzzles} puzzles one by one and ${2 * batchSize} in batches of ${batchSize}, ` +
      `at most ${halting.maximumSteps} steps, ${rounds} rounds in turn`;
    const remarks = settings.reference === undefined ? [howToCompare] : [];
    await publish(
      { title, tables: [tableOf(rows, batchSize)], remarks, facts: { ...facts, rows } },
      settings,
    );
  });
}

/** @throws UserError that names the option */
export function parseSolveSettings(commandLine: string[]): SolveSettings {
  const { values } = parseArgs({
    args: commandLine,
    options: {
      ...commonOptions,
      ...modelOptions,
      puzzles: { type: 'string', default: '32' },
      'batch-size': { type: 'string', default: '64' },
      precision: { type: 'string', default: 'auto' },
      rounds: { type: 'string', default: '5' },
    },
  });
  const { checkpoint, dataset, train } = values;
  return {
    ...readCommonSettings(values),
    checkpoint,
    dataset,
    train,
    puzzles: parseCount('puzzles', values.puzzles),
    batchSize: parseCount('batch-size', values['batch-size']),
    precisions: parsePrecisions(values.precision),
  };
}

async function exportModel({ checkpoint, datasetFolder, folder }: TrainedModel): Promise<string> {
  await startRuntime();
  const { opset, tolerance, checkPuzzles } = checkpoint.experiment.export;
  const outputFile = join(folder, 'model.onnx');
  await exportJob(
    {
      kind: 'export',
      checkpointFolder: checkpoint.folder,
      datasetFolder,
      outputFile,
      weights: 'ema',
      opset,
      tolerance,
      checkPuzzles,
      replace: true,
      evaluation: checkpoint.evaluation,
    },
    quietContext,
  );
  return outputFile;
}

async function measureSolving(
  model: TrainedModel,
  modelFile: string,
  sizes: { puzzles: number; batchSize: number },
  settings: SolveSettings,
) {
  const puzzles = { ...sizes, datasetFolder: model.datasetFolder };
  const programs = [
    ourProgram(`ours, halting from ${haltThreshold} on`, 'solve-ours.ts', {
      modelFile,
      ...puzzles,
      haltThreshold,
    }),
    ourProgram('ours, all steps', 'solve-ours.ts', { modelFile, ...puzzles, haltThreshold: null }),
    ...(await referenceSolvers(model, puzzles, settings.precisions, settings)),
  ];
  return await measureInTurn(programs, solvingLines, settings.rounds, '');
}

type MeasuredSolver = Awaited<ReturnType<typeof measureSolving>>[number];

function describe(single: MeasuredSolver, batched: MeasuredSolver) {
  const latencies = single.answers.flatMap(({ batchesMs }: SolvingAnswer) => batchesMs);
  const { exactAccuracy: singleAccuracy, meanSteps } = throughputOf(single);
  const { puzzlesPerSecond, exactAccuracy } = throughputOf(batched);
  return {
    solver: single.name,
    latencyMs: { p50: quantileOf(latencies, 0.5), p95: quantileOf(latencies, 0.95) },
    puzzlesPerSecond,
    singleAccuracy,
    exactAccuracy,
    meanSteps,
  };
}

function tableOf(rows: ReturnType<typeof describe>[], batchSize: number) {
  const [halting] = rows;
  const ratio = (index: number, of: (row: ReturnType<typeof describe>) => number) =>
    halting === undefined || index < 2 ? '' : times(of(rows[index] as typeof halting) / of(halting));
  return {
    columns: [
      'solver',
      'one puzzle, p50',
      'p95',
      `puzzles/s in batches of ${batchSize}`,
      'least to most',
      'exact accuracy in batches',
      'mean steps',
      'ours with halting: latency p50 shorter by',
      'throughput higher by',
    ],
    rows: rows.map(({ solver, latencyMs, puzzlesPerSecond, exactAccuracy, meanSteps }, index) => [
      solver,
      `${latencyMs.p50.toFixed(1)} ms`,
      `${latencyMs.p95.toFixed(1)} ms`,
      puzzlesPerSecond.median.toFixed(1),
      `${puzzlesPerSecond.minimum.toFixed(1)} to ${puzzlesPerSecond.maximum.toFixed(1)}`,
      describeAccuracy(exactAccuracy),
      meanSteps.toFixed(2),
      ratio(index, (row) => row.latencyMs.p50),
      ratio(index, (row) => 1 / row.puzzlesPerSecond.median),
    ]),
  };
}
