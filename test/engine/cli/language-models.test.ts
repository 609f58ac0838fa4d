// `trm hybrid` and `trm compare-llm`: what they refuse, and what they say.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { HybridResult } from '../../../common/hybrid/result.ts';
import { type ComparisonResult, pairUp } from '../../../common/language-model/comparison.ts';
import { publishedResults } from '../../../common/language-model/published.ts';
import { describeComparison } from '../../../engine/cli/compare-llm-text.ts';
import { describeHybrid } from '../../../engine/cli/hybrid-text.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { trm } from './trm.ts';

const lines = (text: string) => text.trimEnd().split('\n');

describe('refused is', () => {
  const refuse = async (t: Parameters<typeof trm>[0], args: string[]) => {
    const { code, stderr, stdout } = await trm(t, temporaryFolder(t), args);
    assert.deepEqual([code, stdout], [2, '']);
    return lines(stderr);
  };

  test('an endpoint on another machine without leave, before anything is looked for', async (t) => {
    const wanted = [
      'Puzzles would leave this machine for models.invalid, which nobody has allowed',
      '  where:    https://models.invalid/v1',
      '  found:    no leave to send anything',
      '  expected: an endpoint on this machine, or leave to send',
      '  to do:    see with --dry-run what a-model would be sent, then give --allow-sending',
    ];
    const url = 'https://models.invalid/v1';
    const hybrid = ['hybrid', 'run', '--helper', url, '--model', 'a-model'];
    const compare = ['compare-llm', 'run', '--endpoint', url, '--model', 'a-model'];
    assert.deepEqual(await refuse(t, hybrid), wanted);
    assert.deepEqual(await refuse(t, compare), wanted);
  });

  test('a key in place of the name of its variable, without showing it', async (t) => {
    const args = ['compare-llm', 'run', '--endpoint', 'http://127.0.0.1:1/v1', '--model', 'm'];
    assert.deepEqual(await refuse(t, [...args, '--api-key-env', 'sk-very-secret']), [
      '--api-key-env cannot be used',
      '  where:    --api-key-env',
      '  found:    something that is no such name, and is not shown',
      '  expected: the name of an environment variable (capitals, digits, _), never the key itself',
    ]);
  });

  test('an endpoint without a model, and two helpers at once', async (t) => {
    assert.deepEqual(
      (await refuse(t, ['hybrid', 'run', '--helper', 'http://127.0.0.1:1/v1']))[0],
      ['It is not known which language model to ask'][0],
    );
    const both = ['hybrid', 'run', '--helper', 'solver', '--endpoint', 'http://127.0.0.1:1/v1'];
    assert.deepEqual((await refuse(t, both))[0], 'There can be one helper only');
  });
});

const estimate = { value: 0.5, low: 0.25, high: 0.75 };
const transmission = {
  url: 'http://127.0.0.1:1/v1',
  host: '127.0.0.1:1',
  loopback: true,
  encrypted: false,
  model: 'small',
  apiKeyVariable: null,
  contents: 'a puzzle',
  questions: 2,
  bytes: 20,
  costAtMost: null,
  firstQuestion: 'Solve.',
};
const usage = { elapsedMs: 1500, attempts: 1, inputTokens: 10, outputTokens: 20, cost: 0.5 };

