// What is known only when a job's turn comes: the dataset that another job built before it.

import { UserError } from '../../common/errors.ts';
import type { JobSpec, JobSpecOf } from '../../common/jobs.ts';
import { findDataset } from '../datasets.ts';
import { extendEnvironment } from '../environment.ts';
import type { StudioPaths } from '../paths.ts';
import { otherDatasetNames, readOtherDigests, writeOtherDigests } from '../run-datasets.ts';
import type { Job } from '../store/jobs.ts';
import type { Store } from '../store/open.ts';

/**
 * The specification of a job that is about to start. A training run gets the digest of its dataset when it
 * first begins.
 * @throws UserError when its dataset is gone, or is not the one that the run was trained on so far
 */
export function prepareSpec(store: Store, paths: StudioPaths, job: Job): JobSpec {
  const spec = store.jobs.specOf(job.id);
  if (spec.kind === 'train') {
    checkDataset(store, paths, spec.runId, spec.runFolder, spec.experiment.dataset.name);
    checkOtherDatasets(store, paths, spec);
  }
  return spec;
}

/** As the first one, but what they were stands in the run's environment alone. */
function checkOtherDatasets(store: Store, paths: StudioPaths, spec: JobSpecOf<'train'>): void {
  const names = otherDatasetNames(spec.experiment);
  if (names.length === 0) return;
  const known = readOtherDigests(spec.runFolder);
  const found = new Map(names.map((name) => [name, requireDigestOf(store, paths, name)]));
  for (const [name, digest] of found) requireDigest(spec.runId, name, known.get(name) ?? digest, digest);
  if (names.some((name) => !known.has(name))) writeOtherDigests(spec.runFolder, found);
}

function checkDataset(
  store: Store,
  paths: StudioPaths,
  runId: string,
  runFolder: string,
  name: string,
): void {
  const found = requireDigestOf(store, paths, name);
  const digest = store.runs.find(runId)?.datasetDigest ?? '';
  requireDigest(runId, name, digest || found, found);
  if (digest !== '') return;
  store.runs.setDatasetDigest(runId, found);
  extendEnvironment(runFolder, { dataset: { name, digest: found } });
}

function requireDigestOf(store: Store, paths: StudioPaths, name: string): string {
  const dataset = findDataset(store, paths, name);
  if (dataset === null) {
    throw new UserError({
      what: `The dataset ${name} is gone`,
      where: paths.datasets,
      expected: `a folder ${name} with a card.json`,
      remedy: `trm dataset build ${name}`,
    });
  }
  return dataset.digest;
}

/** @throws UserError when a dataset is not the one that a run was trained on */
export function requireDigest(runId: string, name: string, expected: string, found: string): void {
  if (expected === found) return;
  throw new UserError({
    what: `The dataset ${name} is not the one that run ${runId} was trained on`,
    found: `digest ${found}`,
    expected: `digest ${expected}`,
    remedy: 'build the dataset as it was, or start a new run with trm train',
  });
}
