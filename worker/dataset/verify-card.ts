// Compares what a dataset card says in numbers with what was found in the arrays.

import { isDeepStrictEqual } from 'node:util';
import type { DatasetCard, Distribution, LeakageCheck, SplitCard } from '../../common/dataset-card.ts';
import { formatCard, formatDistribution } from './card-text.ts';
import { dataFiles, datasetDigest, type SplitName } from './layout.ts';
import type { Dataset } from './open.ts';

/** What was recomputed of a split card, from the arrays. */
export interface RecomputedSplit {
  counts: SplitCard['counts'];
  distributions: SplitCard['distributions'];
  /** Why a number of the card cannot be recomputed, by the number's name: `it stands in the source file only`. */
  unknown?: Record<string, string>;
}

/** Compares the numbers of a split; gives no check where there is no card. */
export function checkSplitCard(dataset: Dataset, name: SplitName, found?: RecomputedSplit): LeakageCheck[] {
  if (dataset.card === undefined) return [];
  const claimed = dataset.card.splits[name];
  const { exampleCount, groupCount } = dataset.split(name);
  const {
    counts,
    distributions,
    unknown = {},
  } = (isTakenOver(dataset) ? undefined : found) ?? recomputedNothing(claimed);
  const numbers = [
    ...compareRecords(
      { examples: claimed.examples, puzzles: claimed.puzzles, ...claimed.counts },
      { examples: exampleCount, puzzles: groupCount, ...counts },
      String,
    ),
    ...compareRecords<Distribution>(claimed.distributions, distributions, describeDistribution),
  ];
  const compared = numbers.filter((number) => !Object.hasOwn(unknown, number.name));
  const wrong = compared.flatMap(({ problem }) => problem ?? []);
  const right = compared.flatMap(({ name, problem }) => (problem === undefined ? [name] : []));
  const skipped = numbers.flatMap(({ name }) =>
    Object.hasOwn(unknown, name) ? [`Not recomputed: ${name} (${unknown[name]}).`] : [],
  );
  const result = [
    ...wrong.map((problem) => `${problem}.`),
    ...(right.length > 0 ? [`As on the card: ${right.join(', ')}.`] : []),
    ...skipped,
  ].join(' ');
  return [{ name: `Numbers on the card, ${name} split`, result, passed: wrong.length === 0 }];
}

/** The card of a dataset that another program made claims no more than how many examples and puzzles there are. */
function isTakenOver({ card }: Dataset): boolean {
  return card?.build.kind === 'reference';
}

function recomputedNothing(claimed: SplitCard): RecomputedSplit {
  const names = [...Object.keys(claimed.counts), ...Object.keys(claimed.distributions)];
  const reason = 'no check of this domain';
  return { counts: {}, distributions: {}, unknown: Object.fromEntries(names.map((name) => [name, reason])) };
}

/** Compares the leakage checks on the card with the same checks made anew; gives no check where there is no card. */
export function checkLeakageCard(dataset: Dataset, found: readonly LeakageCheck[]): LeakageCheck[] {
  const { card } = dataset;
  if (card === undefined || isTakenOver(dataset)) return [];
  const claimed = Object.fromEntries(card.leakageChecks.map((check) => [check.name, check]));
  const made = Object.fromEntries(found.map((check) => [check.name, check]));
  const wrong = compareRecords(claimed, made, describeLeakage).flatMap(({ problem }) => problem ?? []);
  const result = wrong.length === 0 ? `${found.length} checks give what the card says.` : wrong.join('; ');
  return [{ name: 'Leakage checks on the card', result, passed: wrong.length === 0 }];
}

/** Whether the card agrees with itself and `CARD.md` with the card. */
export function checkCardItself(card: DatasetCard, readableCard: string | undefined): LeakageCheck {
  const claims: [name: string, found: unknown, expected: unknown][] = [
    ['kind', card.kind, card.build.kind],
    ['seed', card.seed, card.build.seed],
    ['digest', card.digest, datasetDigest(card.files)],
    ['list of files', card.files.map(({ path }) => path).sort(), dataFiles(card.vocabulary.domain)],
  ];
  const wrong = claims.flatMap(([name, found, expected]) =>
    isDeepStrictEqual(found, expected) ? [] : [`${name} is ${found}, expected ${expected}`],
  );
  if (readableCard !== formatCard(card)) {
    wrong.push(
      readableCard === undefined ? 'CARD.md is missing' : 'CARD.md does not say what card.json says',
    );
  }
  const result =
    wrong.length === 0 ? 'card.json agrees with itself and with CARD.md.' : `${wrong.join('; ')}.`;
  return { name: 'Card', result, passed: wrong.length === 0 };
}

/** A problem for each name whose values differ or that only one side has. */
function compareRecords<Value>(
  claimed: Readonly<Record<string, Value>>,
  found: Readonly<Record<string, Value>>,
  describe: (value: Value) => string,
): { name: string; problem: string | undefined }[] {
  const names = [...new Set([...Object.keys(claimed), ...Object.keys(found)])];
  return names.map((name) => {
    const [one, other] = [claimed[name], found[name]];
    if (isDeepStrictEqual(one, other)) return { name, problem: undefined };
    const say = (value: Value | undefined) => (value === undefined ? 'nothing' : describe(value));
    return { name, problem: `${name}: the card says ${say(one)}, found ${say(other)}` };
  });
}

function describeDistribution(distribution: Distribution): string {
  const bars = distribution.histogram.map(({ from, to, count }) => `${from}-${to}: ${count}`);
  return `${formatDistribution(distribution)} (${bars.join(', ')})`;
}

function describeLeakage({ result, passed }: LeakageCheck): string {
  return `${passed ? 'passed' : 'failed'}, ${JSON.stringify(result)}`;
}
