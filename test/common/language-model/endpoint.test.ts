// Endpoints of language models: which are taken, which may be sent puzzles, what leaves, and what it costs.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  costOf,
  endpointSchema,
  isLoopback,
  requireSendingAllowed,
} from '../../../common/language-model/endpoint.ts';
import { countFailures, summarizeLatency, sumUsage } from '../../../common/language-model/reply.ts';
import { describeTransmission, planTransmission } from '../../../common/language-model/transmission.ts';

const endpoint = (url: string, changes = {}) => endpointSchema.parse({ url, model: 'm', ...changes });

function problemOf(input: unknown): string | undefined {
  return endpointSchema.safeParse(input).error?.issues[0]?.message;
}

describe('an endpoint', () => {
  test('is a URL that can be stored, and never a key', () => {
    const stored = 'it would be stored';
    assert.deepEqual(
      ['host:80', 'ftp://host', 'http://a:b@host', 'http://host?key=1', 'nothing'].map((url) =>
        problemOf({ url, model: 'm' }),
      ),
      [
        'a URL that begins with http:// or https://',
        'a URL that begins with http:// or https://',
        `a URL without a name or password: ${stored}`,
        `a URL without ? and #: ${stored}`,
        'a URL such as http://127.0.0.1:11434/v1',
      ],
    );
    assert.equal(
      problemOf({ url: 'http://host', model: 'm', apiKeyVariable: 'sk-abc' }),
      'the name of an environment variable (capitals, digits, _), never the key itself',
    );
    assert.equal(problemOf({ url: 'http://host', model: 'm', priceInput: 1 }), 'both prices or none');
  });

  test('on this machine needs no leave, any other does', () => {
    const local = [
      'http://localhost:1/v1',
      'http://127.0.0.1',
      'http://127.9.9.9',
      'http://0x7f.1',
      'http://[::1]:8',
    ];
    const remote = [
      'http://example.org',
      'http://127.0.0.1.example.org',
      'http://localhost.example.org',
      'http://10.0.0.1',
      'http://0.0.0.0',
      'http://[::2]',
    ];
    assert.deepEqual(
      local.map(isLoopback),
      local.map(() => true),
    );
    assert.deepEqual(
      remote.map(isLoopback),
      remote.map(() => false),
    );
    requireSendingAllowed(endpoint('http://localhost:1/v1'));
    requireSendingAllowed(endpoint('https://example.org/v1', { allowSending: true }));
    assert.throws(() => requireSendingAllowed(endpoint('https://example.org/v1')), {
      message: [
        'Puzzles would leave this machine for example.org, which nobody has allowed',
        '  where:    https://example.org/v1',
        '  found:    no leave to send anything',
        '  expected: an endpoint on this machine, or leave to send',
        '  to do:    see with --dry-run what m would be sent, then give --allow-sending',
      ].join('\n'),
    });
  });
});

describe('what leaves', () => {
  const questions = [
    { system: 'Solve.', user: 'ü' },
    { system: 'Solve.', user: '12' },
  ];

  test('is counted and said before it does', () => {
    const prices = { priceInput: 1, priceOutput: 2, answerTokens: 1000, apiKeyVariable: 'A_KEY' };
    const plan = planTransmission(endpoint('http://example.org/v1', prices), questions, 'a puzzle');
    assert.deepEqual(plan, {
      url: 'http://example.org/v1',
      host: 'example.org',
      loopback: false,
      encrypted: false,
      model: 'm',
      apiKeyVariable: 'A_KEY',
      contents: 'a puzzle',
      questions: 2,
      bytes: 16,
      costAtMost: 0.004016,
      firstQuestion: 'Solve.\n\nü',
    });
    assert.deepEqual(describeTransmission(plan), [
      'to         example.org, LEAVING THIS MACHINE, NOT ENCRYPTED (http://example.org/v1, model m)',
      'what       a puzzle',
      'how much   2 questions, 16 bytes of text',
      'key        the value of the environment variable A_KEY',
      'cost       at most 0.00402 by the given prices',
    ]);
  });

  test('is said also where it stays on the machine', () => {
    const plan = planTransmission(endpoint('http://127.0.0.1:1/v1'), questions.slice(1), 'a puzzle');
    assert.deepEqual(describeTransmission(plan), [
      'to         127.0.0.1:1, which is on this machine (http://127.0.0.1:1/v1, model m)',
      'what       a puzzle',
      'how much   1 question, 8 bytes of text',
      'key        none',
    ]);
  });
});

test('costs are those of both kinds of token, or not known', () => {
  const prices = { priceInput: 3, priceOutput: 15 };
  assert.equal(costOf(prices, { inputTokens: 1000, outputTokens: 2000 }), 0.033);
  assert.equal(costOf(prices, { inputTokens: null, outputTokens: 2000 }), null);
  assert.equal(costOf({ priceInput: null, priceOutput: null }, { inputTokens: 1, outputTokens: 1 }), null);
});

test('usage, failures and times are summed up', () => {
  const usage = { elapsedMs: 5, attempts: 2, inputTokens: 10, outputTokens: 20, cost: 0.5 };
  const unknown = { elapsedMs: 5, attempts: 1, inputTokens: null, outputTokens: null, cost: null };
  assert.deepEqual(sumUsage([usage, usage, unknown]), {
    requests: 5,
    inputTokens: 20,
    outputTokens: 40,
    withoutTokens: 1,
    cost: 1,
  });
  assert.equal(sumUsage([unknown]).cost, null);
  assert.deepEqual(
    countFailures([
      { kind: 'busy', reason: 'one' },
      { kind: 'no-grid', reason: 'two' },
      { kind: 'no-grid', reason: 'three' },
    ]),
    [
      { kind: 'no-grid', count: 2, example: 'two' },
      { kind: 'busy', count: 1, example: 'one' },
    ],
  );
  assert.equal(summarizeLatency([]), null);
  const { meanMs, ...quantiles } = summarizeLatency([4, 1, 3, 2]) ?? assert.fail();
  assert.equal(meanMs.value, 2.5);
  assert.deepEqual(quantiles, { count: 4, p50Ms: 2, p95Ms: 4, maximumMs: 4 });
});
