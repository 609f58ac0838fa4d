// Two builders measured in turn in the same run: the table of medians, and how many times as fast ours is.

import { UserError } from '../common/errors.ts';
import { describeMachine, type Measurement, spreadOf } from './measure.ts';

export interface Comparison {
  /** What was built, and in how many rounds. */
  title: string;
  /** The same as numbers. */
  settings: Record<string, number>;
  ours: Measurement[];
  /** Empty where only ours was measured. */
  reference: Measurement[];
  json: boolean;
}

/** Prints a Markdown table, or one JSON object. */
export function reportComparison({ title, settings, ours, reference, json }: Comparison): void {
  const machine = describeMachine();
  const rows = [{ builder: 'ours', ...summarize(ours) }];
  if (reference.length > 0) rows.push({ builder: 'reference', ...summarize(reference) });
  const ratios = reference.length === 0 ? undefined : compare(summarize(ours), summarize(reference));
  if (json) {
    process.stdout.write(`${JSON.stringify({ machine, ...settings, rows, ratios })}\n`);
    return;
  }
  const lines = [
    `${title}, ${machine}`,
    '',
    '| builder | time, median | least to most | processor time, median | peak memory |',
    '|---|---|---|---|---|',
    ...rows.map(
      ({ builder, elapsedMs, processorMs, peakMemoryBytes }) =>
        `| ${builder} | ${seconds(elapsedMs.median)} | ${seconds(elapsedMs.minimum)} to ${seconds(elapsedMs.maximum)} ` +
        `| ${seconds(processorMs.median)} | ${(peakMemoryBytes / 1e6).toFixed(0)} MB |`,
    ),
    '',
    ratios === undefined
      ? 'Give --reference DIR and --python EXE to compare with the reference implementation.'
      : `Ours is ${ratios.elapsed.toFixed(1)} times as fast as the reference (by processor time ${ratios.processor.toFixed(1)}).`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** @throws UserError that names the option */
export function parseCount(option: string, text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1) return count;
  throw new UserError({
    what: `--${option} is no count`,
    found: text,
    expected: 'a whole number of at least 1',
  });
}

type Summary = ReturnType<typeof summarize>;

/** How many times the reference's medians are ours. */
function compare(ours: Summary, reference: Summary) {
  return {
    elapsed: reference.elapsedMs.median / ours.elapsedMs.median,
    processor: reference.processorMs.median / ours.processorMs.median,
  };
}

function summarize(measurements: Measurement[]) {
  return {
    elapsedMs: spreadOf(measurements.map(({ elapsedMs }) => elapsedMs)),
    processorMs: spreadOf(measurements.map(({ processorMs }) => processorMs)),
    peakMemoryBytes: Math.max(...measurements.map(({ peakMemoryBytes }) => peakMemoryBytes)),
  };
}

function seconds(elapsedMs: number): string {
  return `${(elapsedMs / 1000).toFixed(1)} s`;
}
