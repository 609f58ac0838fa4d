// Which answers of a TRM are trusted and which are escalated to a helper: the threshold is chosen on one half of the
// puzzles and reported on the other, since the half that it was chosen on would flatter it.

import { createRandom } from '../random.ts';
import { type ChosenThreshold, type ScoredAnswer, thresholdForRisk } from '../risk-coverage.ts';

/** How sure the bound on the error rate is. */
export const thresholdConfidence = 0.95;

export const escalationReasons = ['unsure', 'breaks-rules'] as const;
export type EscalationReason = (typeof escalationReasons)[number];

export interface Halves {
  /** Rows that the threshold is chosen on. */
  choosing: number[];
  /** The other rows, at least as many. */
  reporting: number[];
}

/** Two halves of the rows 0 to count - 1, drawn with the seed, each in order. */
export function drawHalves(count: number, seed: number): Halves {
  const order = [...createRandom(seed, 'halves for the threshold').permutation(count)];
  const inOrder = (rows: number[]) => rows.toSorted((one, other) => one - other);
  const middle = Math.floor(count / 2);
  return { choosing: inOrder(order.slice(0, middle)), reporting: inOrder(order.slice(middle)) };
}

/** The lowest threshold that keeps the error rate; null where none does, so that nothing can be trusted. */
export function chooseThreshold(
  answers: readonly ScoredAnswer[],
  wantedErrorRate: number,
): ChosenThreshold | null {
  return thresholdForRisk(answers, wantedErrorRate, thresholdConfidence);
}

/** How many trusted answers without a single mistake it takes to show that error rate. */
export function fewestAnswersFor(wantedErrorRate: number): number {
  if (wantedErrorRate >= 1) return 1;
  return Math.ceil(Math.log(1 - thresholdConfidence) / Math.log1p(-wantedErrorRate));
}

export interface EscalationRule {
  /** Answers of at least this halting probability are trusted; null trusts none. */
  threshold: number | null;
  /** Whether an answer that the rules of the domain confirm is kept, however unsure the model is. */
  keepValid: boolean;
}

/**
 * Why an answer is escalated, or null where it is trusted. `valid` is what the rules of the domain say of it, without
 * the known answer; null where there are none.
 */
export function reasonToEscalate(
  { score, valid }: { score: number; valid: boolean | null },
  { threshold, keepValid }: EscalationRule,
): EscalationReason | null {
  if (keepValid && valid === true) return null;
  if (threshold === null || score < threshold) return 'unsure';
  return valid === false ? 'breaks-rules' : null;
}
