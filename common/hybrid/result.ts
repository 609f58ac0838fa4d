// What a hybrid of a TRM and a helper came to: which answers were trusted, what was escalated and why, what the helper
// made of it, and what it cost.

import { z } from 'zod';
import {
  failureCountSchema,
  failureSchema,
  latencySchema,
  spendingSchema,
  usageSchema,
} from '../language-model/reply.ts';
import { transmissionSchema } from '../language-model/transmission.ts';
import { estimateSchema } from '../results.ts';
import { escalationReasons } from './plan.ts';

/** More escalations than these are counted, but not listed. */
export const mostListedEscalations = 500;

export const escalationOutcomes = [
  /** The rules confirm the helper's answer, which is taken. */
  'confirmed',
  /** The helper's answer is taken, but there are no rules to check it by. */
  'unchecked',
  /** The helper's answer breaks the rules and is not taken. */
  'rejected',
  /** The helper gave no answer. */
  'failed',
  /** There is no helper, or it was only to be planned what it would get. */
  'not-asked',
] as const;

export const escalationSchema = z.object({
  /** Row of the puzzle in the test split. */
  example: z.number().int(),
  reason: z.enum(escalationReasons),
  haltProbability: z.number(),
  outcome: z.enum(escalationOutcomes),
  /** Why the helper's answer was rejected, or why there is none. */
  failure: failureSchema.nullable(),
  rejection: z.string().nullable(),
  usage: usageSchema.nullable(),
  /** Whether the answer that stands in the end is right. */
  right: z.boolean(),
});
export type Escalation = z.infer<typeof escalationSchema>;

export const helperSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('none') }),
  z.object({ kind: z.literal('solver'), name: z.string() }),
  z.object({ kind: z.literal('endpoint'), url: z.string(), model: z.string() }),
]);

export const thresholdSchema = z.object({
  /** Null where no threshold keeps the wanted error rate, so that everything is escalated. */
  value: z.number().nullable(),
  origin: z.enum(['chosen', 'given']),
  wantedErrorRate: z.number().nullable(),
  /** Trusted answers without a mistake that it takes to show that rate; null where the threshold was given. */
  fewestAnswers: z.number().int().nullable(),
  /** What it was chosen on; null where it was given, or where there is none. */
  choosing: z
    .object({
      puzzles: z.number().int(),
      trusted: z.number().int(),
      wrong: z.number().int(),
      coverage: estimateSchema,
      errorRate: estimateSchema,
      errorRateAtMost: z.number(),
    })
    .nullable(),
  choosingPuzzles: z.number().int(),
});

export const hybridResultSchema = z.object({
  dataset: z.string(),
  domain: z.string(),
  halting: z.string(),
  maximumSteps: z.number().int(),
  helper: helperSchema,
  keepValid: z.boolean(),
  threshold: thresholdSchema,
  /** Puzzles of the half that the threshold was not chosen on; all where it was given. */
  puzzles: z.number().int(),
  /** Of every answer of the TRM, whatever its halting probability. */
  trmAlone: estimateSchema,
  /** Answers at or above the threshold, before the rules are asked. */
  coverage: estimateSchema,
  /** Wrong among these. */
  errorRate: estimateSchema,
  escalated: z.object({ unsure: z.number().int(), breaksRules: z.number().int() }),
  outcomes: z.record(z.enum(escalationOutcomes), z.number().int()),
  failures: z.array(failureCountSchema),
  /** Right answers of both together. */
  hybrid: estimateSchema,
  /** What is known of the answers that stand in the end, without looking at the right ones. */
  final: z.object({
    /** Confirmed by the rules of the domain. */
    confirmed: z.number().int(),
    /** Of these the wrong ones, by the known answer or the rules. */
    confirmedWrong: z.number().int(),
    /** Without rules to check them by. */
    unchecked: z.number().int(),
    /** Known to break the rules, and passed on as unsolved. */
    unsolved: z.number().int(),
  }),
  /** Of a puzzle where batches of `trmBatch` run at once. */
  trmMsPerPuzzle: z.number(),
  trmBatch: z.number().int(),
  meanSteps: estimateSchema,
  /** Of the helper, of the puzzles that it was given. */
  helperLatency: latencySchema.nullable(),
  /** Both together, mean of all puzzles. */
  msPerPuzzle: z.number(),
  spending: spendingSchema.nullable(),
  /** What was sent, or would be; null where the helper is no endpoint. */
  transmission: transmissionSchema.nullable(),
  dryRun: z.boolean(),
  escalations: z.array(escalationSchema),
  elapsedMs: z.number(),
});
export type HybridResult = z.infer<typeof hybridResultSchema>;
