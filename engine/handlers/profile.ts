// The call that profiles the training step of an experiment or of the run behind a checkpoint.

import { join } from 'node:path';
import { datasetsOf } from '../../common/config/dataset.ts';
import { UserError } from '../../common/errors.ts';
import type { EngineContext, Handler } from '../handlers.ts';
import { resolveCheckpoint } from '../references.ts';
import { datasetFolderFor, describeCheckpoint } from './evaluate.ts';

export const startProfile: Handler<'profile.start'> = (
  context,
  { experiment, checkpoint, dataset, ...options },
) => {
  if (experiment !== null) {
    const folders = datasetsOf(experiment.dataset).map(({ name }) => join(context.paths.datasets, name));
    const subject = { experiment, checkpointFolder: null, datasetFolders: folders };
    const spec = { kind: 'profile', ...subject, ...options } as const;
    return { jobId: context.queue.enqueue({ spec, title: `Profile ${experiment.name}` }).id };
  }
  if (checkpoint === null) {
    throw new UserError({ what: 'There is nothing to profile', expected: 'an experiment or a checkpoint' });
  }
  return profileCheckpoint(context, checkpoint, dataset, options);
};

function profileCheckpoint(
  context: EngineContext,
  reference: string,
  dataset: string | null,
  options: { steps: number; traceFile: string | null; replace: boolean },
): { jobId: string } {
  const resolved = resolveCheckpoint(context.store, context.paths, reference);
  const { run, folder } = resolved;
  const main = datasetFolderFor(context, resolved, dataset);
  const others =
    run === null || dataset !== null
      ? []
      : datasetsOf(context.store.runs.experimentOf(run.id).dataset)
          .slice(1)
          .map(({ name }) => join(context.paths.datasets, name));
  const subject = { experiment: null, checkpointFolder: folder, datasetFolders: [main, ...others] };
  const spec = { kind: 'profile', ...subject, ...options } as const;
  const title = `Profile ${describeCheckpoint(resolved)}`;
  return { jobId: context.queue.enqueue({ spec, title, runId: run?.id ?? null }).id };
}
