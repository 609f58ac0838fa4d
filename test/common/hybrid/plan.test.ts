// Which answers are trusted and which are escalated; and the test that compares two solvers.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  chooseThreshold,
  drawHalves,
  fewestAnswersFor,
  reasonToEscalate,
} from '../../../common/hybrid/plan.ts';
import { pairUp } from '../../../common/language-model/comparison.ts';
import { mcnemar } from '../../../common/mcnemar.ts';

test('two halves share no puzzle and leave none out', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 0, max: 1000 }), (count, seed) => {
      const { choosing, reporting } = drawHalves(count, seed);
      assert.deepEqual([choosing.length, reporting.length], [Math.floor(count / 2), Math.ceil(count / 2)]);
      const all = [...choosing, ...reporting].sort((one, other) => one - other);
      assert.deepEqual(
        all,
        Array.from({ length: count }, (_, row) => row),
      );
    }),
  );
});

test('as many answers as are said to suffice do, and one less does not', () => {
  for (const wanted of [0.3, 0.1, 0.05, 0.01]) {
    const right = Array.from({ length: fewestAnswersFor(wanted) }, () => ({ score: 0.9, correct: true }));
    assert.equal(chooseThreshold(right, wanted)?.threshold, 0.9);
    assert.equal(chooseThreshold(right.slice(1), wanted), null);
  }
  assert.equal(fewestAnswersFor(0.01), 299);
});

test('an answer is escalated where the model is not sure, or the rules say that it is wrong', () => {
  const rule = { threshold: 0.8, keepValid: false };
  const reasons = (keepValid: boolean, threshold: number | null = 0.8) =>
    [true, false, null].flatMap((valid) =>
      [0.8, 0.79].map((score) => reasonToEscalate({ score, valid }, { ...rule, keepValid, threshold })),
    );
  assert.deepEqual(reasons(false), [null, 'unsure', 'breaks-rules', 'unsure', null, 'unsure']);
  assert.deepEqual(reasons(true), [null, null, 'breaks-rules', 'unsure', null, 'unsure']);
  assert.deepEqual(reasons(false, null), Array(6).fill('unsure'));
});

test('McNemar: tails of the binomial distribution', () => {
  assert.equal(mcnemar(0, 0), 1);
  assert.equal(mcnemar(3, 3), 1);
  const isNear = (value: number, wanted: number) => assert.ok(Math.abs(value - wanted) < 1e-12, `${value}`);
  isNear(mcnemar(0, 5), 2 / 32);
  isNear(mcnemar(5, 0), 2 / 32);
  isNear(mcnemar(1, 9), (2 * (1 + 10)) / 1024);
});

test('only puzzles that both were measured on are paired', () => {
  const puzzle = (trm: boolean, languageModel: boolean | null) => ({
    example: 0,
    trm: { exact: trm, rules: null },
    trmSteps: 1,
    trmMs: 1,
    languageModel: languageModel === null ? null : { exact: languageModel, rules: null },
    failure: null,
    usage: null,
  });
  assert.deepEqual(pairUp([puzzle(true, null)]), []);
  const [pairing, ...more] = pairUp([
    puzzle(true, true),
    puzzle(true, false),
    puzzle(true, false),
    puzzle(false, true),
    puzzle(false, false),
    puzzle(true, null),
  ]);
  assert.deepEqual(more, []);
  const { trm, languageModel, pValue, ...counts } = pairing ?? assert.fail();
  assert.ok(Math.abs(pValue - 1) < 1e-9);
  assert.deepEqual([trm.value, languageModel.value], [0.6, 0.4]);
  assert.deepEqual(counts, {
    metric: 'exact',
    puzzles: 5,
    both: 1,
    onlyTrm: 2,
    onlyLanguageModel: 1,
    neither: 1,
  });
});
