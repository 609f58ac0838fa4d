// The rollouts job: strategies side by side on the same test puzzles, each with its gain and what it costs.

import { parseHaltingRule } from '../../common/halting/rule.ts';
import type { JobResultOf, JobSpecOf } from '../../common/jobs.ts';
import { mcnemar } from '../../common/mcnemar.ts';
import { createRandom } from '../../common/random.ts';
import type { RolloutFigures } from '../../common/rollouts/result.ts';
import { formatStrategy, parseStrategy, type RolloutStrategy } from '../../common/rollouts/strategy.ts';
import { runRollouts } from '../../common/solving/chains.ts';
import { type TokenPuzzles, takePuzzles } from '../../common/solving/puzzles.ts';
import { proportion } from '../../common/statistics.ts';
import { type JobContext, throwIfCancelled } from '../job.ts';
import {
  type Bench,
  drawPuzzles,
  isRight,
  judge,
  openBench,
  vocabularyOf,
} from '../language-model/subjects.ts';
import { symmetriesOf } from './symmetries.ts';

type RolloutsSpec = JobSpecOf<'rollouts'>;

/** Chains that run at once. */
const BATCH_SIZE = 128;

interface Measured {
  right: boolean[];
  anyRight: boolean[];
  steps: number;
  elapsedMs: number;
}

export async function rolloutsJob(spec: RolloutsSpec, context: JobContext): Promise<JobResultOf<'rollouts'>> {
  const startedMs = performance.now();
  const bench = await openBench(spec.subject, spec.datasetFolder);
  try {
    const { metadata } = bench.model;
    const halting = spec.halting ?? metadata.halting;
    const maximumSteps = spec.maximumSteps || metadata.maximumSteps;
    const { puzzles } = drawPuzzles(bench, spec.count, spec.seed);
    const texts = spec.strategies.length > 0 ? spec.strategies : usualStrategies(bench, maximumSteps);
    const strategies = [...new Set(['plain', ...texts.map((text) => formatStrategy(parseStrategy(text)))])];
    // A strategy that the domain refuses must not be found out after an hour.
    for (const text of strategies)
      symmetriesOf(vocabularyOf(bench), parseStrategy(text).symmetries, spec.seed);
    const measured: Measured[] = [];
    for (const [index, text] of strategies.entries()) {
      const part = { index, count: strategies.length, text };
      const given = { ...spec, halting, maximumSteps };
      measured.push(await measureStrategy(bench, puzzles, parseStrategy(text), given, part, context));
    }
    const [plain] = measured as [Measured];
    return {
      kind: 'rollouts',
      model: spec.label,
      dataset: bench.dataset.card?.name ?? metadata.dataset.name,
      puzzles: puzzles.count,
      halting,
      maximumSteps,
      figures: measured.map((own, index) => figuresOf(strategies[index] ?? '', own, plain)),
      elapsedMs: performance.now() - startedMs,
    };
  } finally {
    await bench.close();
  }
}

/** Those of the literature, as far as the domain takes them. */
function usualStrategies(bench: Bench, maximumSteps: number): string[] {
  const { domain, gridRows, gridColumns } = vocabularyOf(bench);
  const hasSymmetries = domain === 'sudoku' || (domain === 'maze' && gridRows === gridColumns);
  return [
    `steps=${Math.min(4096, 4 * maximumSteps)}`,
    'chains=8 noise=0.3',
    'chains=8 noise=0.3 choose=residual',
    'chains=8 noise=0.3 choose=vote',
    'chains=12 noise=0.3 finish=first',
    'chains=25 noise=0.3',
    ...(hasSymmetries ? ['symmetries=8', 'symmetries=8 choose=vote'] : []),
  ];
}

async function measureStrategy(
  bench: Bench,
  puzzles: TokenPuzzles,
  strategy: RolloutStrategy,
  { halting, maximumSteps, seed }: { halting: string; maximumSteps: number; seed: number },
  part: { index: number; count: number; text: string },
  context: JobContext,
): Promise<Measured> {
  const startedMs = performance.now();
  const symmetries = symmetriesOf(vocabularyOf(bench), strategy.symmetries, seed);
  const perBatch = Math.max(1, Math.floor(BATCH_SIZE / (strategy.chains * symmetries.length)));
  const measured: Measured = { right: [], anyRight: [], steps: 0, elapsedMs: 0 };
  for (let first = 0; first < puzzles.count; first += perBatch) {
    const phase = `${part.text} (${part.index + 1} of ${part.count})`;
    context.progress(phase, first, puzzles.count, 'puzzles');
    const batch = takePuzzles(puzzles, first, perBatch);
    const outcomes = await runRollouts(bench.model, batch, {
      strategy,
      maximumSteps,
      rule: parseHaltingRule(halting),
      symmetries,
      random: createRandom(seed, 'noise', part.text, first),
      check: (row, answer) => bench.domain.check(takePuzzles(batch, row, 1).inputs, answer).valid,
      onStep: () => throwIfCancelled(context.signal),
    });
    for (const [row, { chosen, answers, steps }] of outcomes.entries()) {
      const isRightAnswer = (answer: Int32Array) => isRight(judge(bench, batch, row, answer));
      measured.right.push(isRightAnswer(chosen.answer));
      measured.anyRight.push(answers.some(({ answer }) => isRightAnswer(answer)));
      measured.steps += steps;
    }
  }
  return { ...measured, elapsedMs: performance.now() - startedMs };
}

function figuresOf(strategy: string, own: Measured, plain: Measured): RolloutFigures {
  const count = own.right.length;
  const won = own.right.filter((right, row) => right && plain.right[row] === false).length;
  const lost = own.right.filter((right, row) => !right && plain.right[row] === true).length;
  return {
    strategy,
    exactAccuracy: proportion(own.right.filter(Boolean).length, count),
    gain: (won - lost) / count,
    won,
    lost,
    probability: mcnemar(won, lost),
    anyRight: proportion(own.anyRight.filter(Boolean).length, count),
    meanSteps: own.steps / count,
    msPerPuzzle: own.elapsedMs / count,
  };
}
