// Whether of two solvers of the same puzzles one is better than the other.

import { binomialAtMost } from './binomial.ts';

/**
 * The exact two-sided McNemar test: how likely counts at least as uneven are where neither solver is better. Only the
 * puzzles that one of them alone got right count.
 */
export function mcnemar(onlyFirst: number, onlySecond: number): number {
  const trials = onlyFirst + onlySecond;
  return Math.min(1, 2 * binomialAtMost(Math.min(onlyFirst, onlySecond), trials, 0.5));
}
