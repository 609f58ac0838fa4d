// The hybrid job with a TRM whose every answer is known: it answers with the puzzle itself, which is never right.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { HybridResult } from '../../../common/hybrid/result.ts';
import type { JobSpecOf } from '../../../common/jobs.ts';
import { hybridJob } from '../../../worker/hybrid/hybrid.ts';
import { exactSolverOf } from '../../../worker/hybrid/solver-helper.ts';
import { startRuntime } from '../../../worker/runtime.ts';
import { makeTinyCheckpoint } from '../export/tiny-checkpoint.ts';
import { testContext } from '../job-context.ts';
import {
  answerWith,
  type Behaviour,
  endpointOf,
  refuse,
  serveEndpoint,
} from '../language-model/endpoint-server.ts';
import { ignoreGivens, readPuzzle, solveRightly } from '../language-model/solving-endpoint.ts';
import { writeEchoModel } from '../solve/echo-model.ts';
import { temporaryFolder } from '../tiny-experiment.ts';

type HybridSpec = JobSpecOf<'hybrid'>;

let root: Awaited<ReturnType<typeof temporaryFolder>>;
let specification: HybridSpec;

before(async () => {
  await startRuntime();
  root = await temporaryFolder();
  const { datasetFolder } = await makeTinyCheckpoint(root.path);
  const modelFile = join(root.path, 'echo.onnx');
  writeEchoModel(modelFile);
  specification = {
    kind: 'hybrid',
    subject: { modelFile },
    datasetFolder,
    count: 12,
    seed: 0,
    maximumSteps: 0,
    halting: null,
    dryRun: false,
    helper: { kind: 'none' },
    wantedErrorRate: 0.2,
    threshold: 0.7,
    keepValid: false,
  };
});
after(() => root[Symbol.asyncDispose]());

const run = (changes: Partial<HybridSpec>, context = testContext()) =>
  hybridJob({ ...specification, ...changes }, context);

/** The figures that do not depend on the clock. */
function figuresOf({ puzzles, escalated, outcomes, failures, trmAlone, hybrid, final }: HybridResult) {
  return { puzzles, escalated, outcomes, failures, right: [trmAlone.value, hybrid.value], final };
}

const noOutcomes = { confirmed: 0, unchecked: 0, rejected: 0, failed: 0, 'not-asked': 0 };

describe('a hybrid', () => {
  test('without a helper counts what would be escalated, and why', async () => {
    const result = await run({});
    // The echo is sure of a puzzle (0.82) where its first cell is blank, else less so (0.62).
    const sure = result.escalations.filter(({ haltProbability }) => haltProbability > 0.7).length;
    assert.ok(sure > 0 && sure < 12);
    assert.deepEqual(figuresOf(result), {
      puzzles: 12,
      escalated: { unsure: 12 - sure, breaksRules: sure },
      outcomes: { ...noOutcomes, 'not-asked': 12 },
      failures: [],
      right: [0, 0],
      final: { confirmed: 0, confirmedWrong: 0, unchecked: 0, unsolved: 12 },
    });
    assert.deepEqual(result.coverage.value, sure / 12);
    assert.equal(result.errorRate.value, 1);
    for (const { haltProbability, reason } of result.escalations) {
      assert.equal(reason, haltProbability > 0.7 ? 'breaks-rules' : 'unsure');
    }
  });

  test('with the exact solver ends with checked answers only', async () => {
    const result = await run({ helper: { kind: 'solver' } });
    const { escalated: _, ...figures } = figuresOf(result);
    assert.deepEqual(figures, {
      puzzles: 12,
      outcomes: { ...noOutcomes, confirmed: 12 },
      failures: [],
      right: [0, 1],
      final: { confirmed: 12, confirmedWrong: 0, unchecked: 0, unsolved: 0 },
    });
    assert.deepEqual([result.transmission, result.spending], [null, null]);
  });

  test('chooses its threshold on one half and reports on the other', async () => {
    const result = await run({ threshold: null });
    assert.deepEqual(result.threshold, {
      value: null,
      origin: 'chosen',
      wantedErrorRate: 0.2,
      fewestAnswers: 14,
      choosing: null,
      choosingPuzzles: 6,
    });
    assert.deepEqual(
      [result.puzzles, result.escalated, result.coverage.value],
      [6, { unsure: 6, breaksRules: 0 }, 0],
    );
  });

  test('is stopped with the job', async () => {
    await assert.rejects(run({}, testContext('solving with the TRM 0/12 puzzles')), { name: 'JobCancelled' });
  });
});

