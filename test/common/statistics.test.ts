// Intervals against values from the literature and by definition.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mean, pairedDifference, proportion, quantile } from '../../common/statistics.ts';

function rounded({ value, low, high }: { value: number; low: number; high: number }): number[] {
  return [value, low, high].map((number) => Math.round(number * 1e4) / 1e4);
}

test('proportion gives the Wilson interval', () => {
  // Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
  assert.deepEqual(rounded(proportion(81, 263)), [0.308, 0.2553, 0.3662]);
  assert.deepEqual(rounded(proportion(15, 148)), [0.1014, 0.0624, 0.1605]);
  assert.deepEqual(rounded(proportion(0, 20)), [0, 0, 0.1611]);
  assert.deepEqual(rounded(proportion(1, 29)), [0.0345, 0.0061, 0.1718]);
  assert.deepEqual(rounded(proportion(20, 20)), [1, 0.8389, 1]);
  assert.deepEqual(proportion(0, 0), { value: 0, low: 0, high: 1 });
});

test('mean gives the normal interval inside its bounds', () => {
  assert.deepEqual(rounded(mean([1, 2, 3, 4, 5])), [3, 1.6141, 4.3859]);
  assert.deepEqual(mean([1, 1, 1], 0, 1), { value: 1, low: 1, high: 1 });
  assert.deepEqual(mean([0.5], 0, 1), { value: 0.5, low: 0, high: 1 });
  assert.deepEqual(rounded(mean([0, 1], 0, 1)), [0.5, 0, 1]);
});

test('a paired difference has an interval also where both agree everywhere', () => {
  assert.deepEqual(pairedDifference(0, 0, 0), { value: 0, low: -1, high: 1 });
  const { value, low, high } = pairedDifference(0, 0, 100);
  assert.equal(value, 0);
  assert.equal(low, -high);
  assert.ok(high > 0.01 && high < 0.03);
  // By hand: 5 gained, 9 lost of 98, so 5.5 and 9.5 of 100.
  const found = pairedDifference(5, 9, 98);
  const margin = 1.959963984540054 * Math.sqrt((0.15 - 0.04 ** 2) / 100);
  assert.equal(found.value, -4 / 98);
  assert.ok(
    Math.abs(found.low - (-0.04 - margin)) < 1e-12 && Math.abs(found.high - (-0.04 + margin)) < 1e-12,
  );
});

test('a quantile lies between its neighbours in proportion', () => {
  assert.deepEqual(
    [0, 0.25, 0.5, 0.95, 1].map((share) => quantile([1, 2, 4, 8, 16], share)),
    [1, 2, 4, 14.399999999999999, 16],
  );
});
