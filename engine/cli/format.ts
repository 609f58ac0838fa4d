// Numbers, times and tables as people read them in a terminal.

import type { Estimate } from '../../common/results.ts';

/** `0:07`, `12:30`, `1:02:03` */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const tail = `${String(minutes).padStart(hours > 0 ? 2 : 1, '0')}:${String(seconds % 60).padStart(2, '0')}`;
  return hours > 0 ? `${hours}:${tail}` : tail;
}

/** `98.7 %` */
export function formatShare(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** `98.7 % (97.6 to 99.4)` */
export function formatShareEstimate({ value, low, high }: Estimate): string {
  return `${formatShare(value)} (${(low * 100).toFixed(1)} to ${(high * 100).toFixed(1)})`;
}

/** What the kind of puzzle measures beside exact accuracy, each share with its 95 % interval. */
export function describeMeasures(measures: Record<string, Estimate>): [name: string, value: string][] {
  return Object.entries(measures).map(([name, estimate]) => [name, formatShareEstimate(estimate)]);
}

/** `4.21 (4.02 to 4.40)` */
export function formatEstimate({ value, low, high }: Estimate): string {
  return `${value.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
}

export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}

export function formatRate(perSecond: number): string {
  if (perSecond >= 1000) return `${(perSecond / 1000).toFixed(1)}k`;
  return perSecond.toFixed(perSecond >= 100 ? 0 : 1);
}

/** `2026-11-23 17:12`, in the machine's time zone. */
export function formatTime(time: string): string {
  const date = new Date(time);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** Rows of cells in aligned columns under their heads; columns of numbers are aligned right. */
export function formatTable(heads: string[], rows: string[][]): string {
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const numeric = heads.map((_, column) =>
    rows.every((row) => /^(-|[-+]?[\d.,]+( %|k| [kMGT]?B)?)?$/.test(row[column] ?? '')),
  );
  const line = (cells: string[]) =>
    cells
      .map((cell, column) =>
        numeric[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return [line(heads), ...rows.map(line)].join('\n');
}

/** Names and values in two columns. */
export function formatFacts(facts: [name: string, value: string][]): string {
  const width = Math.max(0, ...facts.map(([name]) => name.length));
  return facts.map(([name, value]) => `${name.padEnd(width)}  ${value}`.trimEnd()).join('\n');
}
