// The dataset job: builds a dataset in place.

import type { JobResultOf, JobSpecOf } from '../../common/jobs.ts';
import type { JobContext } from '../job.ts';
import { buildDataset } from './build.ts';

/** Builds the dataset that `spec` describes. */
export async function datasetJob(
  spec: JobSpecOf<'dataset'>,
  context: JobContext,
): Promise<JobResultOf<'dataset'>> {
  const startedMs = performance.now();
  const { name, build, folder, replace } = spec;
  const card = await buildDataset({
    name,
    build,
    folder,
    replace,
    signal: context.signal,
    onProgress: ({ phase, done, total, unit }) => context.progress(phase, done, total, unit),
    onWarning: (message) => context.emit({ type: 'log', level: 'warning', message }),
  });
  return {
    kind: 'dataset',
    name,
    folder,
    digest: card.digest,
    trainPuzzles: card.splits.train.puzzles,
    testPuzzles: card.splits.test.puzzles,
    elapsedMs: performance.now() - startedMs,
  };
}
