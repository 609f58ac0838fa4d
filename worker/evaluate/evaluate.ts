// The evaluation job: a checkpoint on a split of a dataset.

import type { JobResultOf, JobSpecOf } from '../../common/jobs.ts';
import type { VoteBook } from '../../common/puzzles/arc/voting.ts';
import { loadCheckpoint } from '../checkpoint/load.ts';
import { computeOnThisDevice, withoutXla } from '../compute.ts';
import { identifierOffsetOf, knowsIdentifiers, requireFittingDataset } from '../dataset/fit.ts';
import { shiftIdentifiers } from '../dataset/joined-splits.ts';
import { type Dataset, openDataset } from '../dataset/open.ts';
import { type JobContext, throwIfCancelled } from '../job.ts';
import { comparesHaltingLogits } from '../model/halting.ts';
import { measureLatency } from '../solve/latency.ts';
import { choosePuzzles } from '../solve/puzzles.ts';
import { createEvaluator } from './evaluator.ts';
import { judgeOf } from './judge.ts';
import { openSharedVotes, shareVotes } from './shared-votes.ts';

type EvaluateSpec = JobSpecOf<'evaluate'>;

/**
 * Evaluates the checkpoint in `spec.checkpointFolder`; before it, those whose votes are counted too.
 * @throws UserError when checkpoint and dataset do not fit, or the dataset has no votes where they are asked for
 */
export async function evaluateJob(
  spec: JobSpecOf<'evaluate'>,
  context: JobContext,
): Promise<JobResultOf<'evaluate'>> {
  const dataset = openDataset(spec.datasetFolder);
  try {
    const shared = openSharedVotes(spec, dataset);
    // Their own figures are known from their own evaluations.
    for (const folder of spec.votesOf ?? []) await evaluateCheckpoint(folder, dataset, spec, context, shared);
    const measured = await evaluateCheckpoint(spec.checkpointFolder, dataset, spec, context, shared);
    const judged = await shareVotes(measured, spec, dataset, shared);
    return { ...judged, ...(await timeSinglePuzzles(spec, dataset, context)) };
  } finally {
    dataset.close();
  }
}

async function timeSinglePuzzles(spec: EvaluateSpec, dataset: Dataset, { signal, progress }: JobContext) {
  const { checkpointFolder, weights, split, latencyPuzzles = 0 } = spec;
  if (latencyPuzzles === 0) return {};
  progress('timing single puzzles', 0, latencyPuzzles, 'puzzles');
  const puzzles = choosePuzzles(dataset, split, latencyPuzzles, 0);
  return { latency: await measureLatency({ checkpointFolder, weights }, puzzles, { threads: 1, signal }) };
}

async function evaluateCheckpoint(
  folder: string,
  dataset: Dataset,
  spec: EvaluateSpec,
  context: JobContext,
  sharedVotes: VoteBook | undefined,
): Promise<JobResultOf<'evaluate'>> {
  const checkpoint = await loadCheckpoint(folder);
  const weights = await checkpoint.weights(spec.weights);
  requireFittingDataset(dataset, checkpoint.dataset, checkpoint.dataset.name);
  if (!knowsIdentifiers(dataset, checkpoint.dataset)) {
    const message =
      'The puzzle identifiers of the dataset stand for puzzles that the model was not trained on; ' +
      'it is evaluated with the embeddings of others';
    context.emit({ type: 'log', level: 'warning', message });
  }
  const offset = identifierOffsetOf(dataset, checkpoint.dataset);
  const split = dataset.split(spec.split);
  const options = {
    batchSize: spec.batchSize,
    maximumPuzzles: spec.maximumPuzzles,
    maximumSteps: spec.maximumSteps || checkpoint.experiment.halting.maximumSteps,
    mode: spec.mode,
    haltThreshold: spec.haltThreshold,
    comparesHaltingLogits: comparesHaltingLogits({
      specification: checkpoint.specification,
      halting: checkpoint.experiment.halting,
    }),
    answerLoss: checkpoint.experiment.training.answerLoss,
    createJudge: judgeOf(dataset, split, offset, sharedVotes),
    onProgress(done: number, total: number) {
      throwIfCancelled(context.signal);
      context.progress('evaluating', done, total, 'puzzles');
    },
  };
  const { training } = checkpoint.experiment;
  const compute = withoutXla(computeOnThisDevice(training));
  const source = shiftIdentifiers(split, offset);
  const evaluator = createEvaluator(checkpoint.specification, source, options, training.executor, compute);
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
}
