// Turns answers into what the robustness lab reports of them.

import { areaUnderRoc, brierScore, expectedCalibrationError, reliabilityBins } from '../calibration.ts';
import {
  areaUnderRisk,
  bestAreaUnderRisk,
  type RiskPoint,
  riskCoverage,
  type ScoredAnswer,
  thresholdForRisk,
  wrongAndConfident,
} from '../risk-coverage.ts';
import { mean, proportion } from '../statistics.ts';
import type { Knowledge, SuiteFigures } from './result.ts';

/** Error rates for which a threshold is looked for. */
const wantedErrorRates = [0.1, 0.05, 0.01];

/** More points of a curve are thinned out. */
const mostCurvePoints = 101;

/** An answer to a puzzle of a suite; its score is the halting probability at the step at which it halted. */
export interface SuiteAnswer extends ScoredAnswer {
  steps: number;
  /** Whether the halting rule ended it, and not the lack of further steps. */
  halted: boolean;
}

type Measured = Omit<SuiteFigures, 'suite' | 'variant' | 'change' | 'right' | 'leftOut'>;

/** @param confident from this halting probability on an answer counts as confident */
export function measureSuite(answers: readonly SuiteAnswer[], confident: number): Measured {
  const puzzles = answers.length;
  return {
    puzzles,
    accuracy: proportion(answers.filter(({ correct }) => correct).length, puzzles),
    wrongAndConfident: wrongAndConfident(answers, confident),
    haltProbability: mean(
      answers.map(({ score }) => score),
      0,
      1,
    ),
    steps: mean(
      answers.map(({ steps }) => steps),
      1,
      Math.max(1, ...answers.map(({ steps }) => steps)),
    ),
    halted: proportion(answers.filter(({ halted }) => halted).length, puzzles),
    areaUnderRoc: areaUnderRoc(answers),
    expectedCalibrationError: expectedCalibrationError(answers),
  };
}

/** @param confident from this halting probability on an answer counts as confident */
export function measureKnowledge(answers: readonly ScoredAnswer[], confident: number): Knowledge {
  const right = answers.filter(({ correct }) => correct);
  const wrong = answers.filter(({ correct }) => !correct);
  const countConfident = (some: readonly ScoredAnswer[]) =>
    some.filter(({ score }) => score >= confident).length;
  return {
    answers: answers.length,
    right: right.length,
    confidentWhenWrong: proportion(countConfident(wrong), wrong.length),
    confidentWhenRight: proportion(countConfident(right), right.length),
    areaUnderRoc: areaUnderRoc(answers),
    areaUnderRisk: areaUnderRisk(answers),
    bestAreaUnderRisk: bestAreaUnderRisk(answers),
    expectedCalibrationError: expectedCalibrationError(answers),
    brierScore: brierScore(answers),
    reliability: reliabilityBins(answers),
    curve: thinOut(riskCoverage(answers)).map(({ threshold, trusted, wrong: mistakes }) => ({
      threshold,
      coverage: proportion(trusted, answers.length),
      risk: proportion(mistakes, trusted),
    })),
    thresholds: wantedErrorRates.map((wantedErrorRate) => ({
      wantedErrorRate,
      chosen: thresholdForRisk(answers, wantedErrorRate),
    })),
  };
}

/** Points at equal distances in their order, the first and the last among them. */
function thinOut(points: readonly RiskPoint[]): RiskPoint[] {
  if (points.length <= mostCurvePoints) return [...points];
  const kept = Array.from({ length: mostCurvePoints }, (_, place) => {
    return points[Math.round((place * (points.length - 1)) / (mostCurvePoints - 1))];
  });
  return kept.filter((point): point is RiskPoint => point !== undefined);
}
