// Whether a score means what it says: how well it tells right answers from wrong ones, and how near it lies to the
// share of answers that are right.

import type { Estimate } from './results.ts';
import type { ScoredAnswer } from './risk-coverage.ts';
import { proportion } from './statistics.ts';

/** The standard normal quantile of a two-sided 95 % interval. */
const Z = 1.959963984540054;

/**
 * The chance that a right answer has a higher score than a wrong one (area under the ROC curve), equal scores counting
 * one half; null where all answers are right or all are wrong. The interval is Newcombe's (2006, part 2, method 5), which
 * does not shrink to a point when the two are wholly apart.
 */
export function areaUnderRoc(answers: readonly ScoredAnswer[]): Estimate | null {
  const right = answers.filter(({ correct }) => correct).length;
  const wrong = answers.length - right;
  if (right === 0 || wrong === 0) return null;
  const value = (rankSumOfRight(answers) - (right * (right + 1)) / 2) / (right * wrong);
  return { value, ...newcombeInterval(value, right, wrong) };
}

/** The sum of the ranks, from 1 for the lowest score, of the right answers; equal scores share their mean rank. */
function rankSumOfRight(answers: readonly ScoredAnswer[]): number {
  const sorted = answers.toSorted((one, other) => one.score - other.score);
  let sum = 0;
  for (let first = 0; first < sorted.length; ) {
    const { score } = sorted[first] as ScoredAnswer;
    let end = first;
    let right = 0;
    while (end < sorted.length && sorted[end]?.score === score) {
      right += Number(sorted[end]?.correct);
      end++;
    }
    sum += right * ((first + 1 + end) / 2);
    first = end;
  }
  return sum;
}

/** The areas from which `value` lies no further than Z of their own standard errors. */
function newcombeInterval(value: number, right: number, wrong: number): Omit<Estimate, 'value'> {
  const pairs = (right + wrong) / 2 - 1;
  const isNear = (area: number): boolean => {
    const spread = 1 + pairs * ((1 - area) / (2 - area) + area / (1 + area));
    return (area - value) ** 2 <= (Z ** 2 * area * (1 - area) * spread) / (right * wrong);
  };
  return { low: edge(value, 0, isNear), high: edge(value, 1, isNear) };
}

/** The last number, going from `inside` to `outside`, for which the condition holds. */
function edge(inside: number, outside: number, holds: (value: number) => boolean): number {
  let [near, far] = [inside, outside];
  while (Math.abs(far - near) > 1e-12) {
    const middle = (near + far) / 2;
    if (holds(middle)) near = middle;
    else far = middle;
  }
  return near;
}

/** Answers whose score lies in [low, high), or [low, 1] for the last. */
export interface ReliabilityBin {
  low: number;
  high: number;
  count: number;
  /** Mean score of these answers; null without any. */
  meanScore: number | null;
  /** Right among them, with the Wilson interval; null without any. */
  accuracy: Estimate | null;
}

/** Bins of equal width. */
export function reliabilityBins(answers: readonly ScoredAnswer[], bins = 10): ReliabilityBin[] {
  const members: ScoredAnswer[][] = Array.from({ length: bins }, () => []);
  for (const answer of answers) {
    members[Math.min(bins - 1, Math.floor(answer.score * bins))]?.push(answer);
  }
  return members.map((inside, index) => {
    const count = inside.length;
    return {
      low: index / bins,
      high: (index + 1) / bins,
      count,
      meanScore: count === 0 ? null : inside.reduce((sum, { score }) => sum + score, 0) / count,
      accuracy: count === 0 ? null : proportion(inside.filter(({ correct }) => correct).length, count),
    };
  });
}

/** The expected calibration error: |accuracy − mean score| over the bins, weighed by how many answers each holds. */
export function expectedCalibrationError(answers: readonly ScoredAnswer[], bins = 10): number {
  if (answers.length === 0) return 0;
  let sum = 0;
  for (const { count, meanScore, accuracy } of reliabilityBins(answers, bins)) {
    if (meanScore !== null && accuracy !== null) sum += count * Math.abs(accuracy.value - meanScore);
  }
  return sum / answers.length;
}

/** The mean squared distance of the score from 1 where the answer is right and 0 where it is wrong. */
export function brierScore(answers: readonly ScoredAnswer[]): number {
  if (answers.length === 0) return 0;
  return (
    answers.reduce((sum, { score, correct }) => sum + (score - Number(correct)) ** 2, 0) / answers.length
  );
}
