// The call that begins a training run: its folder with the frozen config and environment, its row, its jobs.

import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type DatasetBuild, type DatasetChoice, datasetsOf } from '../../common/config/dataset.ts';
import type { Experiment } from '../../common/config/experiment.ts';
import { experimentToYaml } from '../../common/config/parse.ts';
import { UserError } from '../../common/errors.ts';
import { explainFileError } from '../../common/file-troubles.ts';
import { now, randomTag, slug, timeTag } from '../clock.ts';
import { findDataset, readDatasetCard } from '../datasets.ts';
import { describeEnvironment, extendEnvironment } from '../environment.ts';
import { makeFolder, writeFileAtomic } from '../files.ts';
import type { EngineContext, Handler } from '../handlers.ts';
import { freezeInitialization, initialWeightsOf } from '../initialization.ts';
import type { StudioPaths } from '../paths.ts';
import { otherDatasetNames, writeOtherDigests } from '../run-datasets.ts';
import { activeBuildOf, queueBuild, requireDataset } from './dataset.ts';

export const startRun: Handler<'run.start'> = async (context, { experiment: asked, force }) => {
  const { store, paths } = context;
  const experiment = await freezeInitialization(store, paths, asked);
  const environment = await describeEnvironment();
  const [digest = '', ...otherDigests] = datasetsOf(experiment.dataset).map((choice) =>
    checkDataset(context, choice),
  );
  const createdAt = now();
  const runId = makeRunFolder(paths, experiment, createdAt);
  const folder = join(paths.runs, runId);
  try {
    writeFileAtomic(join(folder, 'config.yaml'), experimentToYaml(experiment));
    const dataset = { name: experiment.dataset.name, digest };
    extendEnvironment(folder, { runId, createdAt, ...environment, ...(digest === '' ? {} : { dataset }) });
    writeOtherDigests(folder, namedDigests(otherDatasetNames(experiment), otherDigests));
    store.runs.add({ id: runId, experiment, datasetDigest: digest, status: 'queued', createdAt });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return { runId, ...queueTraining(context, runId, experiment, force) };
};

/** Those that are known: the digest of a dataset that is yet to be built is ''. */
function namedDigests(names: string[], digests: string[]): Map<string, string> {
  const named = names.map((name, index) => [name, digests[index] ?? ''] as const);
  return new Map(named.filter(([, digest]) => digest !== ''));
}

/**
 * Queues the training of a run, and before it the builds of those of its datasets that neither exist nor are being built
 * already. Each job depends on the one before it, so that the first that fails is the reason given.
 */
export function queueTraining(context: EngineContext, runId: string, experiment: Experiment, force: boolean) {
  const { paths, queue, store } = context;
  const initialWeights = initialWeightsOf(store, paths, runId, experiment);
  const { name, alsoTrainOn } = experiment.dataset;
  let dependsOn: string | null = null;
  const builds: string[] = [];
  for (const choice of datasetsOf(experiment.dataset)) {
    const building: string | null = activeBuildOf(context, choice.name)?.id ?? null;
    const build: string | null = building === null ? buildMissingDataset(context, choice, dependsOn) : null;
    if (build !== null) builds.push(build);
    dependsOn = building ?? build ?? dependsOn;
  }
  const spec = {
    kind: 'train',
    runId,
    runFolder: join(paths.runs, runId),
    experiment,
    datasetFolder: join(paths.datasets, name),
    ...(initialWeights !== undefined && { initialWeights }),
    ...(force && { force }),
    ...(alsoTrainOn && {
      alsoTrainOn: alsoTrainOn.map((other) => ({
        name: other.name,
        folder: join(paths.datasets, other.name),
      })),
    }),
  } as const;
  const job = queue.enqueue({
    spec,
    title: `Train ${experiment.name}`,
    runId,
    dependsOn,
  });
  const [datasetJobId = null, ...otherDatasetJobIds] = builds;
  return { jobId: job.id, datasetJobId, ...(otherDatasetJobIds.length > 0 && { otherDatasetJobIds }) };
}

/**
 * The digest of a dataset that the experiment names, or '' when it is yet to be built.
 * @throws UserError when there is none and no way to build it, or when it was built in another way
 */
function checkDataset(context: EngineContext, { name, build }: DatasetChoice): string {
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
  { name, build }: DatasetChoice,
  dependsOn: string | null,
): string | null {
  if (build === undefined || findDataset(context.store, context.paths, name) !== null) return null;
  return queueBuild(context, name, build, false, dependsOn);
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
