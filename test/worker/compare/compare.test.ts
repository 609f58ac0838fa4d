// The comparing job with a TRM that is never right, beside endpoints that are, that are not, and that fail.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { JobSpecOf } from '../../../common/jobs.ts';
import { compareJob } from '../../../worker/compare/compare.ts';
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
import { ignoreGivens, solveRightly } from '../language-model/solving-endpoint.ts';
import { writeEchoModel } from '../solve/echo-model.ts';
import { temporaryFolder } from '../tiny-experiment.ts';

let root: Awaited<ReturnType<typeof temporaryFolder>>;
let specification: Omit<JobSpecOf<'compare-llm'>, 'endpoint'>;

before(async () => {
  await startRuntime();
  root = await temporaryFolder();
  const { datasetFolder } = await makeTinyCheckpoint(root.path);
  const modelFile = join(root.path, 'echo.onnx');
  writeEchoModel(modelFile);
  const options = { count: 6, seed: 0, maximumSteps: 0, halting: null, dryRun: false };
  specification = { kind: 'compare-llm', subject: { modelFile }, datasetFolder, ...options };
});
after(() => root[Symbol.asyncDispose]());

async function compare(behave: Behaviour, endpointChanges = {}, changes = {}) {
  await using server = await serveEndpoint(behave);
  const endpoint = endpointOf(server.url, endpointChanges);
  const result = await compareJob({ ...specification, endpoint, ...changes }, testContext());
  return { result, requests: server.received.length };
}

test('a model that is always right, beside a TRM that never is', async () => {
  const { result, requests } = await compare(solveRightly, { priceInput: 1, priceOutput: 10 });
  const { trm, languageModel, ...counts } = result.pairings[0] ?? assert.fail();
  assert.deepEqual(counts, {
    metric: 'exact',
    puzzles: 6,
    both: 0,
    onlyTrm: 0,
    onlyLanguageModel: 6,
    neither: 0,
    pValue: counts.pValue,
  });
  assert.ok(Math.abs(counts.pValue - 2 / 64) < 1e-9);
  assert.deepEqual([trm.value, languageModel.value, languageModel.high], [0, 1, 1]);
  assert.deepEqual(
    result.pairings.map(({ metric }) => metric),
    ['exact', 'rules'],
  );
  assert.equal(requests, 6);
  assert.deepEqual([result.languageModel.measured, result.languageModel.failures], [6, []]);
  const { cost, ...spending } = result.languageModel.spending;
  assert.ok(Math.abs((cost ?? 0) - 0.003) < 1e-12);
  assert.deepEqual(spending, { requests: 6, inputTokens: 600, outputTokens: 240, withoutTokens: 0 });
  assert.deepEqual([result.languageModel.latency?.count, result.trm.latency?.count], [6, 6]);
});

test('answers that are wrong, and answers that are none, count against the model', async () => {
  const wrong = await compare(ignoreGivens);
  const nonsense = await compare(answerWith('<answer>a poem</answer>'));
  for (const { result } of [wrong, nonsense]) {
    const [pairing] = result.pairings;
    assert.deepEqual([pairing?.puzzles, pairing?.languageModel.value, pairing?.neither], [6, 0, 6]);
  }
  assert.deepEqual(wrong.result.languageModel.failures, []);
  assert.deepEqual(nonsense.result.languageModel.failures, [
    { kind: 'no-grid', count: 6, example: 'the grid has 1×5 cells instead of 4×4' },
  ]);
});

test('an answer that ends at the limit of tokens is too long, unless it is whole', async () => {
  const { result } = await compare(answerWith('Let me think <answer>1 2', 'length'));
  const example = 'it ended at the limit of 16384 tokens: the last <answer> is not closed';
  assert.deepEqual(result.languageModel.failures, [{ kind: 'too-long', count: 6, example }]);
});

test('an endpoint that fails says nothing of the model', async () => {
  const { result, requests } = await compare(
    (response, received, times) => {
      if (times === 2) refuse(500, 'broken')(response, received, times);
      else solveRightly(response, received, times);
    },
    { retries: 0 },
  );
  assert.equal(requests, 6);
  assert.deepEqual([result.pairings[0]?.puzzles, result.pairings[0]?.languageModel.value], [5, 1]);
  assert.equal(result.languageModel.measured, 5);
  assert.deepEqual(result.list[1]?.languageModel, null);
  assert.deepEqual(result.list[1]?.failure?.kind, 'server-error');
});

test('an endpoint that never works leaves the model unmeasured', async () => {
  const { result, requests } = await compare(refuse(404, 'model not found'));
  assert.equal(requests, 1);
  assert.deepEqual(
    [result.pairings, result.languageModel.measured, result.languageModel.latency],
    [[], 0, null],
  );
  assert.deepEqual(
    result.languageModel.failures.map(({ kind, count }) => [kind, count]),
    [
      ['not-asked', 5],
      ['no-model', 1],
    ],
  );
});

test('a rehearsal sends nothing', async () => {
  const { result, requests } = await compare(solveRightly, {}, { dryRun: true });
  assert.equal(requests, 0);
  assert.deepEqual([result.dryRun, result.pairings, result.transmission.questions], [true, [], 6]);
});

test('published results are those of the same kind of puzzle, each with its source', async () => {
  const { result } = await compare(solveRightly, {}, { dryRun: true });
  assert.deepEqual(result.published.benchmarks, ['Sudoku-Extreme']);
  const names = result.published.results.map(({ model }) => model);
  assert.ok(['TRM-MLP', 'DeepSeek R1', 'o3-mini-high', 'PTRM'].every((name) => names.includes(name)));
  assert.ok(!names.includes('Gemini 2.5 Pro 32K'), 'nothing is published of it on Sudoku-Extreme');
  assert.ok(result.published.results.every(({ source }) => source !== ''));
});
