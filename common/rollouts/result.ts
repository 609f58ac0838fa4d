// What the comparison of rollout strategies measures, all on the same puzzles.

import { z } from 'zod';
import { haltingRuleSchema } from '../halting/rule.ts';
import { estimateSchema } from '../results.ts';
import { rolloutStrategySchema } from './strategy.ts';

export const rolloutsChoiceSchema = z.object({
  /** Test puzzles; 0 takes all. */
  count: z.number().int().min(0).default(200),
  seed: z.number().int().min(0).default(0),
  /** 0 means as many as in training. */
  maximumSteps: z.number().int().min(0).max(4096).default(0),
  /** When a chain halts before that; null takes the model's own rule. */
  halting: haltingRuleSchema.nullable().default(null),
  /** Beside the plain one; some usual ones where none is given. */
  strategies: z.array(rolloutStrategySchema).max(50).default([]),
});

export const rolloutFiguresSchema = z.object({
  strategy: rolloutStrategySchema,
  exactAccuracy: estimateSchema,
  /** Against the plain strategy: more exact accuracy, and how likely so uneven counts are by chance (McNemar, exact). */
  gain: z.number(),
  won: z.number().int(),
  lost: z.number().int(),
  probability: z.number(),
  /** Share of puzzles for which any of the answers is right: what a perfect choice would reach. */
  anyRight: estimateSchema,
  /** Supervision steps that the model runs for a puzzle, those of all chains together. */
  meanSteps: z.number(),
  /** Of the whole job, puzzles in batches. */
  msPerPuzzle: z.number(),
});
export type RolloutFigures = z.infer<typeof rolloutFiguresSchema>;

export const rolloutsResultSchema = z.object({
  model: z.string(),
  dataset: z.string(),
  puzzles: z.number().int(),
  halting: haltingRuleSchema,
  maximumSteps: z.number().int(),
  /** The plain strategy first. */
  figures: z.array(rolloutFiguresSchema),
  elapsedMs: z.number(),
});
export type RolloutsResult = z.infer<typeof rolloutsResultSchema>;
