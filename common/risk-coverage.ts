// What it costs to trust a model only where it is sure: the error rate among the answers whose score reaches a
// threshold (risk) against the share of answers that do (coverage). Answers with equal scores are taken or left together.

import { binomialAtMost, upperBound } from './binomial.ts';
import type { Estimate } from './results.ts';
import { proportion } from './statistics.ts';

/** An answer: how sure the model was, and whether it was right. */
export interface ScoredAnswer {
  /** From 0 to 1; a TRM's is its halting probability. */
  score: number;
  correct: boolean;
}

export interface RiskPoint {
  /** Answers whose score is at least this are trusted. */
  threshold: number;
  trusted: number;
  wrong: number;
  /** trusted / answers */
  coverage: number;
  /** wrong / trusted */
  risk: number;
}

/** One point for each score that occurs, from the strictest threshold to the one that trusts every answer. */
export function riskCoverage(answers: readonly ScoredAnswer[]): RiskPoint[] {
  const points: RiskPoint[] = [];
  let [trusted, wrong] = [0, 0];
  for (const { score, count, wrong: mistakes } of groupScores(answers)) {
    trusted += count;
    wrong += mistakes;
    const coverage = trusted / answers.length;
    points.push({ threshold: score, trusted, wrong, coverage, risk: wrong / trusted });
  }
  return points;
}

/**
 * The area under the curve (AURC, Geifman et al. 2019): the mean of the risks of trusting the 1, 2 … n surest answers;
 * where scores are equal, the mean over every order in which these could come. 0 without answers. A score that says
 * nothing gives the error rate; `bestAreaUnderRisk` is what no score can beat.
 */
export function areaUnderRisk(answers: readonly ScoredAnswer[]): number {
  let [trusted, wrong, sum] = [0, 0, 0];
  for (const { count, wrong: mistakes } of groupScores(answers)) {
    for (let taken = 1; taken <= count; taken++) {
      sum += (wrong + (mistakes * taken) / count) / (trusted + taken);
    }
    trusted += count;
    wrong += mistakes;
  }
  return answers.length === 0 ? 0 : sum / answers.length;
}

/** The area of a score that puts every right answer before every wrong one. */
export function bestAreaUnderRisk(answers: readonly ScoredAnswer[]): number {
  return areaUnderRisk(answers.map(({ correct }) => ({ score: Number(correct), correct })));
}

/** Wrong answers with a score of at least `threshold`, among all answers, with the Wilson interval. */
export function wrongAndConfident(answers: readonly ScoredAnswer[], threshold: number): Estimate {
  const count = answers.filter(({ score, correct }) => !correct && score >= threshold).length;
  return proportion(count, answers.length);
}

export interface ChosenThreshold {
  /** Trust answers with at least this score. */
  threshold: number;
  trusted: number;
  wrong: number;
  /** Trusted among all, with the Wilson interval. */
  coverage: Estimate;
  /** Wrong among the trusted, with the Wilson interval. */
  errorRate: Estimate;
  /** The one-sided bound of Clopper and Pearson that is at most the wanted rate. */
  errorRateAtMost: number;
}

/**
 * The lowest threshold at which the error rate among the trusted answers is at most `wantedErrorRate`, by its exact
 * binomial (Clopper–Pearson) one-sided upper bound at this confidence; null where no threshold does that. The bound is
 * that of each threshold alone: since the lowest of many is picked, check it on other puzzles before relying on it.
 */
export function thresholdForRisk(
  answers: readonly ScoredAnswer[],
  wantedErrorRate: number,
  confidence = 0.95,
): ChosenThreshold | null {
  const chosen = riskCoverage(answers).findLast(({ trusted, wrong }) =>
    staysBelow(wrong, trusted, wantedErrorRate, confidence),
  );
  if (chosen === undefined) return null;
  const { threshold, trusted, wrong } = chosen;
  return {
    threshold,
    trusted,
    wrong,
    coverage: proportion(trusted, answers.length),
    errorRate: proportion(wrong, trusted),
    errorRateAtMost: upperBound(wrong, trusted, confidence),
  };
}

/** Whether `upperBound(wrong, trusted, confidence) <= wanted`, without searching for that bound. */
function staysBelow(wrong: number, trusted: number, wanted: number, confidence: number): boolean {
  if (wrong === trusted) return wanted >= 1;
  return binomialAtMost(wrong, trusted, wanted) <= 1 - confidence;
}

interface ScoreGroup {
  score: number;
  count: number;
  wrong: number;
}

/** Answers with equal scores, the surest first. */
function groupScores(answers: readonly ScoredAnswer[]): ScoreGroup[] {
  const groups: ScoreGroup[] = [];
  for (const { score, correct } of answers.toSorted((one, other) => other.score - one.score)) {
    const last = groups.at(-1);
    if (last !== undefined && last.score === score) {
      last.count += 1;
      last.wrong += Number(!correct);
    } else groups.push({ score, count: 1, wrong: Number(!correct) });
  }
  return groups;
}
