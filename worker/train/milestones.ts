// What happens to a run beside its steps: evaluations and checkpoints. Each is in the log before anything that
// rests on it is put in place.

import { relative, sep } from 'node:path';
import { SAVING_PHASE } from '../../common/jobs.ts';
import type { EvaluationResult } from '../../common/results.ts';
import type { NamedArrays } from '../capture/program.ts';
import { removeOldCheckpoints, saveCheckpoint } from '../checkpoint/save.ts';
import { JobCancelled } from '../job.ts';
import { elapsedMs, type Session } from './session.ts';
import { evaluatedNames, lastingNames, stateFiles } from './state.ts';

/**
 * Evaluates the weights as they are (the average, where there is one) on the test puzzles. When the run is stopped
 * meanwhile nothing is noted, and the evaluation is made up for when the run goes on.
 */
export async function evaluate(session: Session): Promise<void> {
  const startedMs = performance.now();
  const { step, segment } = session;
  const names = evaluatedNames(session.program, session.shapes);
  const state = await session.executor.readState([...names.values()]);
  const weights = Object.fromEntries(
    [...names].map(([name, stateName]) => [name, state[stateName] as Float32Array]),
  );
  const measured = await unlessStopped(measureAll(session, weights));
  if (measured === null) return;
  const { measurements, otherDatasets } = measured;
  const result = {
    split: 'test' as const,
    datasetDigest: session.data.facts.digest,
    step,
    weights: session.experiment.training.ema ? ('ema' as const) : ('raw' as const),
    ...measurements,
    ...(otherDatasets.length > 0 && { otherDatasets }),
  };
  session.evaluation = result;
  const event = { type: 'evaluation' as const, segment, step, result };
  session.reporter.event(event, event);
  const exactAccuracy = measurements.exactAccuracy.value;
  // Of equals the later one counts: it was trained longer.
  if (session.best === null || exactAccuracy >= session.best.exactAccuracy)
    session.best = { step, exactAccuracy };
  session.pace.noteEvaluation(performance.now() - startedMs);
}

/** Every dataset of the run by itself; the first one is what decides. */
async function measureAll({ evaluator, otherEvaluators }: Session, weights: NamedArrays) {
  const measurements = await evaluator.evaluate(weights);
  const otherDatasets: NonNullable<EvaluationResult['otherDatasets']> = [];
  for (const { name: dataset, digest: datasetDigest, evaluator: other } of otherEvaluators) {
    otherDatasets.push({ dataset, datasetDigest, ...(await other.evaluate(weights)) });
  }
  return { measurements, otherDatasets };
}

async function unlessStopped<Result>(work: Promise<Result>): Promise<Result | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof JobCancelled) return null;
    throw error;
  }
}

/** Saves a checkpoint of the run as it is, then removes those that are no longer to be kept. */
export async function save(session: Session): Promise<void> {
  const startedMs = performance.now();
  const { experiment, spec, step, segment, checkpointRoot } = session;
  session.context.progress(SAVING_PHASE, 0, 1, 'checkpoints');
  const state = await session.executor.readState(lastingNames(session.program));
  session.log.flush();
  const { folder, sizeBytes } = await saveCheckpoint(
    checkpointRoot,
    {
      formatVersion: 1,
      runId: spec.runId,
      step,
      segment,
      trainingMs: elapsedMs(session),
      experiment,
      dataset: session.data.facts,
      cursor: session.batches.cursor(),
      best: session.best,
      evaluation: session.evaluation?.step === step ? session.evaluation : null,
    },
    stateFiles(session.program, session.shapes, state),
  );
  session.saved = { step, folder };
  reportCheckpoint(session, folder, sizeBytes);
  const bestStep = session.best?.step ?? null;
  for (const old of await removeOldCheckpoints(
    checkpointRoot,
    experiment.training.keepCheckpoints,
    bestStep,
  )) {
    const event = { type: 'checkpoint-removed' as const, folder: old };
    session.reporter.event(event, { ...event, folder: storedPath(session, old) });
  }
  session.pace.noteSave(performance.now() - startedMs);
}

/** A folder of the run as the log names it: relative, so that a run can be moved, with forward slashes. */
function storedPath({ spec }: Session, folder: string): string {
  return relative(spec.runFolder, folder).split(sep).join('/');
}

/** Tells log and engine of a checkpoint. */
export function reportCheckpoint(session: Session, folder: string, sizeBytes: number): void {
  const { segment, step, best } = session;
  const event = { type: 'checkpoint' as const, segment, step, folder, sizeBytes, best: best?.step === step };
  session.reporter.event(event, { ...event, folder: storedPath(session, folder) });
}
