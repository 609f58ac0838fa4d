// What the robustness lab measures: how a model does on puzzles unlike those it was trained on, and whether its halting
// probability tells right answers from wrong ones.

import { z } from 'zod';
import { vocabularySchema } from '../dataset-card.ts';
import { haltingRuleSchema } from '../halting/rule.ts';
import { estimateSchema } from '../results.ts';

/** In the order in which they are run and shown; the first is what the others are compared with. */
export const suiteNames = [
  'baseline',
  'unsolvable',
  'several-solutions',
  'contradictory',
  'misleading',
  'fewer-givens',
  'other-size',
  'noise',
  'shifted-vocabulary',
  'turned',
  'identifier',
] as const;
export const suiteNameSchema = z.enum(suiteNames);
export type SuiteName = z.infer<typeof suiteNameSchema>;

/** What a user chooses. */
export const robustnessChoiceSchema = z.object({
  /** All where none is named; the first of all is always run. */
  suites: z.array(suiteNameSchema).default([]),
  /** Test puzzles that each suite begins with. */
  perSuite: z.number().int().min(1).max(100_000).default(100),
  seed: z.number().int().min(0).default(0),
  /** From this halting probability on the model counts as confident. */
  confident: z.number().min(0).max(1).default(0.5),
  /** 0 means as many as in training. */
  maximumSteps: z.number().int().min(0).default(0),
  /** When a puzzle halts before that; null takes the model's own rule. */
  halting: haltingRuleSchema.nullable().default(null),
});

/** Domains that have suites of their own; all others are `tokens`. */
export const suiteDomains = ['sudoku', 'maze', 'arc', 'tokens'] as const;
export type SuiteDomain = (typeof suiteDomains)[number];

/** Measurements of one suite, or of one variant of it. */
export const suiteFiguresSchema = z.object({
  suite: suiteNameSchema,
  /** Tells the rows of one suite apart, such as `10 % of the cells`; null where it has one. */
  variant: z.string().nullable(),
  /** What was done to the test puzzles. */
  change: z.string(),
  /** Which answers count as right. */
  right: z.string(),
  puzzles: z.number().int(),
  /** Test puzzles that could not be changed in this way and are left out. */
  leftOut: z.number().int(),
  accuracy: estimateSchema,
  /** Wrong answers whose halting probability reaches the threshold, among all. */
  wrongAndConfident: estimateSchema,
  haltProbability: estimateSchema,
  steps: estimateSchema,
  /** Puzzles that halted by the rule before or at the last step, among all. */
  halted: estimateSchema,
  /** Whether the halting probability tells the right answers of this row from the wrong ones; null without either. */
  areaUnderRoc: estimateSchema.nullable(),
  expectedCalibrationError: z.number(),
});
export type SuiteFigures = z.infer<typeof suiteFiguresSchema>;

const chosenThresholdSchema = z.object({
  wantedErrorRate: z.number(),
  /** Null where no threshold keeps the rate. */
  chosen: z
    .object({
      threshold: z.number(),
      trusted: z.number().int(),
      wrong: z.number().int(),
      coverage: estimateSchema,
      errorRate: estimateSchema,
      errorRateAtMost: z.number(),
    })
    .nullable(),
});

/** What the halting probability is worth over a set of answers. */
export const knowledgeSchema = z.object({
  answers: z.number().int(),
  right: z.number().int(),
  /** Wrong answers whose halting probability reaches the threshold, among the wrong ones. */
  confidentWhenWrong: estimateSchema,
  /** The same among the right ones. */
  confidentWhenRight: estimateSchema,
  /** Null where all answers are right or all are wrong. */
  areaUnderRoc: estimateSchema.nullable(),
  areaUnderRisk: z.number(),
  /** What no score could beat with as many wrong answers. */
  bestAreaUnderRisk: z.number(),
  expectedCalibrationError: z.number(),
  brierScore: z.number(),
  reliability: z.array(
    z.object({
      low: z.number(),
      high: z.number(),
      count: z.number().int(),
      meanScore: z.number().nullable(),
      accuracy: estimateSchema.nullable(),
    }),
  ),
  /** Some points of the risk-coverage curve, from the strictest threshold on; the areas are computed from all. */
  curve: z.array(
    z.object({
      threshold: z.number(),
      /** Trusted among all. */
      coverage: estimateSchema,
      /** Wrong among the trusted. */
      risk: estimateSchema,
    }),
  ),
  /** What to trust for a wanted error rate among the trusted answers. */
  thresholds: z.array(chosenThresholdSchema),
});
export type Knowledge = z.infer<typeof knowledgeSchema>;

export const failureSchema = z.object({
  suite: suiteNameSchema,
  variant: z.string().nullable(),
  /** Row in the test split of the puzzle that was changed. */
  example: z.number().int(),
  haltProbability: z.number(),
  steps: z.number().int(),
  /** Why the answer is not right. */
  reason: z.string(),
  /** Tokens, as pictures are drawn from. */
  input: z.array(z.number().int()),
  answer: z.array(z.number().int()),
});
export type RobustnessFailure = z.infer<typeof failureSchema>;

export const robustnessResultSchema = z.object({
  model: z.string(),
  dataset: z.string(),
  domain: z.enum(suiteDomains),
  vocabulary: vocabularySchema,
  seed: z.number().int(),
  /** Test puzzles that each suite begins with, of so many that there are. */
  puzzlesDrawn: z.number().int(),
  puzzlesAvailable: z.number().int(),
  /** The rule by which puzzles halted. */
  halting: z.string(),
  maximumSteps: z.number().int(),
  /** From this halting probability on the model counts as confident. */
  confident: z.number(),
  suites: z.array(suiteFiguresSchema),
  /** What was asked for and does not apply, and why. */
  notApplicable: z.array(
    z.object({ suite: suiteNameSchema, variant: z.string().nullable(), reason: z.string() }),
  ),
  /** On untouched test puzzles. */
  inDistribution: knowledgeSchema,
  /** On all suites together, the untouched puzzles included. */
  pooled: knowledgeSchema,
  verdict: z.object({
    /** Whether the model knows when it is wrong. */
    knows: z.enum(['yes', 'partly', 'no', 'unknown']),
    sentences: z.array(z.string()),
  }),
  /** The wrong answers of each suite that the model was surest of. */
  failures: z.array(failureSchema),
  elapsedMs: z.number(),
});
export type RobustnessResult = z.infer<typeof robustnessResultSchema>;

export const suiteTitles: Readonly<Record<SuiteName, string>> = {
  baseline: 'untouched test puzzles',
  unsolvable: 'no solution',
  'several-solutions': 'several solutions',
  contradictory: 'contradictory givens',
  misleading: 'misleading givens',
  'fewer-givens': 'fewer givens',
  'other-size': 'other sizes',
  noise: 'noise',
  'shifted-vocabulary': 'shifted vocabulary',
  turned: 'turned or mirrored',
  identifier: 'other puzzle identifier',
};

/** `noise, 10 % of the cells` */
export function suiteLabel({ suite, variant }: { suite: SuiteName; variant: string | null }): string {
  return variant === null ? suiteTitles[suite] : `${suiteTitles[suite]}, ${variant}`;
}
