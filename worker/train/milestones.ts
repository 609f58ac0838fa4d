// What happens to a run beside its steps: evaluations and checkpoints. Each is in the log before anything that
// rests on it is put in place.

import { removeOldCheckpoints, saveCheckpoint } from '../checkpoint/save.ts';
import { elapsedMs, type Session } from './session.ts';
import { evaluatedNames, stateFiles } from './state.ts';

/** Evaluates the weights as they are (the average, where there is one) on the test puzzles. */
export async function evaluate(session: Session): Promise<void> {
  const startedMs = performance.now();
  const { step, segment } = session;
  const names = evaluatedNames(session.program, session.shapes);
  const state = await session.executor.readState([...names.values()]);
  const weights = Object.fromEntries(
    [...names].map(([name, stateName]) => [name, state[stateName] as Float32Array]),
  );
  const measurements = await session.evaluator.evaluate(weights);
  const result = {
    split: 'test' as const,
    datasetDigest: session.datasetFacts.digest,
    step,
    weights: session.experiment.training.ema ? ('ema' as const) : ('raw' as const),
    ...measurements,
  };
  session.evaluation = result;
  session.reporter.event({ type: 'evaluation', segment, step, result });
  const exactAccuracy = measurements.exactAccuracy.value;
  // Of equals the later one counts: it was trained longer.
  if (session.best === null || exactAccuracy >= session.best.exactAccuracy)
    session.best = { step, exactAccuracy };
  session.pace.noteEvaluation(performance.now() - startedMs);
}

/** Saves a checkpoint of the run as it is, then removes those that are no longer to be kept. */
export async function save(session: Session): Promise<void> {
  const startedMs = performance.now();
  const { experiment, spec, step, segment, checkpointRoot } = session;
  const state = await session.executor.readState();
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
      dataset: session.datasetFacts,
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
    session.reporter.event({ type: 'checkpoint-removed', folder: old });
  }
  session.pace.noteSave(performance.now() - startedMs);
}

/** Tells log and engine of a checkpoint. */
export function reportCheckpoint(session: Session, folder: string, sizeBytes: number): void {
  const { segment, step, best } = session;
  session.reporter.event({ type: 'checkpoint', segment, step, folder, sizeBytes, best: best?.step === step });
}
