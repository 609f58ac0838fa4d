// A training run that is open: what it works with, where it stands, and how it is opened from a frozen config
// or from the newest checkpoint.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Experiment } from '../../common/config/experiment.ts';
import { UserError } from '../../common/errors.ts';
import type { JobSpecOf } from '../../common/jobs.ts';
import type { EvaluationResult } from '../../common/results.ts';
import { createExecutor } from '../capture/executor.ts';
import type { Executor, Program } from '../capture/program.ts';
import type { CheckpointManifest } from '../checkpoint/format.ts';
import { type Checkpoint, loadCheckpoint, specificationOf } from '../checkpoint/load.ts';
import { listCheckpoints } from '../checkpoint/save.ts';
import { type Dataset, openDataset } from '../dataset/open.ts';
import { createEvaluator, type Evaluator } from '../evaluate/evaluator.ts';
import { judgeOf } from '../evaluate/judge.ts';
import { type JobContext, throwIfCancelled } from '../job.ts';
import { type ParameterShape, parameterShapes } from '../model/parameters.ts';
import { type BatchStream, createBatchStream } from './batches.ts';
import { type EventLog, lastSegment, openEventLog } from './event-log.ts';
import { createPace, type Pace } from './pace.ts';
import { createReporter, type Reporter } from './reporter.ts';
import { initialState, restoredState } from './state.ts';
import { trainingProgram } from './step.ts';

export interface Session {
  spec: JobSpecOf<'train'>;
  context: JobContext;
  experiment: Experiment;
  dataset: Dataset;
  datasetFacts: CheckpointManifest['dataset'];
  shapes: Map<string, ParameterShape>;
  program: Program;
  executor: Executor;
  evaluator: Evaluator;
  batches: BatchStream;
  log: EventLog;
  reporter: Reporter;
  pace: Pace;
  checkpointRoot: string;
  segment: number;
  /** Time spent in earlier segments. */
  earlierMs: number;
  startedMs: number;
  /** Optimizer steps done. */
  step: number;
  best: CheckpointManifest['best'];
  evaluation: EvaluationResult | null;
  /** The newest checkpoint, null before the first. */
  saved: { step: number; folder: string } | null;
}

/** Opens the run in `spec.runFolder`, at its newest checkpoint where there is one. */
export async function openSession(spec: JobSpecOf<'train'>, context: JobContext): Promise<Session> {
  const { experiment, runFolder } = spec;
  const { training, halting } = experiment;
  const dataset = openDataset(spec.datasetFolder);
  const datasetFacts = factsOf(dataset, experiment.dataset.name);
  requireTrainable(dataset, spec.datasetFolder);
  const checkpointRoot = join(runFolder, 'checkpoints');
  const checkpoint = await newestCheckpoint(checkpointRoot);
  if (checkpoint) requireSameRun(checkpoint, experiment, datasetFacts);

  const specification = specificationOf({ experiment, dataset: datasetFacts });
  const shapes = parameterShapes(specification);
  const program = trainingProgram({ specification, training, halting });
  const executor = createExecutor(program, training.executor);
  await executor.writeState(
    checkpoint
      ? await restoredState(program, shapes, checkpoint)
      : initialState(program, shapes, experiment.seed),
  );

  const logPath = join(runFolder, 'events.jsonl');
  const segment = lastSegment(logPath) + 1;
  const log = openEventLog(logPath);
  const cursor = checkpoint?.manifest.cursor ?? { epoch: 0, position: 0 };
  const { sequenceLength } = datasetFacts;
  return {
    spec,
    context,
    experiment,
    dataset,
    datasetFacts,
    shapes,
    program,
    executor,
    evaluator: openEvaluator(specification, dataset, experiment, context),
    batches: createBatchStream(
      dataset.split('train'),
      sequenceLength,
      training.batchSize,
      experiment.seed,
      cursor,
    ),
    log,
    reporter: createReporter(log, context.emit, segment),
    pace: createPace(),
    checkpointRoot,
    segment,
    earlierMs: checkpoint?.manifest.trainingMs ?? 0,
    startedMs: performance.now(),
    step: checkpoint?.step ?? 0,
    best: checkpoint?.manifest.best ?? null,
    evaluation: checkpoint?.evaluation ?? null,
    saved: checkpoint ? { step: checkpoint.step, folder: checkpoint.folder } : null,
  };
}

