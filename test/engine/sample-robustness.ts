// A robustness report of round figures: 36 of 40 untouched puzzles are right, and of 20 without a solution the model is
// sure of 5.

import { measureKnowledge, measureSuite, type SuiteAnswer } from '../../common/robustness/measure.ts';
import type { RobustnessResult, SuiteName } from '../../common/robustness/result.ts';
import { judgeKnowledge } from '../../common/robustness/verdict.ts';

const confident = 0.5;

function answers(count: number, score: number, correct: boolean, steps: number): SuiteAnswer[] {
  return Array.from({ length: count }, () => ({ score, correct, steps, halted: score >= confident }));
}

const untouched = [...answers(36, 0.95, true, 1), ...answers(4, 0.65, false, 2)];
const unsolvable = [...answers(5, 0.85, false, 2), ...answers(15, 0.25, false, 4)];

export function sampleRobustness(model: string, seed: number): RobustnessResult {
  const row = (suite: SuiteName, given: readonly SuiteAnswer[], leftOut: number) => ({
    suite,
    variant: null,
    change: 'what is changed',
    right: 'what is right',
    leftOut,
    ...measureSuite(given, confident),
  });
  const figures = {
    suites: [row('baseline', untouched, 0), row('unsolvable', unsolvable, 20)],
    inDistribution: measureKnowledge(untouched, confident),
    pooled: measureKnowledge([...untouched, ...unsolvable], confident),
    confident,
  };
  const cells = [2, 1, 1, 1, 1, 3, 1, 1, 1, 1, 4, 1, 1, 1, 1, 5];
  const failure = { variant: null, steps: 2, input: cells, answer: cells.map((token) => Math.max(2, token)) };
  return {
    model,
    dataset: 'puzzles',
    domain: 'sudoku',
    vocabulary: {
      domain: 'sudoku',
      gridRows: 4,
      gridColumns: 4,
      tokens: ['padding', 'blank', '1', '2', '3', '4'],
    },
    seed,
    puzzlesDrawn: 40,
    puzzlesAvailable: 400,
    halting: 'q>=0.5',
    maximumSteps: 4,
    ...figures,
    notApplicable: [{ suite: 'identifier', variant: null, reason: 'it has none' }],
    verdict: judgeKnowledge(figures),
    failures: [
      {
        ...failure,
        suite: 'baseline',
        example: 4,
        haltProbability: 0.65,
        reason: 'digit 1 is twice in row 1',
      },
      { ...failure, suite: 'unsolvable', example: 7, haltProbability: 0.85, reason: 'no solution' },
      { ...failure, suite: 'unsolvable', example: 9, haltProbability: 0.85, reason: 'no solution' },
    ],
    elapsedMs: 61_000,
  };
}
