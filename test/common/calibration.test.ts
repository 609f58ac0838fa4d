// Calibration and discrimination against their definitions.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  areaUnderRoc,
  brierScore,
  expectedCalibrationError,
  reliabilityBins,
} from '../../common/calibration.ts';
import type { ScoredAnswer } from '../../common/risk-coverage.ts';
import { proportion } from '../../common/statistics.ts';

const answers: fc.Arbitrary<ScoredAnswer[]> = fc.array(
  fc.record({ score: fc.integer({ min: 0, max: 8 }).map((eighths) => eighths / 8), correct: fc.boolean() }),
  { maxLength: 40 },
);

test('the area under the ROC curve counts the pairs that are in order', () => {
  fc.assert(
    fc.property(answers, (given) => {
      const right = given.filter(({ correct }) => correct);
      const wrong = given.filter(({ correct }) => !correct);
      const found = areaUnderRoc(given);
      if (right.length === 0 || wrong.length === 0) {
        assert.equal(found, null);
        return;
      }
      let pairs = 0;
      for (const one of right) {
        for (const other of wrong) pairs += one.score > other.score ? 1 : one.score === other.score ? 0.5 : 0;
      }
      assert.ok(found !== null);
      assert.ok(Math.abs(found.value - pairs / (right.length * wrong.length)) < 1e-12);
      assert.ok(0 <= found.low && found.low <= found.value && found.value <= found.high && found.high <= 1);
    }),
  );
});

test('the interval of the area does not shrink to a point where the scores are apart', () => {
  const apart = Array.from({ length: 20 }, (_, index) => ({ score: index / 20, correct: index >= 10 }));
  const { value, low, high } = areaUnderRoc(apart) ?? { value: 0, low: 0, high: 0 };
  assert.equal(value, 1);
  assert.equal(high, 1);
  assert.ok(low > 0.6 && low < 0.95);
  const mirrored = areaUnderRoc(apart.map(({ score, correct }) => ({ score, correct: !correct })));
  assert.deepEqual({ value: mirrored?.value, low: mirrored?.low }, { value: 0, low: 0 });
  assert.ok(Math.abs((mirrored?.high ?? 0) - (1 - low)) < 1e-9);
});

test('bins hold each answer once', () => {
  const three = [
    { score: 0.05, correct: false },
    { score: 1, correct: true },
    { score: 0.75, correct: false },
  ];
  assert.deepEqual(reliabilityBins(three, 2), [
    { low: 0, high: 0.5, count: 1, meanScore: 0.05, accuracy: proportion(0, 1) },
    { low: 0.5, high: 1, count: 2, meanScore: 0.875, accuracy: proportion(1, 2) },
  ]);
  assert.deepEqual(reliabilityBins([], 1), [{ low: 0, high: 1, count: 0, meanScore: null, accuracy: null }]);
  assert.equal(expectedCalibrationError(three, 2), (0.05 + 2 * 0.375) / 3);
  assert.equal(expectedCalibrationError([]), 0);
});

test('the calibration error is the weighed distance of accuracy and score', () => {
  fc.assert(
    fc.property(answers, fc.integer({ min: 1, max: 12 }), (given, bins) => {
      const counts = reliabilityBins(given, bins).map(({ count }) => count);
      assert.equal(
        counts.reduce((sum, count) => sum + count, 0),
        given.length,
      );
      const sums = new Array<number>(bins).fill(0);
      for (const { score, correct } of given) {
        const bin = Math.min(bins - 1, Math.floor(score * bins));
        sums[bin] = (sums[bin] ?? 0) + Number(correct) - score;
      }
      const expected =
        sums.reduce((sum, difference) => sum + Math.abs(difference), 0) / Math.max(1, given.length);
      assert.ok(Math.abs(expectedCalibrationError(given, bins) - expected) < 1e-12);
    }),
  );
});

test('the Brier score is the mean squared distance', () => {
  assert.equal(
    brierScore([
      { score: 0.5, correct: true },
      { score: 1, correct: true },
      { score: 1, correct: false },
      { score: 0, correct: false },
    ]),
    1.25 / 4,
  );
  assert.equal(brierScore([]), 0);
});
