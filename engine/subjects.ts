// Finds the model that a user means for the solver and the labs: an export's name, an .onnx file, or a checkpoint.

import { isAbsolute } from 'node:path';
import { UserError } from '../common/errors.ts';
import type { Subject } from '../common/jobs.ts';
import { nearest } from '../common/nearest.ts';
import { requireDataset } from './handlers/dataset.ts';
import { datasetFolderFor, describeCheckpoint } from './handlers/evaluate.ts';
import type { EngineContext } from './handlers.ts';
import { resolveCheckpoint, resolveModel } from './references.ts';

export interface ResolvedSubject {
  subject: Subject;
  /** What people know it by. */
  label: string;
  /** The run that it comes from; null where that is not known. */
  runId: string | null;
  /**
   * The folder of the dataset of this name, or of the one that the model was trained on.
   * @throws UserError when neither is known
   */
  datasetFolder(name: string | null): string;
}

/**
 * An export wins over a run of the same name.
 * @throws UserError when nothing of this name is there
 */
export function resolveSubject(
  context: EngineContext,
  reference: string,
  weights: 'ema' | 'raw',
): ResolvedSubject {
  if (isModel(context, reference)) return exportedModel(context, reference);
  const checkpoint = resolveCheckpointOrModel(context, reference);
  return {
    subject: { checkpointFolder: checkpoint.folder, weights },
    label: describeCheckpoint(checkpoint),
    runId: checkpoint.run?.id ?? null,
    datasetFolder: (name) => datasetFolderFor(context, checkpoint, name),
  };
}

function isModel({ store }: EngineContext, reference: string): boolean {
  return reference.endsWith('.onnx') || store.exports.find(reference) !== undefined;
}

function exportedModel(context: EngineContext, reference: string): ResolvedSubject {
  const { file, export: row } = resolveModel(context.store, context.paths, reference);
  const runId = row?.runId ?? null;
  return {
    subject: { modelFile: file },
    label: row?.name ?? file,
    runId,
    datasetFolder(name) {
      const known = runId === null ? undefined : context.store.runs.find(runId)?.datasetName;
      const datasetName = name ?? known;
      if (datasetName !== undefined) return requireDataset(context, datasetName).folder;
      throw new UserError({
        what: 'The model belongs to no run of this studio, so its dataset is not known',
        where: file,
        remedy: 'give puzzles, or name a dataset with --dataset',
      });
    },
  };
}

/** @throws UserError that suggests models of either kind where no run is near */
function resolveCheckpointOrModel({ store, paths }: EngineContext, reference: string) {
  const exports = store.exports.list().map(({ name }) => name);
  const near = isAbsolute(reference) ? [] : nearest(reference, exports, 3);
  try {
    return resolveCheckpoint(store, paths, reference);
  } catch (error) {
    if (!(error instanceof UserError) || near.length === 0) throw error;
    throw new UserError({
      what: `There is no model ${JSON.stringify(reference)}`,
      expected:
        "an export's name, an .onnx file, or a checkpoint: RUN, RUN@STEP, RUN@best, RUN@last, a folder",
      remedy: `did you mean the export ${near.join(' or ')}?`,
    });
  }
}
