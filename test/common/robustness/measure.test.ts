// The figures of answers, worked out by hand.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { measureKnowledge, measureSuite, type SuiteAnswer } from '../../../common/robustness/measure.ts';
import { proportion } from '../../../common/statistics.ts';

const answer = (score: number, correct: boolean, steps = 1, halted = true): SuiteAnswer => {
  return { score, correct, steps, halted };
};

test('a suite of four answers', () => {
  const four = [answer(0.75, true), answer(0.75, false), answer(0.25, false, 3, false), answer(1, true, 3)];
  const { haltProbability, steps, areaUnderRoc, ...rest } = measureSuite(four, 0.5);
  assert.deepEqual(rest, {
    puzzles: 4,
    accuracy: proportion(2, 4),
    wrongAndConfident: proportion(1, 4),
    halted: proportion(3, 4),
    // Bins 0.2 to 0.3, 0.7 to 0.8 and from 0.9 on.
    expectedCalibrationError: (0.25 + 2 * 0.25 + 0) / 4,
  });
  assert.equal(haltProbability.value, 0.6875);
  assert.deepEqual([steps.value, steps.low >= 1, steps.high <= 3], [2, true, true]);
  // Of four pairs three are in order and one is even.
  assert.equal(areaUnderRoc?.value, 3.5 / 4);
});

test('knowledge of four answers', () => {
  const four = [answer(0.75, true), answer(0.75, false), answer(0.25, false), answer(1, true)];
  const { answers, right, confidentWhenWrong, confidentWhenRight, curve, brierScore } = measureKnowledge(
    four,
    0.5,
  );
  assert.deepEqual(
    { answers, right, confidentWhenWrong, confidentWhenRight, brierScore },
    {
      answers: 4,
      right: 2,
      confidentWhenWrong: proportion(1, 2),
      confidentWhenRight: proportion(2, 2),
      brierScore: (0.0625 + 0.5625 + 0.0625) / 4,
    },
  );
  assert.deepEqual(curve, [
    { threshold: 1, coverage: proportion(1, 4), risk: proportion(0, 1) },
    { threshold: 0.75, coverage: proportion(3, 4), risk: proportion(1, 3) },
    { threshold: 0.25, coverage: proportion(4, 4), risk: proportion(2, 4) },
  ]);
});

test('long curves are thinned out between their ends', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 400 }), (count) => {
      const given = Array.from({ length: count }, (_, index) => answer((index + 1) / count, index % 3 > 0));
      const { curve } = measureKnowledge(given, 0.5);
      assert.equal(curve.length, Math.min(count, 101));
      assert.equal(curve[0]?.threshold, 1);
      assert.equal(curve.at(-1)?.coverage.value, 1);
      const thresholds = curve.map(({ threshold }) => threshold);
      assert.deepEqual(
        thresholds,
        [...new Set(thresholds)].sort((one, other) => other - one),
      );
    }),
  );
});

test('a threshold keeps the wanted error rate, and none is named where that cannot be shown', () => {
  const sure = [...Array(300)].map(() => answer(0.9, true));
  const { thresholds } = measureKnowledge([...sure, ...[...Array(50)].map(() => answer(0.4, false))], 0.5);
  assert.deepEqual(
    thresholds.map(({ wantedErrorRate, chosen }) => [wantedErrorRate, chosen?.threshold, chosen?.wrong]),
    [
      [0.1, 0.9, 0],
      [0.05, 0.9, 0],
      [0.01, 0.9, 0],
    ],
  );
  const few = measureKnowledge(sure.slice(0, 20), 0.5).thresholds.map(({ chosen }) => chosen);
  assert.deepEqual(few, [null, null, null]);
});
