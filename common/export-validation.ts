// How an export answers beside the checkpoint that it was made from, on the same puzzles.

import { z } from 'zod';

/** As in results.ts, which imports this. */
const estimate = z.object({ value: z.number(), low: z.number(), high: z.number() });

export const exportValidationSchema = z.object({
  split: z.enum(['train', 'test']),
  puzzleCount: z.number().int(),
  halting: z.string(),
  /** Share of puzzles whose every cell is right when they halt, of the export and of the checkpoint. */
  exactAccuracy: estimate,
  trainedExactAccuracy: estimate,
  /** Export minus checkpoint, puzzle by puzzle, with its 95 % interval. */
  difference: estimate,
  /** Puzzles that only the checkpoint got right, and those that only the export did. */
  lost: z.number().int(),
  gained: z.number().int(),
  /** Share of puzzles with the same answer in every cell, right or not. */
  equalAnswers: z.number(),
  meanSteps: z.number(),
  trainedMeanSteps: z.number(),
  allowedLoss: z.number(),
  /** Whether it lost more and was kept all the same. */
  forced: z.boolean(),
});
export type ExportValidation = z.infer<typeof exportValidationSchema>;
