// A training run that is open: what it works with, where it stands, and how it is opened from a frozen config
// or from the newest checkpoint.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Experiment } from '../../common/config/experiment.ts';
import { UserError } from '../../common/errors.ts';
import type { JobSpecOf } from '../../common/jobs.ts';
import type { EvaluationResult } from '../../common/results.ts';
import type { Compute } from '../capture/compute.ts';
import { createExecutor } from '../capture/executor.ts';
import type { Executor, Program } from '../capture/program.ts';
import type { CheckpointManifest } from '../checkpoint/format.ts';
import { type Checkpoint, loadCheckpoint, specificationOf } from '../checkpoint/load.ts';
import { listCheckpoints } from '../checkpoint/save.ts';
import { computeOnThisDevice, withoutXla } from '../compute.ts';
import { shiftIdentifiers } from '../dataset/joined-splits.ts';
import type { Dataset } from '../dataset/open.ts';
import { createEvaluator, type Evaluator } from '../evaluate/evaluator.ts';
import { judgeOf } from '../evaluate/judge.ts';
import { type JobContext, throwIfCancelled } from '../job.ts';
import { comparesHaltingLogits } from '../model/halting.ts';
import { type ParameterShape, parameterShapes } from '../model/parameters.ts';
import type { ModelSpecification } from '../model/specification.ts';
import { type BatchStream, createBatchStream } from './batches.ts';
import { type ComputeNotes, createComputeNotes } from './compute-notes.ts';
import { type EventLog, lastSegment, openEventLog } from './event-log.ts';
import { loadInitialization } from './initialization.ts';
import type { SettledRecompute } from './memory.ts';
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
  recompute: SettledRecompute;
  program: Program;
  /** How the program is computed, as far as the device can. */
  compute: Compute;
  executor: Executor;
  evaluator: Evaluator;
  /** One for each other dataset of the run. */
  otherEvaluators: OtherEvaluator[];
  batches: BatchStream;
  log: EventLog;
  reporter: Reporter;
  computeNotes: ComputeNotes;
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
export async function openSession(
  spec: JobSpecOf<'train'>,
  context: JobContext,
  recompute: SettledRecompute,
): Promise<Session> {
  const { experiment, runFolder } = spec;
  const { training } = experiment;
  const data = openTrainingData(spec);
  const checkpointRoot = join(runFolder, 'checkpoints');
  const checkpoint = await newestCheckpoint(checkpointRoot);
  if (checkpoint) requireSameRun(checkpoint, experiment, data.facts);

  const specification = specificationOf({ experiment, dataset: data.facts });
  const shapes = parameterShapes(specification);
  const depth = depthAt((checkpoint?.step ?? 0) + 1, training, specification);
  const program = programAt(experiment, specification, depth, recompute);
  const compute = computeOnThisDevice(training);
  const executor = createExecutor(program, training.executor, compute);
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
  const reporter = createReporter(log, context.emit, segment);
  return {
    spec,
    context,
    experiment,
    data,
    shapes,
    specification,
    depth,
    recompute,
    program,
    compute,
    executor,
    evaluator: openEvaluator(specification, data.main, 0, experiment, context),
    otherEvaluators: data.others.map(({ name, dataset, identifierOffset }) => ({
      name,
      digest: dataset.digest,
      evaluator: openEvaluator(specification, dataset, identifierOffset, experiment, context),
    })),
    batches: createBatchStream(data.trainSource, sequenceLength, training.batchSize, experiment.seed, cursor),
    log,
    reporter,
    computeNotes: createComputeNotes((level, message) => {
      const event = { type: 'log' as const, level, message };
      reporter.event(event, { ...event, time: new Date().toISOString() });
    }),
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
  const { training } = experiment;
  const depth = depthAt(step, training, specification);
  const { highCycles, lowCycles } = session.depth;
  if (depth.highCycles === highCycles && depth.lowCycles === lowCycles) return;
  const state = await session.executor.readState();
  session.executor.dispose();
  session.depth = depth;
  session.program = programAt(experiment, specification, depth, session.recompute);
  session.executor = createExecutor(session.program, training.executor, session.compute);
  await session.executor.writeState(state);
  session.pace.noteNewGraph();
}

function programAt(
  { training, halting }: Experiment,
  specification: ModelSpecification,
  depth: Depth,
  recompute: SettledRecompute,
): Program {
  const setup = { specification: { ...specification, ...depth }, halting };
  return trainingProgram({ ...setup, training: { ...training, recompute } });
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
  const compute = withoutXla(computeOnThisDevice(training));
  return createEvaluator(specification, source, options, training.executor, compute);
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
