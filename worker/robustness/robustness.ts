// The robustness job: changes test puzzles suite by suite, has the model answer them, and measures whether its halting
// probability tells right answers from wrong ones.

import { type HaltingRule, halts, parseHaltingRule } from '../../common/halting/rule.ts';
import type { JobResultOf, JobSpecOf } from '../../common/jobs.ts';
import { measureKnowledge, measureSuite, type SuiteAnswer } from '../../common/robustness/measure.ts';
import {
  type RobustnessFailure,
  type RobustnessResult,
  type SuiteName,
  suiteLabel,
  suiteNames,
} from '../../common/robustness/result.ts';
import { judgeKnowledge } from '../../common/robustness/verdict.ts';
import { takePuzzles } from '../../common/solving/puzzles.ts';
import { runRecursion } from '../../common/solving/recursion.ts';
import { type JobContext, throwIfCancelled } from '../job.ts';
import { type Bench, drawPuzzles, openBench, vocabularyOf } from '../language-model/subjects.ts';
import { type ChosenVariant, chooseVariants, joinMade, type MadePuzzle, makePuzzles } from './prepare.ts';

/** Puzzles that run at once. */
const BATCH_SIZE = 64;

/** So many failures of each variant are kept. */
const failuresKept = 2;

type RobustnessSpec = JobSpecOf<'robustness'>;

/** An answer with the puzzle that it belongs to. */
interface Answered extends SuiteAnswer {
  puzzle: MadePuzzle;
  answer: Int32Array;
  /** Why it is not right; null where it is. */
  reason: string | null;
}

export async function robustnessJob(
  spec: RobustnessSpec,
  context: JobContext,
): Promise<JobResultOf<'robustness'>> {
  const startedMs = performance.now();
  const bench = await openBench(spec.subject, spec.datasetFolder);
  try {
    const { metadata } = bench.model;
    const halting = spec.halting ?? metadata.halting;
    const maximumSteps = spec.maximumSteps || metadata.maximumSteps;
    const options = { maximumSteps, rule: parseHaltingRule(halting) };
    const chosen = drawPuzzles(bench, spec.perSuite, spec.seed);
    const { domain, variants, notApplicable } = chooseVariants(bench, orderSuites(spec.suites));
    const measured = await runVariants(bench, variants, chosen, options, spec, context);
    const answers = measured.flatMap(({ answered }) => answered);
    const baseline = measured.filter(({ variant }) => variant.suite === 'baseline');
    const figures = {
      suites: measured
        .filter(({ answered }) => answered.length > 0)
        .map(({ variant, answered }) => describeSuite(variant, answered, chosen.examples.length, spec)),
      inDistribution: measureKnowledge(
        baseline.flatMap(({ answered }) => answered),
        spec.confident,
      ),
      pooled: measureKnowledge(answers, spec.confident),
      confident: spec.confident,
    };
    return {
      kind: 'robustness',
      model: spec.label,
      dataset: bench.dataset.card?.name ?? metadata.dataset.name,
      domain,
      vocabulary: vocabularyOf(bench),
      seed: spec.seed,
      puzzlesDrawn: chosen.examples.length,
      puzzlesAvailable: chosen.available,
      halting,
      maximumSteps,
      ...figures,
      notApplicable: [...notApplicable, ...measured.flatMap(describeEmpty)],
      verdict: judgeKnowledge(figures),
      failures: measured.flatMap(({ variant, answered }) => pickFailures(variant, answered)),
      elapsedMs: performance.now() - startedMs,
    };
  } finally {
    await bench.close();
  }
}

/** In the order in which they are shown, each once; the first, which the others are compared with, always. */
function orderSuites(names: readonly SuiteName[]): SuiteName[] {
  return suiteNames.filter((name) => names.length === 0 || name === 'baseline' || names.includes(name));
}

interface MeasuredVariant {
  variant: ChosenVariant;
  answered: Answered[];
}

async function runVariants(
  bench: Bench,
  variants: readonly ChosenVariant[],
  chosen: ReturnType<typeof drawPuzzles>,
  options: { maximumSteps: number; rule: HaltingRule },
  { seed }: RobustnessSpec,
  context: JobContext,
): Promise<MeasuredVariant[]> {
  const drawn = chosen.examples.length;
  const total = variants.length * drawn;
  const measured: MeasuredVariant[] = [];
  for (const [index, variant] of variants.entries()) {
    const report = (done: number) =>
      context.progress(suiteLabel(variant), index * drawn + done, total, 'puzzles');
    report(0);
    throwIfCancelled(context.signal);
    const made = await makePuzzles(variant, chosen, seed, context.signal);
    const answered = await answerAll(bench, made, options, context.signal, report);
    measured.push({ variant, answered });
  }
  context.progress('all suites', total, total, 'puzzles');
  return measured;
}

async function answerAll(
  { model, domain }: Bench,
  made: readonly MadePuzzle[],
  { maximumSteps, rule }: { maximumSteps: number; rule: HaltingRule },
  signal: AbortSignal,
  report: (done: number) => void,
): Promise<Answered[]> {
  const answered: Answered[] = [];
  for (let first = 0; first < made.length; first += BATCH_SIZE) {
    const batch = joinMade(made.slice(first, first + BATCH_SIZE), model.cells);
    const check = (row: number, answer: Int32Array) =>
      domain.check(takePuzzles(batch, row, 1).inputs, answer).valid;
    for await (const { row, answer, signals, halted } of runRecursion(model, batch, {
      maximumSteps,
      rule,
      check,
    })) {
      throwIfCancelled(signal);
      const puzzle = made[first + row];
      if (!halted || puzzle === undefined) continue;
      const verdict = puzzle.judge(answer);
      answered[first + row] = {
        puzzle,
        answer,
        score: signals.haltProbability,
        correct: verdict.valid === true,
        steps: signals.step,
        halted: halts(rule, signals),
        reason: verdict.valid === true ? null : verdict.reason,
      };
    }
    report(Math.min(made.length, first + BATCH_SIZE));
  }
  return answered;
}

function describeSuite(
  { suite, variant, change, right }: ChosenVariant,
  answered: readonly Answered[],
  drawn: number,
  { confident }: RobustnessSpec,
): RobustnessResult['suites'][number] {
  const leftOut = drawn - answered.length;
  return { suite, variant, change, right, leftOut, ...measureSuite(answered, confident) };
}

function describeEmpty({ variant, answered }: MeasuredVariant): RobustnessResult['notApplicable'] {
  if (answered.length > 0) return [];
  const { suite, variant: name } = variant;
  return [{ suite, variant: name, reason: 'none of the test puzzles that were drawn could be changed so' }];
}

/** The wrong answers that the model was surest of. */
function pickFailures({ suite, variant }: ChosenVariant, answered: readonly Answered[]): RobustnessFailure[] {
  const wrong = answered.filter(({ correct }) => !correct);
  const surest = wrong.toSorted((one, other) => other.score - one.score).slice(0, failuresKept);
  return surest.map(({ puzzle, answer, score, steps, reason }) => ({
    suite,
    variant,
    example: puzzle.example,
    haltProbability: score,
    steps,
    reason: reason ?? '',
    input: [...puzzle.input],
    answer: [...answer],
  }));
}
