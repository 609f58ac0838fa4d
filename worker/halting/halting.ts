// The halting job: test puzzles through all steps once, then every rule on what was recorded.

import { fixedSteps } from '../../common/halting/fixed-steps.ts';
import { type HaltingRule, parseHaltingRule } from '../../common/halting/rule.ts';
import { choose, findFront } from '../../common/halting-lab/recommend.ts';
import { type Measured, measureRule, type RecordedStep } from '../../common/halting-lab/replay.ts';
import type { HaltingResult } from '../../common/halting-lab/result.ts';
import { rulesToMeasure } from '../../common/halting-lab/sweep.ts';
import { drawHalves } from '../../common/hybrid/plan.ts';
import type { JobResultOf, JobSpecOf } from '../../common/jobs.ts';
import { type TokenPuzzles, takePuzzles } from '../../common/solving/puzzles.ts';
import { runRecursion } from '../../common/solving/recursion.ts';
import { writeHalting } from '../checkpoint/halting.ts';
import { type JobContext, throwIfCancelled } from '../job.ts';
import { type Bench, drawPuzzles, isRight, judge, openBench } from '../language-model/subjects.ts';

type HaltingSpec = JobSpecOf<'halting'>;

const BATCH_SIZE = 64;
/** Puzzles that are run one by one to see what a step takes, the first one uncounted. */
const timedPuzzles = 6;
/** The rule asks for what the recording needs; it never holds. */
const recordAll: HaltingRule = {
  kind: 'and',
  rules: [
    parseHaltingRule('valid'),
    { kind: 'criterion', criterion: fixedSteps, bound: Number.POSITIVE_INFINITY },
  ],
};

export async function haltingJob(spec: HaltingSpec, context: JobContext): Promise<JobResultOf<'halting'>> {
  const startedMs = performance.now();
  const bench = await openBench(spec.subject, spec.datasetFolder);
  try {
    const { metadata } = bench.model;
    const maximumSteps = spec.maximumSteps || metadata.maximumSteps;
    const { puzzles } = drawPuzzles(bench, spec.count, spec.seed);
    const msPerStep = await timeStep(bench, puzzles, maximumSteps, context);
    const recording = await record(bench, puzzles, { maximumSteps, msPerStep }, context);
    const hasRules = recording.some((steps) => steps.some(({ signals }) => signals.valid !== null));
    const { model, halting } = metadata.experiment;
    const learnsToContinue = halting.continueLoss || model.variant === 'hrm';
    const texts = [
      ...rulesToMeasure(recording, { maximumSteps, learnsToContinue, hasRules, msPerStep }),
      ...spec.rules,
    ];
    const rules = [...new Set(texts)].map((rule) => ({ rule, parsed: parseHaltingRule(rule) }));
    const everyRow = Array.from({ length: puzzles.count }, (_, row) => row);
    const { choosing, reporting } = drawHalves(puzzles.count, spec.seed);
    const measureOn = (rows: number[]) =>
      rules.map(({ rule, parsed }) => ({ rule, parsed, ...measureRule(recording, rows, parsed, msPerStep) }));
    const all = measureOn(everyRow);
    const front = findFront(all);
    const chosen = choose(measureOn(choosing), spec.wish);
    const reported = (parsed: HaltingRule): Measured => measureRule(recording, reporting, parsed, msPerStep);
    const allSteps = parseHaltingRule(`steps>=${maximumSteps}`);
    const best = chosen === null ? undefined : rules[chosen];
    const recommended =
      best === undefined ? null : { rule: best.rule, ...reported(best.parsed), reportedOn: reporting.length };
    const stored = await store(spec, bench, recommended, maximumSteps);
    return {
      kind: 'halting',
      model: spec.label,
      dataset: bench.dataset.card?.name ?? metadata.dataset.name,
      puzzles: puzzles.count,
      maximumSteps,
      msPerStep,
      settings: all
        .map(({ parsed: _, ...setting }, index) => ({ ...setting, onFront: front[index] ?? false }))
        .sort((one, other) => one.meanSteps.value - other.meanSteps.value),
      wish: spec.wish,
      recommended,
      allSteps: { rule: `steps>=${maximumSteps}`, ...reported(allSteps) },
      stored,
      elapsedMs: performance.now() - startedMs,
    };
  } finally {
    await bench.close();
  }
}

/** What a step of a single puzzle takes, in milliseconds; the median. */
async function timeStep(
  { model }: Bench,
  puzzles: TokenPuzzles,
  maximumSteps: number,
  context: JobContext,
): Promise<number> {
  const times: number[] = [];
  for (let row = 0; row < Math.min(timedPuzzles, puzzles.count); row++) {
    let before = performance.now();
    for await (const { signals } of runRecursion(model, takePuzzles(puzzles, row, 1), {
      maximumSteps,
      rule: null,
    })) {
      throwIfCancelled(context.signal);
      const now = performance.now();
      if (row > 0 || signals.step > 1) times.push(now - before);
      before = now;
    }
  }
  times.sort((one, other) => one - other);
  return times[Math.floor(times.length / 2)] ?? 0;
}

/** Every step of every puzzle; times are those of a puzzle by itself, since a batch would hide them. */
async function record(
  bench: Bench,
  puzzles: TokenPuzzles,
  { maximumSteps, msPerStep }: { maximumSteps: number; msPerStep: number },
  context: JobContext,
): Promise<RecordedStep[][]> {
  const recording = Array.from({ length: puzzles.count }, (): RecordedStep[] => []);
  for (let first = 0; first < puzzles.count; first += BATCH_SIZE) {
    const batch = takePuzzles(puzzles, first, BATCH_SIZE);
    const check = (row: number, answer: Int32Array) =>
      bench.domain.check(takePuzzles(batch, row, 1).inputs, answer).valid;
    for await (const { row, answer, signals } of runRecursion(bench.model, batch, {
      maximumSteps,
      rule: recordAll,
      check,
    })) {
      throwIfCancelled(context.signal);
      const right = isRight(judge(bench, batch, row, answer));
      recording[first + row]?.push({ signals: { ...signals, elapsedMs: signals.step * msPerStep }, right });
      if (row === 0) {
        const done = first + (batch.count * signals.step) / maximumSteps;
        context.progress('recording steps', Math.floor(done), puzzles.count, 'puzzles');
      }
    }
  }
  context.progress('recording steps', puzzles.count, puzzles.count, 'puzzles');
  return recording;
}

async function store(
  { subject, store: isWanted }: HaltingSpec,
  { dataset }: Bench,
  recommended: HaltingResult['recommended'],
  maximumSteps: number,
): Promise<boolean> {
  if (!isWanted || recommended === null || !('checkpointFolder' in subject)) return false;
  const { rule, exactAccuracy, meanSteps, reportedOn } = recommended;
  await writeHalting(subject.checkpointFolder, {
    rule,
    chosen: 'measured',
    figures: {
      datasetDigest: dataset.digest,
      split: 'test',
      puzzleCount: reportedOn,
      exactAccuracy,
      meanSteps,
      maximumSteps,
    },
    time: new Date().toISOString(),
  });
  return true;
}
