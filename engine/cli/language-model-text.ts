// What commands say of a language model: what was sent, how long it took, what it cost, how it failed.

import type { FailureCount, Latency, Spending } from '../../common/language-model/reply.ts';
import {
  describeTransmission,
  formatCost,
  type Transmission,
} from '../../common/language-model/transmission.ts';
import { formatTable } from './format.ts';

/** `0.42 ms`, `12 ms`, `3.4 s` */
export function formatMs(milliseconds: number): string {
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(1)} s`;
  return `${milliseconds >= 10 ? Math.round(milliseconds) : milliseconds.toFixed(2)} ms`;
}

export function describeLatency(name: string, latency: Latency | null): [string, string][] {
  if (latency === null) return [];
  const { meanMs, p50Ms, p95Ms, maximumMs } = latency;
  const interval = `${formatMs(meanMs.value)} (${formatMs(meanMs.low)} to ${formatMs(meanMs.high)})`;
  const quantiles = `p50 ${formatMs(p50Ms)}, p95 ${formatMs(p95Ms)}, at most ${formatMs(maximumMs)}`;
  return [[name, `${interval}, ${quantiles}`]];
}

export function describeSpending(spending: Spending, puzzles: number): [string, string][] {
  const { requests, inputTokens, outputTokens, withoutTokens, cost } = spending;
  const unknown = withoutTokens === 0 ? '' : `; those of ${withoutTokens} answers are not told`;
  const facts: [string, string][] = [
    ['tokens', `${inputTokens} in, ${outputTokens} out, in ${requests} requests${unknown}`],
  ];
  if (cost === null) return facts;
  const each = formatCost(cost / Math.max(1, puzzles));
  return [...facts, ['cost', `${formatCost(cost)}, ${each} a puzzle, by the given prices`]];
}

/** Of a rehearsal what would be sent, with the first question whole; what is sent is said before it is. */
export function describeSent({
  transmission,
  dryRun,
}: {
  transmission: Transmission | null;
  dryRun: boolean;
}): string[] {
  if (transmission === null || !dryRun) return [];
  const lines = describeTransmission(transmission);
  const { firstQuestion } = transmission;
  const head = 'What would be sent (nothing was):';
  const question = firstQuestion !== null ? ['', 'The first question:', '', firstQuestion] : [];
  return [[head, ...lines.map((line) => `  ${line}`), ...question].join('\n')];
}

export function describeFailures(failures: readonly FailureCount[]): string[] {
  if (failures.length === 0) return [];
  return [
    formatTable(
      ['failure', 'count', 'such as'],
      failures.map(({ kind, count, example }) => [kind, String(count), example]),
    ),
  ];
}
