// The datasets that a run is trained on beside its first one. Which they were stands in the run's environment, as
// `otherDatasets`, from the moment it is known; the first one stands in the store too.

import { z } from 'zod';
import { datasetsOf } from '../common/config/dataset.ts';
import type { Experiment } from '../common/config/experiment.ts';
import { extendEnvironment, readEnvironment } from './environment.ts';

const digestsSchema = z.array(z.object({ name: z.string(), digest: z.string() }));

/** The digests of the other datasets by name; those are missing that were not built yet. */
export function readOtherDigests(runFolder: string): Map<string, string> {
  const parsed = digestsSchema.safeParse(readEnvironment(runFolder).otherDatasets);
  return new Map(parsed.success ? parsed.data.map(({ name, digest }) => [name, digest]) : []);
}

/** Notes the digests of the other datasets, for good. */
export function writeOtherDigests(runFolder: string, digests: ReadonlyMap<string, string>): void {
  if (digests.size === 0) return;
  const otherDatasets = [...digests].map(([name, digest]) => ({ name, digest }));
  extendEnvironment(runFolder, { otherDatasets });
}

/** The names of the datasets beside the first one. */
export function otherDatasetNames({ dataset }: Experiment): string[] {
  return datasetsOf(dataset)
    .slice(1)
    .map(({ name }) => name);
}
