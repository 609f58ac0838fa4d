// Risk and coverage against their definitions, worked out by brute force.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { upperBound } from '../../common/binomial.ts';
import {
  areaUnderRisk,
  bestAreaUnderRisk,
  riskCoverage,
  type ScoredAnswer,
  thresholdForRisk,
  wrongAndConfident,
} from '../../common/risk-coverage.ts';
import { proportion } from '../../common/statistics.ts';

/** Few scores, so that many are equal. */
const answers = (maxLength: number): fc.Arbitrary<ScoredAnswer[]> =>
  fc.array(
    fc.record({ score: fc.integer({ min: 0, max: 8 }).map((eighths) => eighths / 8), correct: fc.boolean() }),
    { maxLength },
  );

function orders<Item>(items: readonly Item[]): Item[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, index) => orders(items.toSpliced(index, 1)).map((rest) => [item, ...rest]));
}

test('the curve of five answers', () => {
  const five = [
    { score: 0.9, correct: true },
    { score: 0.5, correct: false },
    { score: 0.9, correct: false },
    { score: 0.2, correct: true },
    { score: 1, correct: true },
  ];
  assert.deepEqual(riskCoverage(five), [
    { threshold: 1, trusted: 1, wrong: 0, coverage: 0.2, risk: 0 },
    { threshold: 0.9, trusted: 3, wrong: 1, coverage: 0.6, risk: 1 / 3 },
    { threshold: 0.5, trusted: 4, wrong: 2, coverage: 0.8, risk: 0.5 },
    { threshold: 0.2, trusted: 5, wrong: 2, coverage: 1, risk: 0.4 },
  ]);
  assert.deepEqual(wrongAndConfident(five, 0.9), proportion(1, 5));
  assert.deepEqual(wrongAndConfident(five, 0.95), proportion(0, 5));
  assert.deepEqual(riskCoverage([]), []);
  assert.equal(areaUnderRisk([]), 0);
});

test('each point counts the answers that reach its threshold', () => {
  fc.assert(
    fc.property(answers(40), (given) => {
      const thresholds = [...new Set(given.map(({ score }) => score))].sort((one, other) => other - one);
      const expected = thresholds.map((threshold) => {
        const reached = given.filter(({ score }) => score >= threshold);
        const wrong = reached.filter(({ correct }) => !correct).length;
        const trusted = reached.length;
        return { threshold, trusted, wrong, coverage: trusted / given.length, risk: wrong / trusted };
      });
      assert.deepEqual(riskCoverage(given), expected);
    }),
  );
});

test('the area is the mean over every order of equal scores', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ score: fc.constantFrom(0.25, 0.5, 1), correct: fc.boolean() }), {
        minLength: 1,
        maxLength: 6,
      }),
      (given) => {
        const sorted = orders(given).filter((order) =>
          order.every(({ score }, index) => index === 0 || score <= (order[index - 1]?.score ?? 0)),
        );
        const areas = sorted.map((order) => {
          const risks = order.map((_, index) => {
            return order.slice(0, index + 1).filter(({ correct }) => !correct).length / (index + 1);
          });
          return risks.reduce((sum, risk) => sum + risk, 0) / order.length;
        });
        const expected = areas.reduce((sum, area) => sum + area, 0) / areas.length;
        assert.ok(Math.abs(areaUnderRisk(given) - expected) < 1e-12);
        assert.ok(bestAreaUnderRisk(given) <= areaUnderRisk(given) + 1e-12);
      },
    ),
    { numRuns: 60 },
  );
});

test('a score that says nothing gives the error rate as the area', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 50 }), (rights) => {
      const given = rights.map((correct) => ({ score: 0.5, correct }));
      const errorRate = rights.filter((right) => !right).length / rights.length;
      assert.ok(Math.abs(areaUnderRisk(given) - errorRate) < 1e-12);
    }),
  );
});

test('the threshold for a wanted error rate is the lowest whose upper bound keeps it', () => {
  fc.assert(
    fc.property(
      answers(120),
      fc.constantFrom(0, 0.02, 0.1, 0.3, 0.6, 1),
      fc.constantFrom(0.5, 0.8, 0.95),
      (given, wanted, confidence) => {
        const kept = riskCoverage(given).filter(({ wrong, trusted }) => {
          return upperBound(wrong, trusted, confidence) <= wanted;
        });
        const lowest = kept.toSorted((one, other) => one.threshold - other.threshold)[0];
        const expected =
          lowest === undefined
            ? null
            : {
                threshold: lowest.threshold,
                trusted: lowest.trusted,
                wrong: lowest.wrong,
                coverage: proportion(lowest.trusted, given.length),
                errorRate: proportion(lowest.wrong, lowest.trusted),
                errorRateAtMost: upperBound(lowest.wrong, lowest.trusted, confidence),
              };
        assert.deepEqual(thresholdForRisk(given, wanted, confidence), expected);
      },
    ),
  );
});

test('a threshold needs enough answers to be sure of', () => {
  const all = (count: number): ScoredAnswer[] =>
    Array.from({ length: count }, () => ({ score: 1, correct: true }));
  // 0.95 ^ 59 is the first power of 0.95 below 0.05.
  assert.equal(thresholdForRisk(all(58), 0.05), null);
  assert.equal(thresholdForRisk(all(59), 0.05)?.threshold, 1);
  assert.equal(thresholdForRisk([], 0.5), null);
});
