// Two builders measured in turn in the same run: the table of medians, and how many times as fast ours is.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Measurement, measureProgram, spreadOf } from './measure.ts';
import type { CommonSettings } from './options.ts';
import { howToCompare, publish, seconds } from './report.ts';

export interface Comparison {
  /** What is built, and in how many rounds. */
  title: string;
  /** The same as numbers. */
  facts: Record<string, number>;
  settings: CommonSettings & { augmentations: number };
  /** Holds the puzzles. */
  input: string;
  /** Programs of this folder; each builds once and prints its measurement. */
  programs: { ours: string; reference: string };
}

/** Lets both build in turn and prints what it took. */
export async function compareBuilders(comparison: Comparison): Promise<void> {
  const { title, facts, settings, programs } = comparison;
  const ours: Measurement[] = [];
  const reference: Measurement[] = [];
  for (let round = 0; round < settings.rounds; round++) {
    ours.push(await build(comparison, process.execPath, [programs.ours]));
    if (settings.reference === undefined) continue;
    reference.push(await build(comparison, settings.python, [programs.reference, settings.reference]));
  }
  const rows = [{ builder: 'ours', ...summarize(ours) }];
  if (reference.length > 0) rows.push({ builder: 'reference', ...summarize(reference) });
  const ratios = reference.length === 0 ? undefined : compare(summarize(ours), summarize(reference));
  const table = {
    columns: ['builder', 'time, median', 'least to most', 'processor time, median', 'peak memory'],
    rows: rows.map(({ builder, elapsedMs, processorMs, peakMemoryBytes }) => [
      builder,
      seconds(elapsedMs.median, 1),
      `${seconds(elapsedMs.minimum, 1)} to ${seconds(elapsedMs.maximum, 1)}`,
      seconds(processorMs.median, 1),
      `${(peakMemoryBytes / 1e6).toFixed(0)} MB`,
    ]),
  };
  const remark =
    ratios === undefined
      ? howToCompare
      : `Ours is ${ratios.elapsed.toFixed(1)} times as fast as the reference (by processor time ${ratios.processor.toFixed(1)}).`;
  const report = { title, tables: [table], remarks: [remark], facts: { ...facts, rows, ratios } };
  await publish(report, settings);
}

async function build(
  { input, settings }: Comparison,
  command: string,
  [file, ...first]: [string, ...string[]],
): Promise<Measurement> {
  const folder = await mkdtemp(join(tmpdir(), 'trm-bench-'));
  try {
    const output = join(folder, 'built');
    const last = [input, output, String(settings.augmentations)];
    return await measureProgram(command, [join(import.meta.dirname, file), ...first, ...last]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
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
