// What a benchmark found, as a Markdown text for people and as JSON for programs.

import { writeFile } from 'node:fs/promises';
import { describeMachine } from './measure.ts';
import type { CommonSettings } from './options.ts';

export interface Table {
  columns: string[];
  rows: string[][];
}

export interface Report {
  /** What was measured, and in how many rounds. */
  title: string;
  tables: Table[];
  /** Sentences below the tables. */
  remarks: string[];
  /** The same, and more, as data. */
  facts: Record<string, unknown>;
}

/** Prints the report and writes it where `output` says. */
export async function publish(
  report: Report,
  { json, output }: Pick<CommonSettings, 'json' | 'output'>,
): Promise<void> {
  const machine = describeMachine();
  const texts = {
    json: `${JSON.stringify({ machine, ...report.facts })}\n`,
    md: markdownOf(report, machine),
  };
  if (output !== undefined) await writeFile(output, output.endsWith('.md') ? texts.md : texts.json);
  process.stdout.write(json ? texts.json : texts.md);
}

/** The report as Markdown: title, tables, remarks. */
export function markdownOf({ title, tables, remarks }: Report, machine: string): string {
  const blocks = [`${title}, ${machine}`, ...tables.map(markdownTable), ...remarks];
  return `${blocks.join('\n\n')}\n`;
}

function markdownTable({ columns, rows }: Table): string {
  const lines = [columns, columns.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

export const howToCompare =
  'Give --reference DIR and --python EXE to compare with the reference implementation.';

export function seconds(elapsedMs: number, digits = 3): string {
  return `${(elapsedMs / 1000).toFixed(digits)} s`;
}

export function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(2)} GB`;
}

export function times(ratio: number | undefined): string {
  return ratio === undefined ? '' : `${ratio.toFixed(2)} ×`;
}
