// What the halting lab measures: every criterion on one recorded pass, and the setting that it recommends.

import { z } from 'zod';
import { haltingRuleSchema } from '../halting/rule.ts';
import { estimateSchema } from '../results.ts';

/** What is asked of the recommended setting. */
export const haltingWishSchema = z.discriminatedUnion('kind', [
  /** The cheapest that loses at most so much against the best of all settings. */
  z.object({ kind: z.literal('loss'), share: z.number().min(0).max(1) }),
  /** The cheapest of at least this exact accuracy. */
  z.object({ kind: z.literal('accuracy'), share: z.number().min(0).max(1) }),
  /** The most accurate that takes at most so long for a puzzle. */
  z.object({ kind: z.literal('latency'), ms: z.number().gt(0) }),
]);
export type HaltingWish = z.infer<typeof haltingWishSchema>;

export const haltingChoiceSchema = z.object({
  /** Test puzzles; 0 takes all. */
  count: z.number().int().min(0).default(1000),
  seed: z.number().int().min(0).default(0),
  /** 0 means as many as in training. */
  maximumSteps: z.number().int().min(0).max(1024).default(0),
  wish: haltingWishSchema.default({ kind: 'loss', share: 0.005 }),
  /** Rules to be measured beside the sweeps. */
  rules: z.array(haltingRuleSchema).max(100).default([]),
  /** Whether the recommended rule becomes the default of the checkpoint. */
  store: z.boolean().default(true),
});

export const haltingSettingSchema = z.object({
  rule: haltingRuleSchema,
  exactAccuracy: estimateSchema,
  meanSteps: estimateSchema,
  /** Mean steps times the measured time of a step of one puzzle. */
  latencyMs: z.number(),
  /** Share of puzzles that halt before the last step. */
  halted: z.number(),
  /** Whether no other setting is as accurate with fewer steps. */
  onFront: z.boolean(),
});
export type HaltingSetting = z.infer<typeof haltingSettingSchema>;

export const haltingResultSchema = z.object({
  model: z.string(),
  dataset: z.string(),
  puzzles: z.number().int(),
  maximumSteps: z.number().int(),
  msPerStep: z.number(),
  /** On all puzzles, by rising mean steps. */
  settings: z.array(haltingSettingSchema),
  wish: haltingWishSchema,
  /** Chosen on one half of the puzzles; the figures are those of the other half. Null where nothing fulfils the wish. */
  recommended: haltingSettingSchema
    .omit({ onFront: true })
    .extend({ reportedOn: z.number().int() })
    .nullable(),
  /** All steps for every puzzle, on the same half. */
  allSteps: haltingSettingSchema.omit({ onFront: true }),
  stored: z.boolean(),
  elapsedMs: z.number(),
});
export type HaltingResult = z.infer<typeof haltingResultSchema>;
