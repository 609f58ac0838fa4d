// What became of a question to a language model: what it took, and why there is no answer where there is none.

import { z } from 'zod';
import { estimateSchema } from '../results.ts';
import { mean } from '../statistics.ts';

/** What an endpoint is at fault for: its model is not measured by these. */
export const endpointFailures = [
  'unreachable',
  'refused',
  'no-model',
  'rejected',
  'busy',
  'server-error',
  'no-stream',
  'malformed',
  'silent',
  'not-asked',
] as const;

/** What the model is at fault for: these count as answers that are not right. */
export const modelFailures = ['too-slow', 'too-long', 'empty', 'no-grid'] as const;

export const failureKindSchema = z.enum([...endpointFailures, ...modelFailures]);
export type FailureKind = z.infer<typeof failureKindSchema>;

/** Why there is no answer, in one line. */
export const failureSchema = z.object({ kind: failureKindSchema, reason: z.string() });
export type Failure = z.infer<typeof failureSchema>;

/** Whether the failure says something of the model, and not of how it was reached. */
export function isModelFailure({ kind }: Failure): boolean {
  return modelFailures.some((own) => own === kind);
}

/** What an answer, or the lack of one, took. */
export const usageSchema = z.object({
  elapsedMs: z.number(),
  /** Requests that were sent for it, retries included; 0 for a solver. */
  attempts: z.number().int(),
  /** Null where nobody tells. */
  inputTokens: z.number().int().nullable(),
  /** Reasoning included. */
  outputTokens: z.number().int().nullable(),
  /** Null without prices or without token counts. */
  cost: z.number().nullable(),
});
export type Usage = z.infer<typeof usageSchema>;

export const failureCountSchema = z.object({
  kind: failureKindSchema,
  count: z.number().int(),
  /** The reason of the first. */
  example: z.string(),
});
export type FailureCount = z.infer<typeof failureCountSchema>;

/** The failures by kind, the most frequent first. */
export function countFailures(failures: readonly Failure[]): FailureCount[] {
  const counts = new Map<FailureKind, FailureCount>();
  for (const { kind, reason } of failures) {
    const known = counts.get(kind);
    counts.set(kind, { kind, count: (known?.count ?? 0) + 1, example: known?.example ?? reason });
  }
  return [...counts.values()].sort((one, other) => other.count - one.count);
}

export const latencySchema = z.object({
  count: z.number().int(),
  meanMs: estimateSchema,
  p50Ms: z.number(),
  p95Ms: z.number(),
  maximumMs: z.number(),
});
export type Latency = z.infer<typeof latencySchema>;

/** Null without times. The quantiles are times that were measured (nearest rank). */
export function summarizeLatency(timesMs: readonly number[]): Latency | null {
  if (timesMs.length === 0) return null;
  const sorted = timesMs.toSorted((one, other) => one - other);
  const rank = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
  const { value, low, high } = mean(sorted, 0, sorted.at(-1));
  return {
    count: sorted.length,
    meanMs: { value, low, high },
    p50Ms: rank(0.5),
    p95Ms: rank(0.95),
    maximumMs: rank(1),
  };
}

export const spendingSchema = z.object({
  /** Requests, retries included. */
  requests: z.number().int(),
  inputTokens: z.number().int(),
  outputTokens: z.number().int(),
  /** Answers whose tokens nobody told: they are in none of the sums. */
  withoutTokens: z.number().int(),
  /** Null where no answer's cost is known. */
  cost: z.number().nullable(),
});
export type Spending = z.infer<typeof spendingSchema>;

export function sumUsage(usages: readonly Usage[]): Spending {
  const sum = (read: (usage: Usage) => number | null) =>
    usages.reduce((total, usage) => total + (read(usage) ?? 0), 0);
  const known = usages.filter(({ cost }) => cost !== null);
  return {
    requests: sum(({ attempts }) => attempts),
    inputTokens: sum(({ inputTokens }) => inputTokens),
    outputTokens: sum(({ outputTokens }) => outputTokens),
    withoutTokens: usages.filter(({ inputTokens, outputTokens }) => (inputTokens ?? outputTokens) === null)
      .length,
    cost: known.length === 0 ? null : sum(({ cost }) => cost),
  };
}
