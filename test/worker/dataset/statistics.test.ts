import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { describeNumbers } from '../../../worker/dataset/statistics.ts';

test('describes a narrow range with one bar a value', () => {
  assert.deepEqual(describeNumbers([5, 3, 5, 4]), {
    minimum: 3,
    median: 4.5,
    mean: 4.25,
    maximum: 5,
    histogram: [
      { from: 3, to: 3, count: 1 },
      { from: 4, to: 4, count: 1 },
      { from: 5, to: 5, count: 2 },
    ],
  });
});

test('describes a wide range with bars that double', () => {
  assert.deepEqual(describeNumbers([0, 1, 2, 3, 100, 0, 127]).histogram, [
    { from: 0, to: 0, count: 2 },
    { from: 1, to: 1, count: 1 },
    { from: 2, to: 3, count: 2 },
    { from: 64, to: 127, count: 2 },
  ]);
});

test('no numbers give an empty description', () => {
  assert.deepEqual(describeNumbers([]), { minimum: 0, median: 0, mean: 0, maximum: 0, histogram: [] });
});

test('every number is in one bar', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(5000), { minLength: 1 }), (numbers) => {
      const { histogram } = describeNumbers(numbers);
      for (const { from, to, count } of histogram) {
        assert.equal(numbers.filter((number) => number >= from && number <= to).length, count);
      }
      assert.equal(
        histogram.reduce((sum, bar) => sum + bar.count, 0),
        numbers.length,
      );
    }),
  );
});
