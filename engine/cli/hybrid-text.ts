// What a hybrid came to, as people read it.

import type { HybridResult } from '../../common/hybrid/result.ts';
import { formatCost } from '../../common/language-model/transmission.ts';
import { formatFacts, formatShare, formatShareEstimate, formatTable } from './format.ts';
import {
  describeFailures,
  describeLatency,
  describeSent,
  describeSpending,
  formatMs,
} from './language-model-text.ts';

type Facts = [name: string, value: string][];

/** So many escalations are shown; all listed ones are in the JSON. */
const mostShown = 12;

export function describeHybrid(result: HybridResult): string {
  const { puzzles, escalated, outcomes, final } = result;
  const count = escalated.unsure + escalated.breaksRules;
  const asked = count - outcomes['not-asked'];
  const facts: Facts = [
    ['TRM on', `${puzzles} test puzzles of ${result.dataset}, halting ${result.halting}`],
    ['helper', describeHelper(result.helper)],
    ...describeThreshold(result),
    ['TRM alone', `${formatShareEstimate(result.trmAlone)} right`],
    ['trusted', `${formatShareEstimate(result.coverage)} of the puzzles`],
    ...(result.coverage.value === 0
      ? []
      : ([['wrong among them', formatShareEstimate(result.errorRate)]] as Facts)),
    [
      'escalated',
      `${count} (${escalated.unsure} not sure, ${escalated.breaksRules} sure but against the rules)`,
    ],
    ...(asked > 0 ? ([["helper's answers", describeOutcomes(result)]] as Facts) : []),
    ['together', `${formatShareEstimate(result.hybrid)} right`],
    ['passed on as', describeFinal(final)],
    ['time', describeTime(result)],
    ...describeLatency("helper's time", result.helperLatency),
    ...(result.spending === null ? [] : describeSpending(result.spending, puzzles)),
  ];
  const parts = [formatFacts(facts), ...describeSent(result), ...describeFailures(result.failures)];
  return [...parts, ...describeEscalations(result)].join('\n\n');
}

function describeHelper(helper: HybridResult['helper']): string {
  if (helper.kind === 'none') return 'none: what would be escalated is only counted';
  return helper.kind === 'solver' ? helper.name : `${helper.model} at ${helper.url}`;
}

function describeThreshold({ threshold }: HybridResult): Facts {
  const { value, origin, wantedErrorRate, choosing, choosingPuzzles, fewestAnswers } = threshold;
  if (origin === 'given') return [['threshold', `${value}, as given`]];
  const wanted = `at most ${formatShare(wantedErrorRate ?? 0)} wrong`;
  if (value === null || choosing === null) {
    const why = `it takes ${fewestAnswers} trusted answers without a mistake to show that`;
    return [
      [
        'threshold',
        `none keeps ${wanted} on the ${choosingPuzzles} puzzles for choosing (${why}): all is escalated`,
      ],
    ];
  }
  const { trusted, wrong, puzzles, errorRateAtMost } = choosing;
  return [
    [
      'threshold',
      `${Number(value.toPrecision(4))}, for ${wanted}; chosen on ${puzzles} other puzzles, where ${trusted} are trusted and ` +
        `${wrong} of them wrong (95 % sure: at most ${formatShare(errorRateAtMost)})`,
    ],
  ];
}

function describeOutcomes({ outcomes }: HybridResult): string {
  const words: [number, string][] = [
    [outcomes.confirmed, 'confirmed by the rules'],
    [outcomes.unchecked, 'taken without a check'],
    [outcomes.rejected, 'against the rules, not taken'],
    [outcomes.failed, 'no answer'],
    [outcomes['not-asked'], 'not asked'],
  ];
  return words.flatMap(([count, text]) => (count === 0 ? [] : [`${count} ${text}`])).join(', ');
}

function describeFinal({ confirmed, confirmedWrong, unchecked, unsolved }: HybridResult['final']): string {
  const wrong = confirmedWrong === 0 ? '' : ` (${confirmedWrong} of them WRONG)`;
  const parts = [`${confirmed} checked${wrong}`, `${unsolved} unsolved`];
  if (unchecked > 0) parts.push(`${unchecked} unchecked, as the domain has no rules`);
  return parts.join(', ');
}

function describeTime({ trmMsPerPuzzle, trmBatch, msPerPuzzle, meanSteps }: HybridResult): string {
  const alone = `${formatMs(trmMsPerPuzzle)} a puzzle by the TRM in batches of ${trmBatch}`;
  return `${alone} (${meanSteps.value.toFixed(2)} steps), ${formatMs(msPerPuzzle)} with the helper`;
}

function describeEscalations({ escalations }: HybridResult): string[] {
  if (escalations.length === 0) return [];
  const rows = escalations.slice(0, mostShown).map((escalation) => {
    const { example, reason, haltProbability, outcome, usage, failure, rejection, right } = escalation;
    return [
      String(example),
      reason,
      haltProbability.toFixed(3),
      outcome,
      right ? 'right' : 'wrong',
      usage === null ? '-' : formatMs(usage.elapsedMs),
      usage?.outputTokens == null ? '-' : String(usage.outputTokens),
      usage?.cost == null ? '-' : formatCost(usage.cost),
      failure === null ? (rejection ?? '') : `${failure.kind}: ${failure.reason}`,
    ];
  });
  const heads = ['puzzle', 'why', 'halting', 'helper', 'in the end', 'time', 'tokens', 'cost', ''];
  const more = escalations.length - rows.length;
  return [formatTable(heads, rows) + (more > 0 ? `\n… and ${more} more (--json lists them)` : '')];
}
