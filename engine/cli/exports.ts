// `trm exports`: the exported models, and one of them with everything that was measured on it.

import type { CommandModule } from 'yargs';
import type { ExportRow } from '../../common/api.ts';
import type { DeviceFigure } from '../../common/device-figures.ts';
import type { ExportResult } from '../../common/results.ts';
import {
  formatBytes,
  formatFacts,
  formatShare,
  formatShareEstimate,
  formatTable,
  formatTime,
} from './format.ts';
import type { GlobalOptions } from './output.ts';

export const exportsCommand: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'exports',
  describe: 'List exported models, or show one with its measurements',
  builder: (yargs) => yargs.command(listCommand).command(showCommand),
  handler() {},
};

const listCommand: CommandModule<GlobalOptions, GlobalOptions> = {
  command: ['list', '$0'],
  describe: 'List exported models, newest first',
  async handler(options) {
    const { printCall } = await import('./print-call.ts');
    await printCall(options, 'export.list', {}, describeExports);
  },
};

const showCommand: CommandModule<GlobalOptions, GlobalOptions & { export: string }> = {
  command: 'show <export>',
  describe: 'Show an exported model: its accuracy beside the checkpoint, its time and memory on each device',
  builder: (yargs) =>
    yargs.positional('export', {
      type: 'string',
      demandOption: true,
      describe: 'Name of the export, or its file',
    }),
  async handler({ export: name, ...options }) {
    const [{ printCall }, { resolveReference }] = await Promise.all([
      import('./print-call.ts'),
      import('./values.ts'),
    ]);
    await printCall(options, 'export.show', { name: resolveReference(name) }, describeRow);
  },
};

function describeExports(exports: ExportRow[]): string {
  if (exports.length === 0) return 'No exports yet. trm export RUN makes one.';
  return formatTable(
    ['export', 'size', 'exact', 'p50 ms', 'difference', 'made', 'file'],
    exports.map((row) => [
      row.name,
      formatBytes(row.sizeBytes),
      row.validation === undefined ? '-' : formatShare(row.validation.exactAccuracy.value),
      formatMs(row.devices?.[0]?.latencyMsP50),
      row.maxAbsDifference.toExponential(1),
      formatTime(row.createdAt),
      row.file,
    ]),
  );
}

function describeRow(row: ExportRow): string {
  const facts = formatFacts([
    ['export', row.name],
    ['from', row.runId ?? row.checkpointFolder],
    ['made', formatTime(row.createdAt)],
    ['file', `${row.file} (${formatBytes(row.sizeBytes)}, opset ${row.opset})`],
    ['SHA-256', row.sha256],
    ['graph', `${row.precision ?? 'float32'}, ${row.form ?? 'step'}, batch ${row.batch ?? 'symbolic'}`],
    ['difference', `${row.maxAbsDifference.toExponential(1)} on ${row.checkedPuzzles} puzzles`],
    ['equal answers', formatShare(row.equalAnswers)],
    ...describeAccuracy(row),
  ]);
  const devices = row.devices ?? [];
  return devices.length === 0 ? facts : `${facts}\n\n${describeDevices(devices)}`;
}

/** What was measured on an export, beside its difference from the checkpoint. */
export function describeMeasured(result: ExportResult): [name: string, value: string][] {
  return [...describeAccuracy(result), ...(result.devices ?? []).map(describeFigure)];
}

function describeAccuracy({ validation }: ExportResult): [name: string, value: string][] {
  if (validation === undefined) return [];
  const { exactAccuracy, trainedExactAccuracy, difference, lost, gained, puzzleCount, split } = validation;
  const { meanSteps, trainedMeanSteps, equalAnswers, halting, forced } = validation;
  const interval = `${signed(difference.low)} to ${signed(difference.high)}`;
  return [
    [
      'exact',
      `${formatShareEstimate(exactAccuracy)} on ${puzzleCount} ${split} puzzles, halting at ${halting}`,
    ],
    ['checkpoint', `${formatShareEstimate(trainedExactAccuracy)} on the same puzzles`],
    [
      'loss',
      `${signed(difference.value)} points (${interval}): ${lost} lost, ${gained} gained` +
        `${forced ? `; more than allowed (${formatShare(validation.allowedLoss)}), kept by --force` : ''}`,
    ],
    [
      'same answers',
      `${formatShare(equalAnswers)} when halted, ${meanSteps.toFixed(2)} steps against ${trainedMeanSteps.toFixed(2)}`,
    ],
  ];
}

