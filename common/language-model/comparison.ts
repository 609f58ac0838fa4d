// A TRM and a language model on the same puzzles, measured by the same checks.

import { z } from 'zod';
import { mcnemar } from '../mcnemar.ts';
import { estimateSchema } from '../results.ts';
import { proportion } from '../statistics.ts';
import { benchmarks, publishedResultSchema } from './published.ts';
import { failureCountSchema, failureSchema, latencySchema, spendingSchema, usageSchema } from './reply.ts';
import { transmissionSchema } from './transmission.ts';

/** More puzzles than these are counted, but not listed. */
export const mostListedPuzzles = 1000;

/** `exact`: the known answer in every cell. `rules`: what the rules of the domain accept, such as any shortest path. */
export const comparisonMetrics = ['exact', 'rules'] as const;
export type ComparisonMetric = (typeof comparisonMetrics)[number];

/** Of one answer; `rules` is null where the domain has none. */
export const judgementSchema = z.object({ exact: z.boolean(), rules: z.boolean().nullable() });
export type Judgement = z.infer<typeof judgementSchema>;

export const pairingSchema = z.object({
  metric: z.enum(comparisonMetrics),
  /** Puzzles that both were measured on. */
  puzzles: z.number().int(),
  trm: estimateSchema,
  languageModel: estimateSchema,
  both: z.number().int(),
  onlyTrm: z.number().int(),
  onlyLanguageModel: z.number().int(),
  neither: z.number().int(),
  /** Of the exact two-sided McNemar test. */
  pValue: z.number(),
});
export type Pairing = z.infer<typeof pairingSchema>;

export const comparedPuzzleSchema = z.object({
  /** Row of the puzzle in the test split. */
  example: z.number().int(),
  trm: judgementSchema,
  trmSteps: z.number().int(),
  trmMs: z.number(),
  /** Null where the model was not measured: the endpoint failed, or nothing was sent. */
  languageModel: judgementSchema.nullable(),
  failure: failureSchema.nullable(),
  usage: usageSchema.nullable(),
});
export type ComparedPuzzle = z.infer<typeof comparedPuzzleSchema>;

export const comparisonResultSchema = z.object({
  dataset: z.string(),
  domain: z.string(),
  puzzles: z.number().int(),
  availablePuzzles: z.number().int(),
  halting: z.string(),
  maximumSteps: z.number().int(),
  endpoint: z.object({
    url: z.string(),
    model: z.string(),
    temperature: z.number().nullable(),
    answerTokens: z.number().int(),
    answerMs: z.number().int(),
    parallel: z.number().int(),
  }),
  /** Of the TRM on all puzzles, also those on which the language model was not measured. */
  trm: z.object({ exact: estimateSchema, meanSteps: estimateSchema, latency: latencySchema.nullable() }),
  languageModel: z.object({
    /** Puzzles on which it was measured: it answered, or failed by itself. */
    measured: z.number().int(),
    /** Of the questions that the endpoint took, answered or not. */
    latency: latencySchema.nullable(),
    spending: spendingSchema,
    failures: z.array(failureCountSchema),
  }),
  /** None where the model was not measured on any puzzle. */
  pairings: z.array(pairingSchema),
  /** Those published results that are of the same kind of puzzle. */
  published: z.object({ benchmarks: z.array(z.enum(benchmarks)), results: z.array(publishedResultSchema) }),
  transmission: transmissionSchema,
  dryRun: z.boolean(),
  list: z.array(comparedPuzzleSchema),
  elapsedMs: z.number(),
});
export type ComparisonResult = z.infer<typeof comparisonResultSchema>;

/** One row for each metric that the domain has; none without puzzles that both were measured on. */
export function pairUp(compared: readonly ComparedPuzzle[]): Pairing[] {
  const pairs = compared.flatMap(({ trm, languageModel }) => (languageModel ? [{ trm, languageModel }] : []));
  if (pairs.length === 0) return [];
  return comparisonMetrics.flatMap((metric) => {
    if (pairs.some(({ trm }) => trm[metric] === null)) return [];
    const count = (byTrm: boolean, byLanguageModel: boolean) =>
      pairs.filter(
        ({ trm, languageModel }) => trm[metric] === byTrm && languageModel[metric] === byLanguageModel,
      ).length;
    const [both, onlyTrm, onlyLanguageModel] = [count(true, true), count(true, false), count(false, true)];
    return [
      {
        metric,
        puzzles: pairs.length,
        trm: proportion(both + onlyTrm, pairs.length),
        languageModel: proportion(both + onlyLanguageModel, pairs.length),
        both,
        onlyTrm,
        onlyLanguageModel,
        neither: pairs.length - both - onlyTrm - onlyLanguageModel,
        pValue: mcnemar(onlyTrm, onlyLanguageModel),
      },
    ];
  });
}
