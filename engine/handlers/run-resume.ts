// The call that goes on with a run that stopped, was interrupted or failed, or extends one that finished. A finished
// run that is not extended just gives its result again, so that resuming until done needs no case of its own.

import { join } from 'node:path';
import type { RunRow } from '../../common/api.ts';
import { experimentToYaml } from '../../common/config/parse.ts';
import { UserError } from '../../common/errors.ts';
import { now } from '../clock.ts';
import { findDataset } from '../datasets.ts';
import { extendEnvironment, readEnvironment } from '../environment.ts';
import { writeFileAtomic } from '../files.ts';
import type { EngineContext, Handler } from '../handlers.ts';
import { requireDigest } from '../jobs/prepare.ts';
import { resolveRun } from '../references.ts';
import { readOtherDigests } from '../run-datasets.ts';
import { requireDataset } from './dataset.ts';
import { queueTraining } from './run-start.ts';

export const resumeRun: Handler<'run.resume'> = (context, { run: reference, steps, force }) => {
  const { store, paths } = context;
  const run = resolveRun(store, paths, reference);
  checkResumable(context, run, steps);
  checkDataset(context, run);
  if (steps !== undefined) extend(context, run, steps);
  const fromStep = store.checkpoints.ofRun(store.runs.keyOf(run.id)).at(-1)?.step ?? 0;
  store.runs.setStatus(run.id, 'queued');
  return {
    runId: run.id,
    fromStep,
    ...queueTraining(context, run.id, store.runs.experimentOf(run.id), force),
  };
};

function checkResumable({ store }: EngineContext, run: RunRow, steps: number | undefined): void {
  if (readEnvironment(run.folder).imported !== undefined) {
    throw new UserError({
      what: `Run ${run.id} was imported: there are its weights, but no training to go on with`,
      where: run.folder,
      expected: 'a run that was trained here',
      remedy: `begin a new one with its weights: trm train CONFIG initialization.from=${run.id}`,
    });
  }
  const active = store.jobs.active().find((job) => job.runId === run.id && job.kind === 'train');
  if (active !== undefined) {
    throw new UserError({
      what: `Run ${run.id} is ${active.status} already`,
      found: `job ${active.id}`,
      expected: 'a run that has stopped, was interrupted or failed',
      remedy: `trm jobs stop ${active.id} stops it`,
    });
  }
  if (steps !== undefined && steps <= run.totalSteps) {
    throw new UserError({
      what: `Run ${run.id} cannot be made shorter`,
      found: `--steps ${steps}`,
      expected: `more than ${run.totalSteps}, or no --steps to go on as planned`,
    });
  }
}

function checkDataset(context: EngineContext, run: RunRow): void {
  const { store, paths } = context;
  const begun = run.datasetDigest !== '';
  const buildable = store.runs.experimentOf(run.id).dataset.build !== undefined;
  checkOtherDatasets(context, run, begun);
  if (findDataset(store, paths, run.datasetName) === null && buildable && !begun) return;
  const dataset = requireDataset(context, run.datasetName);
  if (begun) requireDigest(run.id, run.datasetName, run.datasetDigest, dataset.digest);
}

function checkOtherDatasets(context: EngineContext, run: RunRow, begun: boolean): void {
  const { store, paths } = context;
  const digests = readOtherDigests(run.folder);
  for (const { name, build } of store.runs.experimentOf(run.id).dataset.alsoTrainOn ?? []) {
    if (!begun && build !== undefined && findDataset(store, paths, name) === null) continue;
    const { digest } = requireDataset(context, name);
    requireDigest(run.id, name, digests.get(name) ?? digest, digest);
  }
}

/** The only change that a run's frozen config knows: more steps. Kept in its environment too. */
function extend({ store }: EngineContext, run: RunRow, steps: number): void {
  const experiment = store.runs.experimentOf(run.id);
  const extended = { ...experiment, training: { ...experiment.training, steps } };
  const earlier = readEnvironment(run.folder).extensions;
  const extension = { time: now(), fromSteps: run.totalSteps, toSteps: steps };
  extendEnvironment(run.folder, { extensions: [...(Array.isArray(earlier) ? earlier : []), extension] });
  writeFileAtomic(join(run.folder, 'config.yaml'), experimentToYaml(extended));
  store.runs.setExperiment(run.id, extended);
}
