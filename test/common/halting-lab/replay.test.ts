// Replaying a rule on recorded steps gives what running the model with the rule gives, for any rule and model.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseHaltingRule } from '../../../common/halting/rule.ts';
import { choose, findFront } from '../../../common/halting-lab/recommend.ts';
import { haltingStep, measureRule, type RecordedStep } from '../../../common/halting-lab/replay.ts';
import { rulesToMeasure } from '../../../common/halting-lab/sweep.ts';
import { joinPuzzles } from '../../../common/solving/puzzles.ts';
import { runRecursion } from '../../../common/solving/recursion.ts';
import { scriptedModel } from '../solving/scripted-model.ts';

const rules = fc.constantFrom(
  'q>=0.5',
  'stable>=2',
  'q>=0.9 or stable>=3',
  'steps>=3',
  'residual<=0.2',
  'entropy<=0.6',
);

test('a replayed rule halts each puzzle where a run with that rule halts it', async () => {
  await fc.assert(
    fc.asyncProperty(rules, fc.integer({ min: 0, max: 1e6 }), async (text, seed) => {
      const rule = parseHaltingRule(text);
      const puzzles = joinPuzzles([Int32Array.of(1, 2, 3), Int32Array.of(0, 0, 1)]);
      const recording: RecordedStep[][] = [[], []];
      for await (const { row, signals } of runRecursion(scriptedModel(seed), puzzles, {
        maximumSteps: 6,
        rule: null,
      })) {
        recording[row]?.push({ signals, right: false });
      }
      const halted: number[] = [];
      for await (const step of runRecursion(scriptedModel(seed), puzzles, { maximumSteps: 6, rule })) {
        if (step.halted) halted[step.row] = step.signals.step;
      }
      assert.deepEqual(
        recording.map((steps) => haltingStep(steps, rule).signals.step),
        halted,
      );
    }),
  );
});

const signals = {
  continueProbability: 0,
  changedCells: 0,
  stableSteps: 1,
  latentResidual: null,
  confidence: 1,
  weakestConfidence: 1,
  entropy: 0,
  valid: null,
  elapsedMs: 0,
};
const step = (number: number, haltProbability: number, right: boolean): RecordedStep => ({
  signals: { ...signals, step: number, haltProbability },
  right,
});
/** Right from the second step on, but sure of it only then; and never right, though sure at once. */
const recording = [
  [step(1, 0.2, false), step(2, 0.8, true), step(3, 0.95, true)],
  [step(1, 0.9, false), step(2, 0.9, false), step(3, 0.9, false)],
];

test('the figures of a rule', () => {
  const { exactAccuracy, meanSteps, latencyMs, halted } = measureRule(
    recording,
    [0, 1],
    parseHaltingRule('q>=0.5'),
    10,
  );
  assert.deepEqual([exactAccuracy.value, meanSteps.value, latencyMs, halted], [0.5, 1.5, 15, 1]);
  const all = measureRule(recording, [0], parseHaltingRule('steps>=3'), 10);
  assert.deepEqual([all.exactAccuracy.value, all.meanSteps.value, all.halted], [1, 3, 0]);
});

test('the sweep covers every criterion that means something here, each rule once', () => {
  const facts = { maximumSteps: 3, learnsToContinue: true, hasRules: true, msPerStep: 2 };
  const texts = rulesToMeasure(recording, facts);
  const names = ['steps', 'q', 'halt>continue', 'stable', 'confidence', 'weakest', 'entropy', 'ms', 'valid'];
  assert.deepEqual(
    names.filter((name) => !texts.some((text) => text.startsWith(name))),
    [],
  );
  assert.equal(new Set(texts).size, texts.length);
  for (const text of texts) parseHaltingRule(text);
  const plain = rulesToMeasure(recording, { ...facts, learnsToContinue: false, hasRules: false });
  assert.deepEqual(
    plain.filter((text) => /valid|continue/.test(text)),
    [],
  );
});

const setting = (rule: string, accuracy: number, steps: number) => ({
  parsed: parseHaltingRule(rule),
  exactAccuracy: { value: accuracy, low: 0, high: 1 },
  meanSteps: { value: steps, low: 0, high: 16 },
  latencyMs: 2 * steps,
  halted: 1,
});
const settings = [
  setting('steps>=1', 0.5, 1),
  setting('q>=0.5', 0.9, 2),
  setting('stable>=2', 0.85, 3),
  setting('q>=0.9', 0.985, 4),
  setting('ms>=5', 0.985, 3.5),
  setting('steps>=16', 0.99, 16),
];

test('the front holds what nothing beats', () => {
  assert.deepEqual(findFront(settings), [true, true, false, false, true, true]);
});

test('a wish is fulfilled by the cheapest or the most accurate, never by a time budget', () => {
  assert.equal(choose(settings, { kind: 'loss', share: 0.005 }), 3);
  assert.equal(choose(settings, { kind: 'loss', share: 0 }), 5);
  assert.equal(choose(settings, { kind: 'accuracy', share: 0.9 }), 1);
  assert.equal(choose(settings, { kind: 'accuracy', share: 0.999 }), null);
  assert.equal(choose(settings, { kind: 'latency', ms: 7 }), 1);
  assert.equal(choose(settings, { kind: 'latency', ms: 1 }), null);
});
