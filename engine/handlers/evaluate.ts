// The call that evaluates a checkpoint on a dataset.

import { UserError } from '../../common/errors.ts';
import type { EngineContext, Handler } from '../handlers.ts';
import { requireDigest } from '../jobs/prepare.ts';
import { type ResolvedCheckpoint, resolveCheckpoint } from '../references.ts';
import { requireDataset } from './dataset.ts';

export const startEvaluation: Handler<'evaluate.start'> = (
  context,
  { checkpoint: reference, dataset, withVotesOf, submissionFile, replace, ...options },
) => {
  const checkpoint = resolveCheckpoint(context.store, context.paths, reference);
  const datasetFolder = datasetFolderFor(context, checkpoint, dataset);
  const votesOf = withVotesOf.map((each) => resolveCheckpoint(context.store, context.paths, each).folder);
  const spec = {
    kind: 'evaluate',
    checkpointFolder: checkpoint.folder,
    datasetFolder,
    ...options,
    ...(votesOf.length === 0 ? {} : { votesOf }),
    ...(submissionFile === null ? {} : { submission: { file: submissionFile, replace } }),
  } as const;
  const title = `Evaluate ${describeCheckpoint(checkpoint)}`;
  return { jobId: context.queue.enqueue({ spec, title, runId: checkpoint.run?.id ?? null }).id };
};

/**
 * The folder of the dataset of this name, or of the one that the checkpoint's run was trained on.
 * @throws UserError when there is none, or the run's is not what it was
 */
export function datasetFolderFor(
  context: EngineContext,
  checkpoint: ResolvedCheckpoint,
  name: string | null,
): string {
  if (name !== null) return requireDataset(context, name).folder;
  const { run } = checkpoint;
  if (run === null) {
    throw new UserError({
      what: 'The checkpoint belongs to no run of this studio, so its dataset is not known',
      where: checkpoint.folder,
      remedy: 'name a dataset with --dataset',
    });
  }
  const dataset = requireDataset(context, run.datasetName);
  if (run.datasetDigest !== '') requireDigest(run.id, run.datasetName, run.datasetDigest, dataset.digest);
  return dataset.folder;
}

/** `RUN@STEP`, or the folder where that is not known. */
export function describeCheckpoint({ folder, run, step }: ResolvedCheckpoint): string {
  return run === null || step === null ? folder : `${run.id}@${step}`;
}
