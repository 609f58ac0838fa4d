// The call that solves puzzles with an exported model.

import { UserError } from '../../common/errors.ts';
import type { EngineContext, Handler } from '../handlers.ts';
import { type ResolvedModel, resolveModel } from '../references.ts';
import { requireDataset } from './dataset.ts';

export const startSolve: Handler<'solve.start'> = (context, { model: reference, dataset, ...options }) => {
  const model = resolveModel(context.store, context.paths, reference);
  const isGiven = options.puzzles.length > 0 || options.text !== undefined;
  const datasetFolder = isGiven ? null : datasetFolderFor(context, model, dataset);
  const spec = { kind: 'solve', modelFile: model.file, datasetFolder, ...options } as const;
  const title = `Solve with ${model.export?.name ?? model.file}`;
  return { jobId: context.queue.enqueue({ spec, title }).id };
};

/** The dataset that puzzles are drawn from, or whose test side fresh ones are generated from. */
function datasetFolderFor(context: EngineContext, model: ResolvedModel, name: string | null): string {
  const runId = model.export?.runId ?? null;
  const datasetName = name ?? (runId === null ? undefined : context.store.runs.find(runId)?.datasetName);
  if (datasetName !== undefined) return requireDataset(context, datasetName).folder;
  throw new UserError({
    what: 'The model belongs to no run of this studio, so its dataset is not known',
    where: model.file,
    remedy: 'give puzzles, or name a dataset with --dataset',
  });
}
