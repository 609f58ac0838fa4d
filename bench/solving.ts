// The lines of the programs that solve test puzzles with a trained model (evaluate and solve), the reference's programs
// for it, and what the answers come to.

import { join } from 'node:path';
import { z } from 'zod';
import { proportion } from '../common/statistics.ts';
import { exportWeightsJob } from '../worker/interchange/export-weights.ts';
import type { JobContext } from '../worker/job.ts';
import { type Measured, type Program, referencePrograms } from './contender.ts';
import { measurementSchema, spreadOf } from './measure.ts';
import type { CommonSettings, Precision } from './options.ts';
import { referenceSettings } from './reference-model.ts';
import type { TrainedModel } from './trained-model.ts';

const answerSchema = z.object({
  ...measurementSchema.shape,
  puzzles: z.number(),
  /** Puzzles of which every cell is right. */
  exact: z.number(),
  meanSteps: z.number(),
  /** Milliseconds of each batch, where they are timed one by one. */
  batchesMs: z.array(z.number()),
});
export type SolvingAnswer = z.infer<typeof answerSchema>;
export const solvingLines = { ready: z.object({}), answer: answerSchema };

/** What every program is told: which puzzles, and how many at once. */
export interface Puzzles {
  datasetFolder: string;
  /** Taken evenly from the test split. */
  puzzles: number;
  batchSize: number;
}

/** For jobs that are called without an engine: says nothing, is never cancelled. */
export const quietContext: JobContext = {
  emit: () => undefined,
  progress: () => undefined,
  signal: new AbortController().signal,
};

/** The reference's evaluation of the same weights on the same puzzles, with all supervision steps. */
export async function referenceSolvers(
  { checkpoint, folder }: TrainedModel,
  puzzles: Puzzles,
  precisions: readonly Precision[],
  common: CommonSettings,
): Promise<Program[]> {
  if (common.reference === undefined) return [];
  const weightsFile = join(folder, 'weights.pt');
  const format = { format: 'pt', weights: 'ema', compiled: false, replace: true } as const;
  await exportWeightsJob(
    { kind: 'export-weights', checkpointFolder: checkpoint.folder, outputFile: weightsFile, ...format },
    quietContext,
  );
  const { specification, experiment } = checkpoint;
  return referencePrograms(common, 'evaluate_reference.py', precisions, (precision) => ({
    ...referenceSettings(specification, experiment.halting, puzzles.batchSize, precision),
    ...puzzles,
    weightsFile,
  }));
}

export interface Throughput {
  name: string;
  puzzlesPerSecond: ReturnType<typeof spreadOf>;
  exactAccuracy: ReturnType<typeof proportion>;
  meanSteps: number;
  peakMemoryBytes: number;
}

export function throughputOf({ name, answers }: Measured<unknown, SolvingAnswer>): Throughput {
  const [{ exact, puzzles, meanSteps } = { exact: 0, puzzles: 0, meanSteps: 0 }] = answers;
  return {
    name,
    puzzlesPerSecond: spreadOf(answers.map((answer) => (answer.puzzles * 1000) / answer.elapsedMs)),
    exactAccuracy: proportion(exact, puzzles),
    meanSteps,
    peakMemoryBytes: Math.max(...answers.map(({ peakMemoryBytes }) => peakMemoryBytes)),
  };
}

export function describeAccuracy({ value, low, high }: ReturnType<typeof proportion>): string {
  const percent = (share: number) => (100 * share).toFixed(1);
  return `${percent(value)} % (${percent(low)} to ${percent(high)})`;
}
