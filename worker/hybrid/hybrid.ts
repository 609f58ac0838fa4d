// The hybrid job: a TRM answers test puzzles, and where it is not sure a helper is asked. The threshold is chosen on one
// half of the puzzles and everything is reported on the other.

import {
  chooseThreshold,
  drawHalves,
  fewestAnswersFor,
  type Halves,
  reasonToEscalate,
} from '../../common/hybrid/plan.ts';
import { type Escalation, type HybridResult, mostListedEscalations } from '../../common/hybrid/result.ts';
import type { JobResultOf, JobSpecOf } from '../../common/jobs.ts';
import { countFailures, summarizeLatency, sumUsage } from '../../common/language-model/reply.ts';
import { type TokenPuzzles, takePuzzles } from '../../common/solving/puzzles.ts';
import { mean, proportion } from '../../common/statistics.ts';
import type { JobContext } from '../job.ts';
import type { Asked } from '../language-model/asking.ts';
import {
  answerPuzzles,
  type Bench,
  drawPuzzles,
  isRight,
  judge,
  openBench,
  type TrmAnswer,
} from '../language-model/subjects.ts';
import { type HelperReply, openHelper } from './helpers.ts';

/** Puzzles that run at once. */
const BATCH_SIZE = 64;

type HybridSpec = JobSpecOf<'hybrid'>;

/** A puzzle with the TRM's answer. */
interface Answered extends TrmAnswer {
  row: number;
  example: number;
  /** What the rules say of the answer; null where there are none. */
  valid: boolean | null;
  right: boolean;
}

export async function hybridJob(spec: HybridSpec, context: JobContext): Promise<JobResultOf<'hybrid'>> {
  const startedMs = performance.now();
  const bench = await openBench(spec.subject, spec.datasetFolder);
  try {
    const helper = openHelper(spec, bench);
    const { metadata } = bench.model;
    const halting = spec.halting ?? metadata.halting;
    const maximumSteps = spec.maximumSteps || metadata.maximumSteps;
    const { puzzles, examples } = drawPuzzles(bench, spec.count, spec.seed);
    const solvingMs = performance.now();
    const options = { halting, maximumSteps, batchSize: BATCH_SIZE };
    const answers = await answerPuzzles(bench, puzzles, options, context);
    const trmMsPerPuzzle = (performance.now() - solvingMs) / puzzles.count;
    const answered = answers.map((answer, row) =>
      judgeAnswer(bench, puzzles, answer, row, examples[row] ?? row),
    );
    const halves = splitPuzzles(spec, puzzles.count);
    const threshold = findThreshold(spec, halves, answered);
    const reported = halves.reporting.flatMap((row) => answered[row] ?? []);
    const rule = { threshold: threshold.value, keepValid: spec.keepValid };
    const reasons = reported.map(({ haltProbability, valid }) =>
      reasonToEscalate({ score: haltProbability, valid }, rule),
    );
    const escalated = reported.filter((_, index) => reasons[index] !== null);
    const reply = await helper.ask(pickRows(puzzles, escalated), context);
    const escalations = escalated.map((answer, index) => {
      const reason = reasons[reported.indexOf(answer)] ?? 'unsure';
      return settle(bench, puzzles, answer, reason, reply.asked?.[index] ?? null);
    });
    return {
      kind: 'hybrid',
      dataset: bench.dataset.card?.name ?? metadata.dataset.name,
      domain: metadata.vocabulary?.domain ?? '',
      halting,
      maximumSteps,
      helper: helper.facts,
      keepValid: spec.keepValid,
      threshold,
      ...sumUp(reported, reasons, escalations, threshold.value),
      ...sumCosts(trmMsPerPuzzle, reported, escalations, reply),
      dryRun: spec.dryRun,
      escalations: escalations.slice(0, mostListedEscalations).map(({ escalation }) => escalation),
      elapsedMs: performance.now() - startedMs,
    };
  } finally {
    await bench.close();
  }
}

function judgeAnswer(
  bench: Bench,
  puzzles: TokenPuzzles,
  answer: TrmAnswer,
  row: number,
  example: number,
): Answered {
  const judgement = judge(bench, puzzles, row, answer.answer);
  return { ...answer, row, example, valid: judgement.rules, right: isRight(judgement) };
}

/** A threshold that is given needs no puzzles to be chosen on. */
function splitPuzzles({ threshold, seed }: HybridSpec, count: number): Halves {
  if (threshold === null) return drawHalves(count, seed);
  return { choosing: [], reporting: Array.from({ length: count }, (_, row) => row) };
}