describe('a hybrid with a language model', () => {
  async function runWith(behave: Behaviour, changes: Partial<HybridSpec> = {}, endpointChanges = {}) {
    await using server = await serveEndpoint(behave);
    const endpoint = endpointOf(server.url, { priceInput: 1, priceOutput: 10, ...endpointChanges });
    const context = testContext();
    const result = await run({ helper: { kind: 'endpoint', endpoint }, ...changes }, context);
    const said = context.events.flatMap((event) => (event.type === 'log' ? [event] : []));
    return { result, server, said };
  }

  test('takes its answers where the rules confirm them, and says what it sends, takes and costs', async () => {
    const { result, server, said } = await runWith(solveRightly, {}, { parallel: 3 });
    assert.deepEqual(result.outcomes, { ...noOutcomes, confirmed: 12 });
    assert.deepEqual([result.hybrid.value, result.final.confirmed, result.final.unsolved], [1, 12, 0]);
    assert.equal(server.received.length, 12);
    assert.ok(server.received.every((received) => readPuzzle(received).length === 16));
    assert.deepEqual(result.spending, {
      requests: 12,
      inputTokens: 1200,
      outputTokens: 480,
      withoutTokens: 0,
      cost: result.escalations.reduce((total, { usage }) => total + (usage?.cost ?? 0), 0),
    });
    assert.equal(result.escalations[0]?.usage?.cost, 0.0005);
    const [line] = said;
    assert.deepEqual([said.length, line?.level], [1, 'info']);
    const { host } = new URL(server.url);
    assert.deepEqual(line?.message.split('\n').slice(0, 3), [
      'Sending',
      `  to         ${host}, which is on this machine (${server.url}, model test-model)`,
      '  what       the rules of Sudoku and one 4×4 puzzle, without its solution',
    ]);
  });

  test('never passes on an answer that the rules refuse', async () => {
    const { result } = await runWith(ignoreGivens);
    assert.deepEqual(result.outcomes, { ...noOutcomes, rejected: 12 });
    assert.deepEqual(result.final, { confirmed: 0, confirmedWrong: 0, unchecked: 0, unsolved: 12 });
    assert.match(
      result.escalations[0]?.rejection ?? '',
      /^row \d, column \d holds \d, but \d is given there$/,
    );
  });

  test('marks nonsense as a failure', async () => {
    const { result } = await runWith(answerWith('I would rather write a poem.'));
    assert.deepEqual(result.outcomes, { ...noOutcomes, failed: 12 });
    const example = 'there is nothing between <answer> and </answer>';
    assert.deepEqual(result.failures, [{ kind: 'no-grid', count: 12, example }]);
    assert.equal(result.hybrid.value, 0);
  });

  test('gives up an endpoint that refuses the key, and stores no key', async () => {
    process.env.TRM_TEST_KEY = 'sk-very-secret';
    try {
      const changes = { apiKeyVariable: 'TRM_TEST_KEY' };
      const { result, server, said } = await runWith(refuse(401, 'not sk-very-secret'), {}, changes);
      assert.equal(server.received[0]?.authorization, 'Bearer sk-very-secret');
      assert.equal(server.received.length, 1);
      const reason = 'the endpoint wants another key, status 401: not [the key]';
      assert.deepEqual(result.failures, [
        { kind: 'not-asked', count: 11, example: `after other questions failed: ${reason}` },
        { kind: 'refused', count: 1, example: reason },
      ]);
      assert.ok(!JSON.stringify([result, said]).includes('secret'));
    } finally {
      delete process.env.TRM_TEST_KEY;
    }
  });

  test('gives up an endpoint that fails three times in a row', async () => {
    const { result, server } = await runWith(refuse(500, 'broken'), {}, { retries: 0 });
    assert.equal(server.received.length, 3);
    assert.deepEqual(
      result.failures.map(({ kind, count }) => [kind, count]),
      [
        ['not-asked', 9],
        ['server-error', 3],
      ],
    );
  });

  test('sends nothing in a rehearsal, and shows the first question', async () => {
    const { result, server, said } = await runWith(solveRightly, { dryRun: true });
    assert.equal(server.received.length, 0);
    assert.deepEqual(result.outcomes, { ...noOutcomes, 'not-asked': 12 });
    assert.equal(result.transmission?.questions, 12);
    assert.ok(result.transmission?.firstQuestion?.includes('This is a Sudoku puzzle of 4 rows'));
    assert.deepEqual(said, []);
  });

  test('sends nothing to another machine without leave', async () => {
    const endpoint = endpointOf('https://models.invalid/v1');
    await assert.rejects(run({ helper: { kind: 'endpoint', endpoint } }), {
      message: /^Puzzles would leave this machine for models\.invalid, which nobody has allowed\n/,
    });
  });
});

test('a domain without an exact solver says so', () => {
  const arc = { domain: 'arc', gridRows: 30, gridColumns: 30, tokens: [] };
  assert.throws(() => exactSolverOf(arc), {
    message: [
      'There is no exact solver for puzzles of the domain arc',
      '  found:    --helper solver',
      '  expected: a helper that is a language model, or puzzles of sudoku or maze',
      '  to do:    give --helper URL and --model NAME, or leave out --helper to see what would be escalated',
    ].join('\n'),
  });
});

test('the exact maze solver finds a shortest path', () => {
  const maze = exactSolverOf({ domain: 'maze', gridRows: 3, gridColumns: 3, tokens: [] });
  assert.deepEqual(maze.solve(Int32Array.of(3, 2, 1, 1, 2, 1, 1, 4, 1)), {
    answer: Int32Array.of(3, 5, 1, 1, 5, 1, 1, 4, 1),
  });
  assert.deepEqual(maze.solve(Int32Array.of(3, 1, 1, 1, 1, 1, 1, 4, 1)), {
    problem: 'there is no way from S to G',
  });
});
