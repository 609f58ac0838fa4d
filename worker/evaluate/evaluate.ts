// The evaluation job: a checkpoint on a split of a dataset.

import type { JobResultOf, JobSpecOf } from '../../common/jobs.ts';
import { loadCheckpoint } from '../checkpoint/load.ts';
import { requireFittingDataset } from '../dataset/fit.ts';
import { openDataset } from '../dataset/open.ts';
import { type JobContext, throwIfCancelled } from '../job.ts';
import { createEvaluator } from './evaluator.ts';
import { judgeOf } from './judge.ts';

/** Evaluates the checkpoint in `spec.checkpointFolder`. */
export async function evaluateJob(
  spec: JobSpecOf<'evaluate'>,
  context: JobContext,
): Promise<JobResultOf<'evaluate'>> {
  const checkpoint = await loadCheckpoint(spec.checkpointFolder);
  const weights = await checkpoint.weights(spec.weights);
  const dataset = openDataset(spec.datasetFolder);
  try {
    requireFittingDataset(dataset, checkpoint.dataset, checkpoint.dataset.name);
    const options = {
      batchSize: spec.batchSize,
      maximumPuzzles: spec.maximumPuzzles,
      maximumSteps: spec.maximumSteps || checkpoint.experiment.halting.maximumSteps,
      createJudge: judgeOf(dataset, dataset.split(spec.split)),
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