test('a hybrid for people', () => {
  const escalation = {
    example: 3,
    haltProbability: 0.25,
    failure: null,
    rejection: null,
    usage,
    right: true,
  };
  const result: HybridResult = {
    dataset: 'sudoku',
    domain: 'sudoku',
    halting: 'q>=0.5',
    maximumSteps: 16,
    helper: { kind: 'endpoint', url: 'http://127.0.0.1:1/v1', model: 'small' },
    keepValid: false,
    threshold: {
      value: 0.75,
      origin: 'chosen',
      wantedErrorRate: 0.2,
      fewestAnswers: 14,
      choosing: {
        puzzles: 40,
        trusted: 30,
        wrong: 1,
        coverage: estimate,
        errorRate: estimate,
        errorRateAtMost: 0.149,
      },
      choosingPuzzles: 40,
    },
    puzzles: 40,
    trmAlone: estimate,
    coverage: estimate,
    errorRate: estimate,
    escalated: { unsure: 1, breaksRules: 1 },
    outcomes: { confirmed: 1, unchecked: 0, rejected: 1, failed: 0, 'not-asked': 0 },
    failures: [],
    hybrid: estimate,
    final: { confirmed: 39, confirmedWrong: 0, unchecked: 0, unsolved: 1 },
    trmMsPerPuzzle: 2.5,
    trmBatch: 64,
    meanSteps: estimate,
    helperLatency: null,
    msPerPuzzle: 77.5,
    spending: { requests: 2, inputTokens: 20, outputTokens: 40, withoutTokens: 0, cost: 1 },
    transmission,
    dryRun: false,
    escalations: [
      { ...escalation, reason: 'unsure', outcome: 'confirmed' },
      {
        ...escalation,
        reason: 'breaks-rules',
        outcome: 'rejected',
        rejection: 'row 1 has two 4',
        right: false,
      },
    ],
    elapsedMs: 1000,
  };
  assert.deepEqual(lines(describeHybrid(result)), [
    'TRM on            40 test puzzles of sudoku, halting q>=0.5',
    'helper            small at http://127.0.0.1:1/v1',
    'threshold         0.75, for at most 20.0 % wrong; chosen on 40 other puzzles, where 30 are trusted and 1 of them ' +
      'wrong (95 % sure: at most 14.9 %)',
    'TRM alone         50.0 % (25.0 to 75.0) right',
    'trusted           50.0 % (25.0 to 75.0) of the puzzles',
    'wrong among them  50.0 % (25.0 to 75.0)',
    'escalated         2 (1 not sure, 1 sure but against the rules)',
    "helper's answers  1 confirmed by the rules, 1 against the rules, not taken",
    'together          50.0 % (25.0 to 75.0) right',
    'passed on as      39 checked, 1 unsolved',
    'time              2.50 ms a puzzle by the TRM in batches of 64 (0.50 steps), 78 ms with the helper',
    'tokens            20 in, 40 out, in 2 requests',
    'cost              1.00, 0.025 a puzzle, by the given prices',
    '',
    'puzzle  why           halting  helper     in the end  time   tokens  cost',
    '     3  unsure          0.250  confirmed  right       1.5 s      20   0.5',
    '     3  breaks-rules    0.250  rejected   wrong       1.5 s      20   0.5  row 1 has two 4',
  ]);
});

test('a comparison for people marks what is measured and what is published', () => {
  const judged = (exact: boolean) => ({ exact, rules: exact });
  const puzzle = { trmSteps: 1, trmMs: 2, failure: null, usage };
  const list = [
    { ...puzzle, example: 0, trm: judged(true), languageModel: judged(false) },
    { ...puzzle, example: 1, trm: judged(true), languageModel: judged(true) },
    { ...puzzle, example: 2, trm: judged(false), languageModel: null },
  ];
  const latency = { count: 3, meanMs: { value: 2, low: 1, high: 3 }, p50Ms: 2, p95Ms: 3, maximumMs: 3 };
  const result: ComparisonResult = {
    dataset: 'mazes',
    domain: 'maze',
    puzzles: 3,
    availablePuzzles: 10,
    halting: 'q>=0.5',
    maximumSteps: 16,
    endpoint: {
      url: 'http://127.0.0.1:1/v1',
      model: 'small',
      temperature: null,
      answerTokens: 100,
      answerMs: 1000,
      parallel: 1,
    },
    trm: { exact: estimate, meanSteps: estimate, latency },
    languageModel: {
      measured: 2,
      latency: { ...latency, p50Ms: 1500 },
      spending: { requests: 3, inputTokens: 20, outputTokens: 40, withoutTokens: 1, cost: null },
      failures: [{ kind: 'busy', count: 1, example: 'slow down' }],
    },
    pairings: pairUp(list),
    published: {
      benchmarks: ['Maze-Hard'],
      results: publishedResults.filter(({ model }) => model === 'TRM-Att'),
    },
    transmission,
    dryRun: false,
    list,
    elapsedMs: 1000,
  };
  assert.deepEqual(lines(describeComparison('run', result)), [
    'puzzles  3 of 10 test puzzles of mazes',
    'TRM      2.00 ms (1.00 ms to 3.00 ms), p50 2.00 ms, p95 3.00 ms, at most 3.00 ms',
    'small    2.00 ms (1.00 ms to 3.00 ms), p50 1.5 s, p95 3.00 ms, at most 3.00 ms',
    'tokens   20 in, 40 out, in 3 requests; those of 1 answers are not told',
    '',
    'model    on                exact accuracy           p50      cost each',
    'run      mazes, 2 puzzles  100.0 % (34.2 to 100.0)  2.00 ms          -  measured',
    'small    mazes, 2 puzzles  50.0 % (9.5 to 90.5)     1.5 s            -  measured',
    'TRM-Att  Maze-Hard         85.3 %                   -                -  published, TRM paper (arXiv ' +
      '2510.04871), tables 4 and 5',
    '',
    "Published rows are of the benchmarks' own test puzzles, not of those measured here.",
    '',
    'On the same 2 puzzles, exact: both right 1, only the TRM 1, only small 0, neither 0; McNemar p = 1.000',
    '',
    '1 of 3 puzzles are not compared: the endpoint failed on them, which says nothing of the model.',
    '',
    'failure  count  such as',
    'busy         1  slow down',
  ]);
});
