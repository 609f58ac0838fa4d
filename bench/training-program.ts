// The programs that train on made-up puzzles, ours and the reference's, and the lines that they print.

import { z } from 'zod';
import { type Experiment, experimentSchema } from '../common/config/experiment.ts';
import { ourProgram, type Program, referencePrograms } from './contender.ts';
import { measurementSchema } from './measure.ts';
import type { CommonSettings, Precision } from './options.ts';
import { isReferenceModel, referenceSettings } from './reference-model.ts';

/** What a training program is told. */
export const trainingSchema = z.object({
  experiment: experimentSchema,
  sizes: z.object({
    vocabularySize: z.number(),
    sequenceLength: z.number(),
    puzzleIdentifierCount: z.number(),
  }),
  /** Opened at the start where there is one, as a run does; its puzzles are not used. */
  datasetFolder: z.string().optional(),
});
export type Training = z.infer<typeof trainingSchema>;

export const trainingLines = {
  ready: z.object({
    /** Milliseconds from the start of the process to the end of each phase; the last is the first step. */
    phases: z.record(z.string(), z.number()),
    peakMemoryBytes: z.number(),
  }),
  answer: measurementSchema,
};

/** Ours and the reference's programs for a training; those of the reference where it has such a model. */
export function trainingPrograms(
  training: Training,
  precisions: readonly Precision[],
  common: CommonSettings,
): Program[] {
  const { experiment, sizes } = training;
  const specification = { ...experiment.model, ...sizes };
  const ours = precisions.map((precision) =>
    ourProgram(`ours, ${precision}`, 'train-ours.ts', {
      ...training,
      experiment: inPrecision(experiment, precision),
    }),
  );
  if (!isReferenceModel(specification)) return ours;
  const { batchSize } = experiment.training;
  const reference = referencePrograms(common, 'train_reference.py', precisions, (precision) =>
    referenceSettings(specification, experiment.halting, batchSize, precision),
  );
  return [...ours, ...reference];
}

function inPrecision(experiment: Experiment, precision: Precision): Experiment {
  return { ...experiment, training: { ...experiment.training, precision } };
}
