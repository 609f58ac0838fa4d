// Describes a list of whole numbers for a dataset card: extremes, median, mean and a histogram.

import type { Distribution } from '../../common/dataset-card.ts';

/** Most bars of a histogram with one bar a value; wider ranges get bars of 0, 1, 2-3, 4-7, 8-15, … */
const mostSingleBars = 40;

export function describeNumbers(numbers: readonly number[]): Distribution {
  if (numbers.length === 0) return { minimum: 0, median: 0, mean: 0, maximum: 0, histogram: [] };
  const sorted = Float64Array.from(numbers).sort();
  const at = (index: number) => sorted[index] ?? 0;
  const middle = (sorted.length - 1) / 2;
  const maximum = at(sorted.length - 1);
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  return {
    minimum: at(0),
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    mean: Math.round(mean * 1000) / 1000,
    maximum,
    histogram: countBars(sorted, maximum - at(0) < mostSingleBars ? singleBar : doublingBar),
  };
}

function countBars(sorted: Float64Array, barOf: (value: number) => { from: number; to: number }) {
  const bars: Distribution['histogram'] = [];
  for (const value of sorted) {
    const last = bars.at(-1);
    if (last !== undefined && value <= last.to) last.count++;
    else bars.push({ ...barOf(value), count: 1 });
  }
  return bars;
}

function singleBar(value: number) {
  return { from: value, to: value };
}

function doublingBar(value: number) {
  if (value < 1) return { from: value, to: Math.max(value, 0) };
  const from = 2 ** Math.floor(Math.log2(value));
  return { from, to: 2 * from - 1 };
}
