// Intervals for measured means.

import type { Estimate } from './results.ts';

/** The standard normal quantile of a two-sided 95 % interval. */
const Z = 1.959963984540054;

/** A proportion with its Wilson score interval; without trials the interval is all of [0, 1]. */
export function proportion(successes: number, trials: number): Estimate {
  if (trials === 0) return { value: 0, low: 0, high: 1 };
  const value = successes / trials;
  const scale = 1 + Z ** 2 / trials;
  const center = (value + Z ** 2 / (2 * trials)) / scale;
  const margin = (Z / scale) * Math.sqrt((value * (1 - value)) / trials + Z ** 2 / (4 * trials ** 2));
  return {
    value,
    low: successes === 0 ? 0 : Math.max(0, center - margin),
    high: successes === trials ? 1 : Math.min(1, center + margin),
  };
}

/** A mean of independent values with its normal interval, kept inside [minimum, maximum]. */
export function mean(values: ArrayLike<number>, minimum = -Infinity, maximum = Infinity): Estimate {
  const count = values.length;
  if (count === 0) return { value: 0, low: minimum, high: maximum };
  let sum = 0;
  for (let index = 0; index < count; index++) sum += values[index] as number;
  const value = sum / count;
  let squares = 0;
  for (let index = 0; index < count; index++) squares += ((values[index] as number) - value) ** 2;
  const margin = count === 1 ? Infinity : Z * Math.sqrt(squares / (count - 1) / count);
  return { value, low: Math.max(minimum, value - margin), high: Math.min(maximum, value + margin) };
}

/**
 * The difference of two proportions on the same trials, with the interval of Agresti and Min (2005): half a trial is
 * added to each cell of the table, so that it has a width also where both agree everywhere.
 * @param gained trials that only the first has, `lost` those that only the second has
 */
export function pairedDifference(gained: number, lost: number, trials: number): Estimate {
  if (trials === 0) return { value: 0, low: -1, high: 1 };
  const total = trials + 2;
  const center = (gained - lost) / total;
  const margin = Z * Math.sqrt(((gained + lost + 1) / total - center ** 2) / total);
  return {
    value: (gained - lost) / trials,
    low: Math.max(-1, center - margin),
    high: Math.min(1, center + margin),
  };
}

/** The quantile of values in ascending order, between two neighbours in proportion; `share` from 0 to 1. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}
