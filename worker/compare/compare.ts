// The comparing job: a language model behind an endpoint gets the same test puzzles as a TRM, and both are judged by
// the same checks.

import type { JobResultOf, JobSpecOf } from '../../common/jobs.ts';
import { type ComparedPuzzle, mostListedPuzzles, pairUp } from '../../common/language-model/comparison.ts';
import { requireSendingAllowed } from '../../common/language-model/endpoint.ts';
import { benchmarksOf, publishedResults } from '../../common/language-model/published.ts';
import { createPuzzleText, type Question } from '../../common/language-model/puzzle-text.ts';
import {
  countFailures,
  isModelFailure,
  summarizeLatency,
  sumUsage,
} from '../../common/language-model/reply.ts';
import { planTransmission } from '../../common/language-model/transmission.ts';
import type { TokenPuzzles } from '../../common/solving/puzzles.ts';
import { mean, proportion } from '../../common/statistics.ts';
import { announce } from '../hybrid/helpers.ts';
import type { JobContext } from '../job.ts';
import { type Asked, askAll } from '../language-model/asking.ts';
import { createLanguageModel, readApiKey } from '../language-model/client.ts';
import { makeQuestions } from '../language-model/questions.ts';
import {
  answerPuzzles,
  type Bench,
  drawPuzzles,
  judge,
  openBench,
  type TrmAnswer,
  vocabularyOf,
} from '../language-model/subjects.ts';

type CompareSpec = JobSpecOf<'compare-llm'>;

export async function compareJob(
  spec: CompareSpec,
  context: JobContext,
): Promise<JobResultOf<'compare-llm'>> {
  const startedMs = performance.now();
  const { endpoint, dryRun } = spec;
  if (!dryRun) requireSendingAllowed(endpoint);
  const apiKey = dryRun ? null : readApiKey(endpoint);
  const bench = await openBench(spec.subject, spec.datasetFolder);
  try {
    const { metadata } = bench.model;
    const text = createPuzzleText(vocabularyOf(bench));
    const halting = spec.halting ?? metadata.halting;
    const maximumSteps = spec.maximumSteps || metadata.maximumSteps;
    const { puzzles, examples, available } = drawPuzzles(bench, spec.count, spec.seed);
    const questions = makeQuestions(text, bench.dataset, puzzles);
    const sent = questions.filter((question): question is Question => question !== null);
    const transmission = planTransmission(endpoint, sent, text.contents);
    // One at a time: a batch would hide what a single puzzle takes.
    const options = { halting, maximumSteps, batchSize: 1 };
    const answers = await answerPuzzles(bench, puzzles, options, context);
    if (!dryRun) announce(transmission, context);
    const asked = dryRun
      ? null
      : await askAll(createLanguageModel(endpoint, { apiKey }), questions, {
          endpoint,
          text,
          signal: context.signal,
          onProgress: (done) =>
            context.progress('asking the language model', done, puzzles.count, 'questions'),
        });
    const compared = answers.map((answer, row) =>
      comparePuzzle(bench, puzzles, { row, example: examples[row] ?? row }, answer, asked?.[row] ?? null),
    );
    const domain = metadata.vocabulary?.domain ?? '';
    const { url, model, temperature, answerTokens, answerMs, parallel } = endpoint;
    return {
      kind: 'compare-llm',
      dataset: bench.dataset.card?.name ?? metadata.dataset.name,
      domain,
      puzzles: puzzles.count,
      availablePuzzles: available,
      halting,
      maximumSteps,
      endpoint: { url, model, temperature, answerTokens, answerMs, parallel },
      ...sumUp(compared),
      pairings: pairUp(compared),
      published: publishedFor(domain),
      transmission,
      dryRun,
      list: compared.slice(0, mostListedPuzzles),
      elapsedMs: performance.now() - startedMs,
    };
  } finally {
    await bench.close();
  }
}

function comparePuzzle(
  bench: Bench,
  puzzles: TokenPuzzles,
  { row, example }: { row: number; example: number },
  { answer, steps, elapsedMs }: TrmAnswer,
  asked: Asked | null,
): ComparedPuzzle {
  const trm = judge(bench, puzzles, row, answer);
  const facts = { example, trm, trmSteps: steps, trmMs: elapsedMs, usage: asked?.usage ?? null };
  if (asked === null) return { ...facts, languageModel: null, failure: null };
  if ('answer' in asked) {
    return { ...facts, languageModel: judge(bench, puzzles, row, asked.answer), failure: null };
  }
  const { failure } = asked;
  // No answer is a wrong one where the model is to blame, and none at all where the endpoint is.
  const wrong = { exact: false, rules: trm.rules === null ? null : false };
  return { ...facts, languageModel: isModelFailure(failure) ? wrong : null, failure };
}

function sumUp(compared: readonly ComparedPuzzle[]) {
  const measured = compared.filter(({ languageModel }) => languageModel !== null);
  return {
    trm: {
      exact: proportion(compared.filter(({ trm }) => trm.exact).length, compared.length),
      meanSteps: mean(
        compared.map(({ trmSteps }) => trmSteps),
        0,
      ),
      latency: summarizeLatency(compared.map(({ trmMs }) => trmMs)),
    },
    languageModel: {
      measured: measured.length,
      latency: summarizeLatency(measured.flatMap(({ usage }) => usage?.elapsedMs ?? [])),
      spending: sumUsage(compared.flatMap(({ usage }) => usage ?? [])),
      failures: countFailures(compared.flatMap(({ failure }) => failure ?? [])),
    },
  };
}

function publishedFor(domain: string) {
  const benchmarks = [...benchmarksOf(domain)];
  const results = publishedResults.filter(({ exact }) =>
    benchmarks.some((benchmark) => exact[benchmark] !== undefined),
  );
  return { benchmarks, results };
}
