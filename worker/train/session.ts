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
import { shiftIdentifiers } from '../dataset/joined-splits.ts';
import type { Dataset } from '../dataset/open.ts';
import { createEvaluator, type Evaluator } from '../evaluate/evaluator.ts';
import { judgeOf } from '../evaluate/judge.ts';
import { type JobContext, throwIfCancelled } from '../job.ts';
import { comparesHaltingLogits } from '../model/halting.ts';
import { type ParameterShape, parameterShapes } from '../model/parameters.ts';
import type { ModelSpecification } from '../model/specification.ts';
import { type BatchStream, createBatchStream } from './batches.ts';
import { type EventLog, lastSegment, openEventLog } from './event-log.ts';
import { loadInitialization } from './initialization.ts';
import { createPace, type Pace } from './pace.ts';
import { createReporter, type Reporter } from './reporter.ts';
import { type Depth, depthAt } from './schedule.ts';
import { initialState, restoredState } from './state.ts';
import { trainingProgram } from './step.ts';
import { openTrainingData, requireSameData, type TrainingData } from './training-data.ts';

export interface OtherEvaluator {
  name: string;
  digest: string;
  evaluator: Evaluator;
}

export interface Session {
  spec: JobSpecOf<'train'>;
  context: JobContext;
  experiment: Experiment;
  data: TrainingData;
  shapes: Map<string, ParameterShape>;
  specification: ModelSpecification;
  /** The cycles that the program has at this stage of the curriculum. */
  depth: Depth;
  program: Program;
  executor: Executor;
  evaluator: Evaluator;
  /** One for each other dataset of the run. */
  otherEvaluators: OtherEvaluator[];
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
  const data = openTrainingData(spec);
  const checkpointRoot = join(runFolder, 'checkpoints');
  const checkpoint = await newestCheckpoint(checkpointRoot);
  if (checkpoint) requireSameRun(checkpoint, experiment, data.facts);

  const specification = specificationOf({ experiment, dataset: data.facts });
  const shapes = parameterShapes(specification);
  const depth = depthAt((checkpoint?.step ?? 0) + 1, training, specification);
  const program = trainingProgram({ specification: { ...specification, ...depth }, training, halting });
  const executor = createExecutor(program, training.executor);
  await executor.writeState(
    checkpoint
      ? await restoredState(program, shapes, checkpoint)
      : initialState(program, shapes, experiment.seed, await initialWeights(spec, shapes, context)),
  );

  const logPath = join(runFolder, 'events.jsonl');
  const segment = lastSegment(logPath) + 1;
  const log = openEventLog(logPath);
  const cursor = checkpoint?.manifest.cursor ?? { epoch: 0, position: 0 };
  const { sequenceLength } = data.facts;
  return {
    spec,
    context,
    experiment,
    data,
    shapes,
    specification,
    depth,
    program,
    executor,
    evaluator: openEvaluator(specification, data.main, 0, experiment, context),
    otherEvaluators: data.others.map(({ name, dataset, identifierOffset }) => ({
      name,
      digest: dataset.digest,
      evaluator: openEvaluator(specification, dataset, identifierOffset, experiment, context),
    })),
    batches: createBatchStream(data.trainSource, sequenceLength, training.batchSize, experiment.seed, cursor),
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

/** The weights of another run that a new one begins with; undefined where it begins with fresh ones. */
async function initialWeights(
  { experiment: { initialization }, initialWeights: path }: JobSpecOf<'train'>,
  shapes: Map<string, ParameterShape>,
  context: JobContext,
): Promise<Map<string, Float32Array> | undefined> {
  if (initialization === undefined || path === undefined) return undefined;
  const { values, resizedFrom } = await loadInitialization(initialization, path, shapes);
  const table =
    resizedFrom === null ? '' : `; the ${resizedFrom} puzzle embeddings became their mean for every puzzle`;
  context.emit({
    type: 'log',
    level: 'info',
    message: `Begins with the weights of ${initialization.from}${table}`,
  });
  return values;
}

/** Where another stage of the curriculum begins with step `step`, records its program; the state goes on as it is. */
export async function enterStage(session: Session, step: number): Promise<void> {
  const { experiment, specification } = session;
  const { training, halting } = experiment;
  const depth = depthAt(step, training, specification);
  const { highCycles, lowCycles } = session.depth;
  if (depth.highCycles === highCycles && depth.lowCycles === lowCycles) return;
  const state = await session.executor.readState();
  session.executor.dispose();
  session.depth = depth;
  session.program = trainingProgram({ specification: { ...specification, ...depth }, training, halting });
  session.executor = createExecutor(session.program, training.executor);
  await session.executor.writeState(state);
  session.pace.noteNewGraph();
}

/** Frees what the run holds. */
export function closeSession(session: Session): void {
  session.evaluator.dispose();
  for (const { evaluator } of session.otherEvaluators) evaluator.dispose();
  session.executor.dispose();
  session.log.close();
  session.data.close();
}

/** Time spent on the run so far, over all its segments. */
export function elapsedMs(session: Session): number {
  return Math.round(session.earlierMs + performance.now() - session.startedMs);
}

function openEvaluator(
  specification: ReturnType<typeof specificationOf>,
  dataset: Dataset,
  identifierOffset: number,
  { evaluation, halting, training }: Experiment,
  context: JobContext,
): Evaluator {
  const options = {
    batchSize: evaluation.batchSize,
    maximumPuzzles: evaluation.maximumPuzzles,
    maximumSteps: halting.maximumSteps,
    mode: evaluation.mode,
    haltThreshold: evaluation.haltThreshold,
    comparesHaltingLogits: comparesHaltingLogits({ specification, halting }),
    answerLoss: training.answerLoss,
    createJudge: judgeOf(dataset, dataset.split('test'), identifierOffset),
    onProgress(done: number, total: number) {
      if (done < total) throwIfCancelled(context.signal);
      context.progress('evaluating', done, total, 'puzzles');
    },
  };
  const source = shiftIdentifiers(dataset.split('test'), identifierOffset);
  return createEvaluator(specification, source, options, training.executor);
}

async function newestCheckpoint(root: string): Promise<Checkpoint | null> {
  if (!existsSync(root)) return null;
  const newest = (await listCheckpoints(root)).at(-1);
  return newest === undefined ? null : loadCheckpoint(newest.folder);
}

/** What a run's state or the meaning of its losses rests on; other training settings may change when it goes on. */
const fixedTrainingSettings = [
  'batchSize',
  'microBatches',
  'answerLoss',
  'optimizer',
  'trainOnly',
  'ema',
  'candidates',
] as const;

/** A checkpoint is only gone on with by the run it belongs to, on the data it was trained on. */
function requireSameRun(
  checkpoint: Checkpoint,
  experiment: Experiment,
  datasetFacts: CheckpointManifest['dataset'],
): void {
  const fixed = ({ model, seed, halting, training }: Experiment): Record<string, unknown> => ({
    model,
    seed,
    halting,
    ...Object.fromEntries(fixedTrainingSettings.map((name) => [name, training[name]])),
  });
  const [before, now] = [fixed(checkpoint.experiment), fixed(experiment)];
  const different = Object.keys(now).find((key) => JSON.stringify(now[key]) !== JSON.stringify(before[key]));
  if (different !== undefined) {
    throw new UserError({
      what: `The run cannot go on: its ${different} differs from the checkpoint's`,
      where: checkpoint.folder,
      found: JSON.stringify(now[different]),
      expected: JSON.stringify(before[different]),
      remedy: 'start a new run with the changed config',
    });
  }
  requireSameData(checkpoint.folder, checkpoint.dataset, datasetFacts);
}
