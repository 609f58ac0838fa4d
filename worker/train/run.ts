// The training job: from a frozen config to checkpoints, step by step. A run that is killed at any moment and
// started again goes on from its newest checkpoint and ends as it would have ended.

import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { UserError } from '../../common/errors.ts';
import type { JobResultOf, JobSpecOf } from '../../common/jobs.ts';
import type { NamedArrays } from '../capture/program.ts';
import { checkpointFolderName } from '../checkpoint/format.ts';
import { sizeOfCheckpoint } from '../checkpoint/save.ts';
import type { JobContext } from '../job.ts';
import { type TelemetryWatch, watchTelemetry } from '../telemetry/telemetry.ts';
import { explorationSteps } from './batches.ts';
import { explainOutOfMemory, isOutOfMemory, requireMemory } from './memory.ts';
import { METRICS } from './metrics.ts';
import { evaluate, reportCheckpoint, save } from './milestones.ts';
import { equivalentStepsLeft, scalarNames, scalarsAt } from './schedule.ts';
import { closeSession, elapsedMs, enterStage, openSession, type Session } from './session.ts';

/** Trains, or goes on training, the run in `spec.runFolder`. */
export async function trainJob(spec: JobSpecOf<'train'>, context: JobContext): Promise<JobResultOf<'train'>> {
  const processBytes = process.memoryUsage.rss();
  const recompute = await requireMemory(spec, processBytes, context);
  let session: Session | null = null;
  try {
    session = await openSession(spec, context, recompute);
    return await trainSession(session);
  } catch (error) {
    // The session is closed by now, and what it held is free for the estimate.
    if (error instanceof Error && isOutOfMemory(error))
      throw await explainOutOfMemory(error, spec, recompute, processBytes, (session?.step ?? 0) + 1);
    throw error;
  }
}

async function trainSession(session: Session): Promise<JobResultOf<'train'>> {
  const { context } = session;
  const { training } = session.experiment;
  const watch = watchMachine(session);
  try {
    await beginSegment(session);
    if (lacksEvaluation(session)) await evaluateAndSave(session);
    while (session.step < training.steps && !context.signal.aborted) {
      await trainStep(session);
      if (isEvaluationStep(session)) await evaluateAndSave(session);
      else if (session.step % training.checkpointEverySteps === 0) await save(session);
      reportProgress(session);
      await nextTurn();
    }
    const finished = session.step === training.steps && isEvaluated(session);
    if (session.saved?.step !== session.step) await save(session);
    await watch.stop();
    logEnd(session, finished ? 'finished' : 'stopped');
    session.reporter.flush();
    return trainResult(session, finished);
  } catch (error) {
    session.reporter.flush();
    await watch.stop();
    logEnd(session, 'failed');
    throw error;
  } finally {
    closeSession(session);
  }
}

/** Notes what the machine does meanwhile, in the log and for the engine. */
function watchMachine(session: Session): TelemetryWatch {
  const { segment, context, reporter } = session;
  return watchTelemetry({
    onTelemetry(telemetry) {
      const event = { type: 'telemetry' as const, segment, step: session.step, telemetry };
      reporter.event(event, event);
    },
    onTrouble: (message) => context.emit({ type: 'log', level: 'warning', message }),
  });
}

/** Notes how the segment ended; a log that cannot be written must not hide why. */
function logEnd(session: Session, outcome: 'finished' | 'stopped' | 'failed'): void {
  try {
    session.log.append({ type: 'end', outcome, time: new Date().toISOString() });
  } catch (error) {
    if (outcome !== 'failed') throw error;
  }
}

function isEvaluationStep({ step, experiment: { training, evaluation } }: Session): boolean {
  return step === training.steps || (evaluation.everySteps > 0 && step % evaluation.everySteps === 0);
}

/** A run that was stopped in the middle of an evaluation makes up for it when it goes on. */
function lacksEvaluation(session: Session): boolean {
  return session.step > 0 && isEvaluationStep(session) && !isEvaluated(session);
}

function isEvaluated({ step, evaluation }: Session): boolean {
  return evaluation?.step === step;
}

async function evaluateAndSave(session: Session): Promise<void> {
  await evaluate(session);
  await save(session);
}

async function beginSegment(session: Session): Promise<void> {
  const { segment, step, saved } = session;
  const time = new Date().toISOString();
  const begun = { type: 'segment' as const, segment, fromStep: step, executor: session.executor.kind };
  session.reporter.event(begun, { ...begun, time });
  // A process killed right after a save may not have reported it.
  if (saved) reportCheckpoint(session, saved.folder, await sizeOfCheckpoint(saved.folder));
}

