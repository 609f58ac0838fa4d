// Calls about datasets: build, list, show.

import { join } from 'node:path';
import type { DatasetBuild } from '../../common/config/dataset.ts';
import { UserError } from '../../common/errors.ts';
import { nearest } from '../../common/nearest.ts';
import { findDataset, listDatasets, readDatasetCard } from '../datasets.ts';
import type { EngineContext, Handler } from '../handlers.ts';
import type { Job } from '../store/jobs.ts';

export const buildDataset: Handler<'dataset.build'> = (context, { name, build, replace }) => {
  const existing = findDataset(context.store, context.paths, name);
  if (existing !== null && !replace) {
    throw new UserError({
      what: `There is a dataset ${name} already`,
      where: existing.folder,
      expected: 'a name that is free',
      remedy: 'choose another name, or replace it with --replace',
    });
  }
  const active = activeBuildOf(context, name);
  if (active !== undefined) {
    throw new UserError({
      what: `The dataset ${name} is being built already`,
      found: `job ${active.id}`,
      remedy: `wait for it, or stop it with trm jobs stop ${active.id}`,
    });
  }
  return { jobId: queueBuild(context, name, build, replace) };
};

export const datasetList: Handler<'dataset.list'> = ({ store, paths }) => listDatasets(store, paths);

export const showDataset: Handler<'dataset.show'> = (context, { name }) => {
  const row = requireDataset(context, name);
  return { row, card: readDatasetCard(row.folder), runs: context.store.runs.ofDataset(name) };
};

/** Queues the build of a dataset and returns the job's id. */
export function queueBuild(
  context: EngineContext,
  name: string,
  build: DatasetBuild,
  replace: boolean,
  dependsOn: string | null = null,
): string {
  const folder = join(context.paths.datasets, name);
  const spec = { kind: 'dataset', name, build, folder, replace } as const;
  return context.queue.enqueue({ spec, title: `Build dataset ${name}`, dependsOn }).id;
}

/** The queued or running job that builds a dataset of this name. */
export function activeBuildOf({ store }: EngineContext, name: string): Job | undefined {
  return store.jobs.active().find((job) => {
    const spec = job.kind === 'dataset' ? store.jobs.specOf(job.id) : null;
    return spec?.kind === 'dataset' && spec.name === name;
  });
}

/** @throws UserError that names the nearest datasets */
export function requireDataset({ store, paths }: EngineContext, name: string) {
  const row = findDataset(store, paths, name);
  if (row !== null) return row;
  const names = listDatasets(store, paths).map((known) => known.name);
  const near = nearest(name, names, 3);
  const known =
    names.length > 0 ? `there are ${names.slice(0, 8).join(', ')}` : `trm dataset build ${name} makes it`;
  throw new UserError({
    what: `There is no dataset ${JSON.stringify(name)}`,
    where: paths.datasets,
    expected: 'the name of a dataset',
    remedy: near.length > 0 ? `did you mean ${near.join(' or ')}?` : known,
  });
}
