// The halting rule that goes with a checkpoint as its default, and where it comes from.

import { z } from 'zod';
import { estimateSchema } from '../results.ts';
import { haltingRuleSchema } from './rule.ts';

export const storedHaltingSchema = z.strictObject({
  rule: haltingRuleSchema,
  /** Whether it was measured or simply asked for. */
  chosen: z.enum(['measured', 'given']),
  /** What it was measured on, by itself; null where it was not. */
  figures: z
    .strictObject({
      datasetDigest: z.string(),
      split: z.enum(['train', 'test']),
      puzzleCount: z.number().int(),
      exactAccuracy: estimateSchema,
      meanSteps: estimateSchema,
      maximumSteps: z.number().int(),
    })
    .nullable(),
  time: z.string(),
});
export type StoredHalting = z.infer<typeof storedHaltingSchema>;