/** Frees what the run holds. */
export function closeSession(session: Session): void {
  session.evaluator.dispose();
  session.executor.dispose();
  session.log.close();
  session.dataset.close();
}

/** Time spent on the run so far, over all its segments. */
export function elapsedMs(session: Session): number {
  return Math.round(session.earlierMs + performance.now() - session.startedMs);
}

function openEvaluator(
  specification: ReturnType<typeof specificationOf>,
  dataset: Dataset,
  { evaluation, halting, training }: Experiment,
  context: JobContext,
): Evaluator {
  const options = {
    batchSize: evaluation.batchSize,
    maximumPuzzles: evaluation.maximumPuzzles,
    maximumSteps: halting.maximumSteps,
    createJudge: judgeOf(dataset, dataset.split('test')),
    onProgress(done: number, total: number) {
      if (done < total) throwIfCancelled(context.signal);
      context.progress('evaluating', done, total, 'puzzles');
    },
  };
  return createEvaluator(specification, dataset.split('test'), options, training.executor);
}

/** What a checkpoint notes of its dataset. */
export function factsOf(dataset: Dataset, name: string): CheckpointManifest['dataset'] {
  const { vocabularySize, sequenceLength, puzzleIdentifierCount } = dataset.metadata;
  return {
    name,
    digest: dataset.digest,
    vocabularySize,
    sequenceLength,
    puzzleIdentifierCount,
    card: dataset.card ?? null,
  };
}

function requireTrainable(dataset: Dataset, folder: string): void {
  for (const split of ['train', 'test'] as const) {
    if (dataset.split(split).exampleCount > 0) continue;
    throw new UserError({
      what: `The dataset has no ${split} puzzles`,
      where: join(folder, split),
      found: '0 puzzles',
      expected: 'at least one',
      remedy: 'build the dataset again with both splits',
    });
  }
}

async function newestCheckpoint(root: string): Promise<Checkpoint | null> {
  if (!existsSync(root)) return null;
  const newest = (await listCheckpoints(root)).at(-1);
  return newest === undefined ? null : loadCheckpoint(newest.folder);
}

/** A checkpoint is only gone on with by the run it belongs to, on the data it was trained on. */
function requireSameRun(
  checkpoint: Checkpoint,
  experiment: Experiment,
  datasetFacts: CheckpointManifest['dataset'],
): void {
  const fixed = ({ model, seed, halting, training }: Experiment) => ({
    model,
    seed,
    halting,
    batchSize: training.batchSize,
    ema: training.ema,
  });
  const [before, now] = [fixed(checkpoint.experiment), fixed(experiment)];
  const different = Object.keys(now).find(
    (key) =>
      JSON.stringify(now[key as keyof typeof now]) !== JSON.stringify(before[key as keyof typeof before]),
  ) as keyof typeof now | undefined;
  if (different !== undefined) {
    throw new UserError({
      what: `The run cannot go on: its ${different} differs from the checkpoint's`,
      where: checkpoint.folder,
      found: JSON.stringify(now[different]),
      expected: JSON.stringify(before[different]),
      remedy: 'start a new run with the changed config',
    });
  }
  if (checkpoint.dataset.digest !== datasetFacts.digest) {
    throw new UserError({
      what: `The run cannot go on: the dataset ${datasetFacts.name} has changed since`,
      where: checkpoint.folder,
      found: `a dataset with digest ${datasetFacts.digest.slice(0, 16)}…`,
      expected: `digest ${checkpoint.dataset.digest.slice(0, 16)}…`,
      remedy: 'put the former dataset back, or start a new run on this one',
    });
  }
}
