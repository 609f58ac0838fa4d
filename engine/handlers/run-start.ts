// The call that begins a training run: its folder with the frozen config and environment, its row, its jobs.

import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { DatasetBuild } from '../../common/config/dataset.ts';
import type { Experiment } from '../../common/config/experiment.ts';
import { experimentToYaml } from '../../common/config/parse.ts';
import { UserError } from '../../common/errors.ts';
import { explainFileError } from '../../common/file-troubles.ts';
import { now, randomTag, slug, timeTag } from '../clock.ts';
import { findDataset, readDatasetCard } from '../datasets.ts';
import { describeEnvironment, extendEnvironment } from '../environment.ts';
import { makeFolder, writeFileAtomic } from '../files.ts';
import type { EngineContext, Handler } from '../handlers.ts';
import type { StudioPaths } from '../paths.ts';
import { activeBuildOf, queueBuild, requireDataset } from './dataset.ts';

export const startRun: Handler<'run.start'> = async (context, { experiment }) => {
  const { store, paths } = context;
  const environment = await describeEnvironment();
  const digest = checkDataset(context, experiment);
  const createdAt = now();
  const runId = makeRunFolder(paths, experiment, createdAt);
  const folder = join(paths.runs, runId);
  try {
    writeFileAtomic(join(folder, 'config.yaml'), experimentToYaml(experiment));
    const dataset = { name: experiment.dataset.name, digest };
    extendEnvironment(folder, { runId, createdAt, ...environment, ...(digest === '' ? {} : { dataset }) });
    store.runs.add({ id: runId, experiment, datasetDigest: digest, status: 'queued', createdAt });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return { runId, ...queueTraining(context, runId, experiment) };
};

/**
 * Queues the training of a run, and before it the build of its dataset where that neither exists nor is being
 * built already.
 */
export function queueTraining(context: EngineContext, runId: string, experiment: Experiment) {
  const { paths, queue } = context;
  const { name } = experiment.dataset;
  const building = activeBuildOf(context, name)?.id ?? null;
  const datasetJobId = building === null ? buildMissingDataset(context, experiment) : null;
  const spec = {
    kind: 'train',
    runId,
    runFolder: join(paths.runs, runId),
    experiment,
    datasetFolder: join(paths.datasets, name),
  } as const;
  const job = queue.enqueue({
    spec,
    title: `Train ${experiment.name}`,
    runId,
    dependsOn: building ?? datasetJobId,
  });
  return { jobId: job.id, datasetJobId };
}

/**
 * The digest of the dataset that the experiment names, or '' when it is yet to be built.
 * @throws UserError when there is none and no way to build it, or when it was built in another way
 */
function checkDataset(context: EngineContext, experiment: Experiment): string {
  const { name, build } = experiment.dataset;
  const active = activeBuildOf(context, name);
  if (active !== undefined) {
    const spec = context.store.jobs.specOf(active.id);
    if (spec.kind === 'dataset') requireSameBuild(name, spec.build, build);
    return '';
  }
  if (findDataset(context.store, context.paths, name) === null && build !== undefined) return '';
  const dataset = requireDataset(context, name);
  const card = readDatasetCard(dataset.folder);
  if (card !== null) requireSameBuild(name, card.build, build);
  return dataset.digest;
}

function buildMissingDataset(
  context: EngineContext,
  { dataset: { name, build } }: Experiment,
): string | null {
  if (build === undefined || findDataset(context.store, context.paths, name) !== null) return null;
  return queueBuild(context, name, build, false);
}

function requireSameBuild(name: string, existing: DatasetBuild, wanted: DatasetBuild | undefined): void {
  if (wanted === undefined || isDeepStrictEqual(existing, wanted)) return;
  const left = new Map<string, unknown>(Object.entries(existing));
  const right = new Map<string, unknown>(Object.entries(wanted));
  const differing = [...new Set([...left.keys(), ...right.keys()])].filter(
    (key) => !isDeepStrictEqual(left.get(key), right.get(key)),
  );
  const list = (values: Map<string, unknown>) =>
    differing.map((key) => `${key}: ${JSON.stringify(values.get(key)) ?? 'not set'}`).join(', ');
  throw new UserError({
    what: `The dataset ${name} exists, but was built differently than dataset.build says`,
    found: `${list(left)} (the dataset)`,
    expected: `${list(right)} (the config)`,
    remedy: 'give dataset.name another name, or build it anew with trm dataset build --config FILE --replace',
  });
}

/** Makes an empty folder for a new run and returns the run's id. */
function makeRunFolder(paths: StudioPaths, experiment: Experiment, createdAt: string): string {
  makeFolder(paths.runs);
  for (;;) {
    const runId = `${timeTag(createdAt)}-${slug(experiment.name)}-${randomTag()}`;
    try {
      mkdirSync(join(paths.runs, runId));
      return runId;
    } catch (error) {
      const taken = error instanceof Error && 'code' in error && error.code === 'EEXIST';
      if (!taken) throw explainFileError(error, 'Cannot make the folder of a run', join(paths.runs, runId));
    }
  }
}
