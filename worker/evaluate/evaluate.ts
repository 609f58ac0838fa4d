// The evaluation job: a checkpoint on a split of a dataset.

import { UserError } from '../../common/errors.ts';
import type { JobResultOf, JobSpecOf } from '../../common/jobs.ts';
import { type Checkpoint, loadCheckpoint } from '../checkpoint/load.ts';
import { type Dataset, openDataset } from '../dataset/open.ts';
import { type JobContext, throwIfCancelled } from '../job.ts';
import { createEvaluator } from './evaluator.ts';

/** Evaluates the checkpoint in `spec.checkpointFolder`. */
export async function evaluateJob(
  spec: JobSpecOf<'evaluate'>,
  context: JobContext,
): Promise<JobResultOf<'evaluate'>> {
  const checkpoint = await loadCheckpoint(spec.checkpointFolder);
  const weights = await checkpoint.weights(spec.weights);
  const dataset = openDataset(spec.datasetFolder);
  try {
    requireFitting(checkpoint, dataset);
    const options = {
      batchSize: spec.batchSize,
      maximumPuzzles: spec.maximumPuzzles,
      maximumSteps: spec.maximumSteps || checkpoint.experiment.halting.maximumSteps,
      onProgress(done: number, total: number) {
        throwIfCancelled(context.signal);
        context.progress('evaluating', done, total, 'puzzles');
      },
    };
    const { executor } = checkpoint.experiment.training;
    const evaluator = createEvaluator(checkpoint.specification, dataset.split(spec.split), options, executor);
    try {
      const arrays = Object.fromEntries([...weights].map(([name, { values }]) => [name, values]));
      const measurements = await evaluator.evaluate(arrays);
      return {
        kind: 'evaluate',
        split: spec.split,
        datasetDigest: dataset.digest,
        step: checkpoint.step,
        weights: spec.weights,
        ...measurements,
      };
    } finally {
      evaluator.dispose();
    }
  } finally {
    dataset.close();
  }
}

/** A model reads the vocabulary and the size of puzzle that it was trained on. */
function requireFitting(checkpoint: Checkpoint, dataset: Dataset): void {
  const facts = [
    ['tokens in the vocabulary', checkpoint.dataset.vocabularySize, dataset.metadata.vocabularySize],
    ['cells in a puzzle', checkpoint.dataset.sequenceLength, dataset.metadata.sequenceLength],
  ] as const;
  for (const [what, expected, found] of facts) {
    if (expected === found) continue;
    throw new UserError({
      what: 'The dataset does not fit the checkpoint',
      where: dataset.folder,
      found: `${found} ${what}`,
      expected: `${expected}, as in the dataset ${checkpoint.dataset.name}`,
      remedy: 'evaluate on a dataset of the same kind and size',
    });
  }
  if (dataset.metadata.puzzleIdentifierCount > checkpoint.dataset.puzzleIdentifierCount) {
    throw new UserError({
      what: 'The dataset has puzzle identifiers that the checkpoint has no embedding for',
      where: dataset.folder,
      found: `${dataset.metadata.puzzleIdentifierCount} identifiers`,
      expected: `at most ${checkpoint.dataset.puzzleIdentifierCount}`,
      remedy: 'evaluate on the dataset that the checkpoint was trained on',
    });
  }
}
