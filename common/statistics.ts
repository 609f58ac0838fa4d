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
