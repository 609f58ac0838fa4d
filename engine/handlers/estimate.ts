// The call that estimates what experiments will need.

import { join } from 'node:path';
import { datasetsOf } from '../../common/config/dataset.ts';
import type { Handler } from '../handlers.ts';
import { cacheFolder } from '../paths.ts';

export const startEstimate: Handler<'estimate.start'> = (context, { experiments, ...options }) => {
  const { datasets } = context.paths;
  const spec = {
    kind: 'estimate',
    experiments: experiments.map((experiment) => ({
      experiment,
      datasetFolders: datasetsOf(experiment.dataset).map(({ name }) => join(datasets, name)),
    })),
    calibrationFolder: join(cacheFolder(), 'calibrations'),
    ...options,
  } as const;
  const [first] = experiments;
  const title = `Estimate ${experiments.length === 1 ? first?.name : `${experiments.length} experiments`}`;
  return { jobId: context.queue.enqueue({ spec, title }).id };
};