async function trainStep(session: Session): Promise<void> {
  const { training } = session.experiment;
  const step = session.step + 1;
  await enterStage(session, step);
  const startedMs = performance.now();
  const parts = stepInputs(session, step);
  const metrics = new Float32Array(METRICS.length);
  for (const inputs of parts) {
    const { metrics: ofPart } = await session.executor.run(inputs, ['metrics']);
    for (const [index, value] of (ofPart as Float32Array).entries())
      metrics[index] = (metrics[index] ?? 0) + value;
  }
  const { learningRate } = scalarsAt(step, training);
  const values = metricValues(metrics, training.batchSize, learningRate);
  if (!Number.isFinite(values.loss)) throw lossNotFinite(session, step, values.loss);
  session.step = step;
  session.reporter.metric({ step, values }, elapsedMs(session));
  const stepMs = performance.now() - startedMs;
  session.computeNotes.noteStep(session.executor, stepMs);
  session.pace.noteStep(stepMs);
}

/** What the program is given at step `step`, once for each part of the batch. */
export function stepInputs(
  { experiment, batches }: Pick<Session, 'experiment' | 'batches'>,
  step: number,
): NamedArrays[] {
  const { training, halting, seed } = experiment;
  const { batchSize, microBatches } = training;
  const { explorationProbability, maximumSteps } = halting;
  const { inputs, labels, puzzleIdentifiers } = batches.next(step);
  const values = scalarsAt(step, training);
  const scalars = Float32Array.from(scalarNames(training), (name) => values[name]);
  const ofSamples: NamedArrays = {
    inputs,
    labels,
    puzzle_identifiers: puzzleIdentifiers,
    minimum_steps: explorationSteps(seed, step, batchSize, explorationProbability, maximumSteps),
  };
  if (microBatches === 1) return [{ ...ofSamples, scalars }];
  return Array.from({ length: microBatches }, (_, part) => {
    const share = Object.entries(ofSamples).map(([name, all]) => {
      const size = all.length / microBatches;
      return [name, all.subarray(part * size, (part + 1) * size)];
    });
    return { ...Object.fromEntries(share), scalars, part: Int32Array.of(part) };
  });
}

/** Per-puzzle means from the batch's sums; those over halted puzzles are absent when none halted. */
function metricValues(
  sums: Float32Array,
  batchSize: number,
  learningRate: number,
): Record<string, number> & { loss: number } {
  const sum = (name: (typeof METRICS)[number]) => sums[METRICS.indexOf(name)] as number;
  const values: Record<string, number> & { loss: number } = {
    loss: sum('loss') / batchSize,
    answerLoss: sum('answerLoss') / batchSize,
    haltingLoss: sum('haltingLoss') / batchSize,
    // A cross entropy that is 0 is one that is not trained.
    ...(sum('continueLoss') > 0 && { continueLoss: sum('continueLoss') / batchSize }),
    learningRate,
    halted: sum('count'),
  };
  if (sum('count') > 0) {
    for (const name of ['tokenAccuracy', 'exactAccuracy', 'haltingAccuracy', 'steps'] as const) {
      values[name] = sum(name) / sum('count');
    }
  }
  return values;
}

function lossNotFinite(session: Session, step: number, loss: number): UserError {
  const { saved, spec } = session;
  return new UserError({
    what: `The loss stopped being a number at step ${step}`,
    where: spec.runFolder,
    found: `a loss of ${loss}`,
    expected: 'a finite loss',
    remedy:
      'start again with a lower training.learningRate or a longer training.warmupSteps; ' +
      (saved ? `the checkpoint of step ${saved.step} is intact` : 'no checkpoint had been saved yet'),
  });
}

function reportProgress(session: Session): void {
  const { training, evaluation } = session.experiment;
  const stepsLeft = training.steps - session.step;
  const between = (every: number) =>
    every === 0 ? 0 : Math.floor(training.steps / every) - Math.floor(session.step / every);
  const evaluationsLeft = stepsLeft === 0 ? 0 : Math.max(1, between(evaluation.everySteps));
  const savesLeft = evaluationsLeft + between(training.checkpointEverySteps);
  session.context.emit({
    type: 'progress',
    progress: {
      phase: 'training',
      done: session.step,
      total: training.steps,
      unit: 'steps',
      perSecond: session.pace.stepsPerSecond(),
      remainingMs: session.pace.remainingMs(
        equivalentStepsLeft(session.step, training, session.specification),
        evaluationsLeft,
        savesLeft,
      ),
    },
  });
}

function trainResult(session: Session, finished: boolean): JobResultOf<'train'> {
  const { best, checkpointRoot, evaluation, saved, step } = session;
  return {
    kind: 'train',
    steps: step,
    finished,
    trainingMs: elapsedMs(session),
    evaluation,
    bestCheckpoint: best ? join(checkpointRoot, checkpointFolderName(best.step)) : null,
    lastCheckpoint: saved?.folder ?? null,
  };
}