function findThreshold(
  { threshold, wantedErrorRate }: HybridSpec,
  { choosing: rows }: Halves,
  answered: readonly Answered[],
): HybridResult['threshold'] {
  if (threshold !== null) {
    const given = { wantedErrorRate: null, fewestAnswers: null, choosing: null, choosingPuzzles: 0 };
    return { value: threshold, origin: 'given', ...given };
  }
  const scored = rows.flatMap((row) => {
    const answer = answered[row];
    return answer === undefined ? [] : [{ score: answer.haltProbability, correct: answer.right }];
  });
  const chosen = chooseThreshold(scored, wantedErrorRate);
  const { threshold: value, ...figures } = chosen ?? { threshold: null };
  return {
    value,
    origin: 'chosen',
    wantedErrorRate,
    fewestAnswers: fewestAnswersFor(wantedErrorRate),
    choosing: 'trusted' in figures ? { puzzles: rows.length, ...figures } : null,
    choosingPuzzles: rows.length,
  };
}

function pickRows(puzzles: TokenPuzzles, answers: readonly Answered[]): TokenPuzzles {
  const picked = answers.map(({ row }) => takePuzzles(puzzles, row, 1));
  return {
    count: picked.length,
    inputs: Int32Array.from(picked.flatMap(({ inputs }) => [...inputs])),
    identifiers: Int32Array.from(picked.flatMap(({ identifiers }) => [...identifiers])),
  };
}

/** An escalation, with what is known of the answer that stands in the end. */
interface Settled {
  escalation: Escalation;
  valid: boolean | null;
}

/** Checks the helper's answer, and decides which one stands. */
function settle(
  bench: Bench,
  puzzles: TokenPuzzles,
  own: Answered,
  reason: Escalation['reason'],
  asked: Asked | null,
): Settled {
  const { example, haltProbability, row } = own;
  const facts = { example, reason, haltProbability, usage: asked?.usage ?? null };
  const keepOwn = (
    outcome: Escalation['outcome'],
    why: Pick<Escalation, 'failure' | 'rejection'>,
  ): Settled => ({
    escalation: { ...facts, outcome, ...why, right: own.right },
    valid: own.valid,
  });
  if (asked === null) return keepOwn('not-asked', { failure: null, rejection: null });
  if ('failure' in asked) return keepOwn('failed', { failure: asked.failure, rejection: null });
  const verdict = bench.domain.check(takePuzzles(puzzles, row, 1).inputs, asked.answer);
  if (verdict.valid === false) return keepOwn('rejected', { failure: null, rejection: verdict.reason });
  return {
    escalation: {
      ...facts,
      outcome: verdict.valid ? 'confirmed' : 'unchecked',
      failure: null,
      rejection: null,
      right: isRight(judge(bench, puzzles, row, asked.answer)),
    },
    valid: verdict.valid,
  };
}

function sumUp(
  reported: readonly Answered[],
  reasons: readonly (Escalation['reason'] | null)[],
  settled: readonly Settled[],
  threshold: number | null,
) {
  const escalations = settled.map(({ escalation }) => escalation);
  const trusted = reported.filter(
    ({ haltProbability }) => threshold !== null && haltProbability >= threshold,
  );
  const kept = reported.filter((_, index) => reasons[index] === null);
  const final = [...kept, ...settled.map(({ escalation, valid }) => ({ right: escalation.right, valid }))];
  const count = (reason: Escalation['reason']) => reasons.filter((each) => each === reason).length;
  const outcomes = { confirmed: 0, unchecked: 0, rejected: 0, failed: 0, 'not-asked': 0 };
  for (const { outcome } of escalations) outcomes[outcome]++;
  const confirmed = final.filter(({ valid }) => valid === true);
  return {
    puzzles: reported.length,
    trmAlone: proportion(reported.filter(({ right }) => right).length, reported.length),
    coverage: proportion(trusted.length, reported.length),
    errorRate: proportion(trusted.filter(({ right }) => !right).length, trusted.length),
    escalated: { unsure: count('unsure'), breaksRules: count('breaks-rules') },
    outcomes,
    failures: countFailures(escalations.flatMap(({ failure }) => failure ?? [])),
    hybrid: proportion(final.filter(({ right }) => right).length, final.length),
    final: {
      confirmed: confirmed.length,
      confirmedWrong: confirmed.filter(({ right }) => !right).length,
      unchecked: final.filter(({ valid }) => valid === null).length,
      unsolved: final.filter(({ valid }) => valid === false).length,
    },
  };
}

function sumCosts(
  trmMsPerPuzzle: number,
  reported: readonly Answered[],
  settled: readonly Settled[],
  { asked, transmission }: HelperReply,
) {
  const usages = settled.flatMap(({ escalation }) => escalation.usage ?? []);
  const helperMs = usages.reduce((total, { elapsedMs }) => total + elapsedMs, 0);
  const steps = reported.map((answer) => answer.steps);
  return {
    trmMsPerPuzzle,
    trmBatch: BATCH_SIZE,
    meanSteps: mean(steps, 0),
    helperLatency: summarizeLatency(
      settled.flatMap(({ escalation: { usage, failure } }) =>
        usage === null || failure?.kind === 'not-asked' ? [] : [usage.elapsedMs],
      ),
    ),
    msPerPuzzle: trmMsPerPuzzle + helperMs / Math.max(1, reported.length),
    spending: asked === null || transmission === null ? null : sumUsage(usages),
    transmission,
  };
}
