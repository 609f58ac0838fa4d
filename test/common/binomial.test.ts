// The binomial distribution against its own sum, and bounds against published ones.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { binomialAtMost, upperBound } from '../../common/binomial.ts';

/** The sum of the terms, each from the last, by their logarithms: the first may be too small for a number. */
function summed(successes: number, trials: number, probability: number): number {
  let logTerm = trials * Math.log1p(-probability);
  let sum = Math.exp(logTerm);
  for (let count = 1; count <= successes; count++) {
    logTerm += Math.log((trials - count + 1) / count) + Math.log(probability) - Math.log1p(-probability);
    sum += Math.exp(logTerm);
  }
  return sum;
}

test('binomialAtMost is the sum of the terms', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 300 }).chain((trials) => {
        return fc.tuple(fc.constant(trials), fc.integer({ min: 0, max: trials - 1 }));
      }),
      fc.integer({ min: 1, max: 99 }),
      ([trials, successes], percent) => {
        const found = binomialAtMost(successes, trials, percent / 100);
        const expected = summed(successes, trials, percent / 100);
        assert.ok(Math.abs(found - expected) < 1e-9, `${found} against ${expected}`);
      },
    ),
  );
  assert.equal(binomialAtMost(3, 3, 0.2), 1);
  assert.equal(binomialAtMost(-1, 3, 0.2), 0);
  assert.equal(binomialAtMost(0, 3, 0), 1);
  assert.equal(binomialAtMost(0, 3, 1), 0);
});

test('upperBound is that of Clopper and Pearson', () => {
  const rounded = (value: number): number => Math.round(value * 1e4) / 1e4;
  // Newcombe 1998, table I, exact two-sided 95 %: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
  assert.deepEqual(
    [
      upperBound(81, 263, 0.975),
      upperBound(15, 148, 0.975),
      upperBound(0, 20, 0.975),
      upperBound(1, 29, 0.975),
    ].map(rounded),
    [0.3676, 0.1617, 0.1684, 0.1776],
  );
  // Without a success: 1 − (1 − confidence)^(1 / trials).
  assert.equal(rounded(upperBound(0, 59, 0.95)), rounded(1 - 0.05 ** (1 / 59)));
  assert.equal(upperBound(4, 4, 0.95), 1);
  assert.equal(upperBound(0, 0, 0.95), 1);
});

test('at the bound the chance of so few is what is left of the confidence', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20_000 }).chain((trials) => {
        return fc.tuple(fc.constant(trials), fc.integer({ min: 0, max: trials - 1 }));
      }),
      fc.constantFrom(0.8, 0.95, 0.99),
      ([trials, successes], confidence) => {
        const bound = upperBound(successes, trials, confidence);
        assert.ok(bound > successes / trials);
        assert.ok(Math.abs(binomialAtMost(successes, trials, bound) - (1 - confidence)) < 1e-6);
      },
    ),
  );
});