/** One device in a line, for the end of a command. */
export function describeFigure(figure: DeviceFigure): [name: string, value: string] {
  const name =
    figure.threads === null ? 'measured' : `${figure.threads} ${figure.threads === 1 ? 'thread' : 'threads'}`;
  if (figure.failure !== null) return [name, `does not run: ${figure.failure}`];
  const memory = figure.peakMemoryBytes === null ? '' : `, ${formatBytes(figure.peakMemoryBytes)} at most`;
  const before =
    figure.runtimeMemoryBytes === null ? '' : ` (${formatBytes(figure.runtimeMemoryBytes)} before the model)`;
  return [
    name,
    `p50 ${formatMs(figure.latencyMsP50)} ms, p95 ${formatMs(figure.latencyMsP95)} ms a puzzle, ` +
      `cold start ${formatMs(figure.coldStartMs)} ms${memory}${before}`,
  ];
}

function describeDevices(devices: DeviceFigure[]): string {
  const table = formatTable(
    [
      '',
      'device',
      'runtime',
      'threads',
      'limit',
      'cold ms',
      'p50 ms',
      'p95 ms',
      'memory',
      'steps',
      'energy mJ',
    ],
    devices.map((figure) => [
      figure.origin === 'import' ? 'imported' : 'measured',
      figure.device,
      figure.runtime,
      figure.threads === null ? '-' : String(figure.threads),
      describeLimit(figure),
      figure.failure ?? formatMs(figure.coldStartMs),
      formatMs(figure.latencyMsP50),
      formatMs(figure.latencyMsP95),
      figure.peakMemoryBytes === null ? '-' : formatBytes(figure.peakMemoryBytes),
      figure.steps?.toFixed(2) ?? '-',
      figure.energy === null ? '-' : `${figure.energy.millijoules.toPrecision(3)} estimated`,
    ]),
  );
  const assumptions = new Set(devices.flatMap(({ energy }) => (energy === null ? [] : [energy.assumption])));
  return [table, ...[...assumptions].map((text) => `Energy is estimated: ${text}.`)].join('\n');
}

export function describeLimit({ memoryLimitMb, memoryLimitedBy }: DeviceFigure): string {
  if (memoryLimitMb === null) return '-';
  return memoryLimitedBy === 'none'
    ? `${memoryLimitMb} MB not kept`
    : `${memoryLimitMb} MB (${memoryLimitedBy})`;
}

/** Several exports of one checkpoint beside each other. */
export function describeVariants(results: ExportResult[]): string {
  return formatTable(
    [
      'precision',
      'size',
      'exact',
      'loss',
      'same answers',
      'cold ms',
      'p50 ms',
      'p95 ms',
      'threads',
      'memory',
    ],
    results.flatMap((result) =>
      (result.devices ?? []).map((figure) => [
        `${result.precision ?? 'float32'}`,
        formatBytes(result.sizeBytes),
        result.validation === undefined ? '-' : formatShareEstimate(result.validation.exactAccuracy),
        result.validation === undefined ? '-' : signed(-result.validation.difference.value),
        result.validation === undefined ? '-' : formatShare(result.validation.equalAnswers),
        formatMs(figure.coldStartMs),
        formatMs(figure.latencyMsP50),
        formatMs(figure.latencyMsP95),
        String(figure.threads ?? '-'),
        figure.peakMemoryBytes === null ? '-' : formatBytes(figure.peakMemoryBytes),
      ]),
    ),
  );
}

/** Percentage points. */
function signed(share: number): string {
  const points = (100 * share).toFixed(1);
  return share > 0 ? `+${points}` : points;
}

function formatMs(milliseconds: number | null | undefined): string {
  return milliseconds === null || milliseconds === undefined ? '-' : milliseconds.toFixed(1);
}
