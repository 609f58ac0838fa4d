// The fidelity report of one variant as text for a terminal.

import { bounds, type Deviation } from './ledger.ts';
import type { Measurement } from './measure.ts';

/** A table of what was compared: a row a quantity, a column an executor. */
export function describeVariant(measurements: readonly Measurement[]): string {
  const [first] = measurements;
  if (first === undefined) return '';
  const header = ['', ...measurements.map(({ executor }) => executor), 'bound', 'values', ''];
  const rows = first.deviations.flatMap(({ quantity, values }, index) => {
    if (values === 0) return [];
    const found = measurements.map(({ deviations }) => deviations[index] as Deviation);
    const verdict = found.every(({ passed }) => passed) ? 'pass' : `FAIL at ${worstOf(found).worst}`;
    return [[quantity, ...found.map(formatLargest), bounds[quantity], String(values), verdict]];
  });
  const unread = measurements.flatMap((measurement) => measurement.unread);
  return [
    first.variant,
    ...alignColumns([header, ...rows]).map((line) => `  ${line}`.trimEnd()),
    ...(unread.length === 0 ? [] : [`  not compared: ${[...new Set(unread)].join(', ')}`]),
  ].join('\n');
}

/** A deviation in words: `0` or `1.2e-6`. */
export function formatLargest({ largest }: Deviation): string {
  return largest === 0 ? '0' : largest.toExponential(1);
}

/** The deviation that uses most of its bound. */
export function worstOf(deviations: readonly Deviation[]): Deviation {
  return deviations.reduce((worst, deviation) => (deviation.boundUsed > worst.boundUsed ? deviation : worst));
}

function alignColumns(rows: string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
}
