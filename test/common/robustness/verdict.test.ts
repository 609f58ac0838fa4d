// When a model is said to know that it is wrong.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measureKnowledge, measureSuite, type SuiteAnswer } from '../../../common/robustness/measure.ts';
import { judgeKnowledge } from '../../../common/robustness/verdict.ts';

const answers = (count: number, score: number, correct: boolean): SuiteAnswer[] =>
  Array.from({ length: count }, () => ({ score, correct, steps: 1, halted: true }));

function judge(given: SuiteAnswer[]) {
  const row = { suite: 'noise', variant: 'a little', change: '', right: '', leftOut: 0 } as const;
  const knowledge = measureKnowledge(given, 0.5);
  return judgeKnowledge({
    suites: [{ ...row, ...measureSuite(given, 0.5) }],
    inDistribution: knowledge,
    pooled: knowledge,
    confident: 0.5,
  });
}

test('it knows where it is sure of right answers and hardly of wrong ones', () => {
  const { knows, sentences } = judge([
    ...answers(50, 0.9, true),
    ...answers(49, 0.1, false),
    ...answers(1, 0.8, false),
  ]);
  assert.equal(knows, 'yes');
  assert.deepEqual(sentences, [
    'The model knows when it is wrong.',
    'Over all suites it is confident (halting probability ≥ 0.5) in 2.0 % of its 50 wrong answers and in 100.0 % of its ' +
      '50 right ones; a right answer has the higher halting probability in 100.0 % of pairs (96.0 % to 100.0 %).',
    'On 100 untouched test puzzles 50 answers were right; it was confident in 1 of 50 wrong ones.',
    'Worst: noise, a little, where it is wrong and confident in 1.0 % of 100 puzzles (0.2 % to 5.4 %).',
  ]);
});

test('it does not where half of the wrong answers are sure, or all are alike', () => {
  assert.equal(judge([...answers(50, 0.9, true), ...answers(50, 0.8, false)]).knows, 'no');
  assert.equal(judge([...answers(50, 0.3, true), ...answers(50, 0.3, false)]).knows, 'no');
});

test('it knows in part between the two, and where it is sure of nothing', () => {
  const some = [...answers(50, 0.9, true), ...answers(40, 0.1, false), ...answers(10, 0.8, false)];
  assert.equal(judge(some).knows, 'partly');
  assert.equal(judge([...answers(50, 0.4, true), ...answers(50, 0.1, false)]).knows, 'partly');
});

test('nothing is concluded from few wrong answers, or few right ones', () => {
  const unknown =
    'Whether the model knows when it is wrong cannot be told: fewer than ten of its answers were wrong, or right.';
  for (const given of [
    answers(20, 0.9, true),
    [...answers(200, 0.1, false), ...answers(9, 0.9, true)],
    [...answers(200, 0.9, true), ...answers(9, 0.1, false)],
  ]) {
    const { knows, sentences } = judge(given);
    assert.deepEqual([knows, sentences[0]], ['unknown', unknown]);
  }
  assert.equal(judge([...answers(200, 0.9, true), ...answers(10, 0.1, false)]).knows, 'yes');
});
