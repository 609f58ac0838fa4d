import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { checkRequirements, needsLatency, parseRequirement } from '../../common/gate.ts';
import type { EvaluationResult } from '../../common/results.ts';

const estimate = { value: 0.5, low: 0.4, high: 0.6 };
const result: EvaluationResult = {
  datasetDigest: '',
  mode: 'fixed',
  haltThreshold: 0.5,
  puzzleCount: 100,
  availablePuzzles: 100,
  maximumSteps: 16,
  exactAccuracy: estimate,
  tokenAccuracy: { value: 0.9, low: 0.8, high: 0.95 },
  haltingAccuracy: estimate,
  meanSteps: { value: 3, low: 2.9, high: 3.1 },
  exactAccuracyWhenHalted: estimate,
  answerLoss: 0.25,
  haltingLoss: 0.125,
  puzzleMeasures: { 'pass@2': { value: 0.7, low: 0.6, high: 0.8 }, 'any shortest path': estimate },
  elapsedMs: 10,
  split: 'test',
  step: 5,
  weights: 'ema',
  latency: { puzzles: 10, threads: 1, halting: 'q>=0.5', msP50: 2, msP95: 4 },
};

test('requirements are held against figures, their bounds and the measures of the puzzle', () => {
  const texts = [
    'exactAccuracy>=0.5',
    'exactAccuracy.low >= 0.45',
    'tokenAccuracy.high<0.96',
    'pass@2>0.7',
    'any shortest path>=0.5',
    'latencyMsP95<=4',
    'puzzleCount>1e2',
  ];
  const checked = checkRequirements(result, texts.map(parseRequirement));
  assert.deepEqual(
    checked.map(({ text, found, passed }) => [text, found, passed]),
    [
      ['exactAccuracy>=0.5', 0.5, true],
      ['exactAccuracy.low >= 0.45', 0.4, false],
      ['tokenAccuracy.high<0.96', 0.95, true],
      ['pass@2>0.7', 0.7, false],
      ['any shortest path>=0.5', 0.5, true],
      ['latencyMsP95<=4', 4, true],
      ['puzzleCount>1e2', 100, false],
    ],
  );
});

test('latency is only measured where a requirement asks for it', () => {
  assert.deepEqual(
    ['exactAccuracy>0', 'latencyMsP50<1'].map((text) => needsLatency([parseRequirement(text)])),
    [false, true],
  );
});

test('a requirement that cannot be read is named', () => {
  for (const text of ['exactAccuracy', 'exactAccuracy=0.5', '>=0.5', 'exactAccuracy>=', 'a>=b', 'a>=1.2.3']) {
    assert.throws(() => parseRequirement(text), {
      message: [
        'A requirement cannot be read',
        '  where:    --require',
        `  found:    ${JSON.stringify(text)}`,
        "  expected: a figure, one of >= <= > <, and a number, such as 'exactAccuracy>=0.95'",
      ].join('\n'),
    });
  }
});

test('a figure that there is none of is named, with those there are', () => {
  assert.throws(() => checkRequirements(result, [parseRequirement('exactAcuracy>=0.5')]), {
    name: 'UserError',
    message: /^The evaluation has no figure named exactAcuracy\n[\s\S]*did you mean exactAccuracy/,
  });
});

test('what is written is read back', () => {
  const bounds = fc.double({ noNaN: true, min: 0, max: 1e9 });
  const operators = fc.constantFrom('>=', '<=', '>', '<');
  fc.assert(
    fc.property(operators, bounds, (operator, bound) => {
      const text = `meanSteps${operator}${bound}`;
      assert.deepEqual(parseRequirement(text), { text, metric: 'meanSteps', operator, bound });
    }),
  );
});
