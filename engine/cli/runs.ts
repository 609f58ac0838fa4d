// `trm runs`: the list of runs, one run, and its metrics.

import type { CommandModule } from 'yargs';
import { z } from 'zod';
import type { CallOutput, RunRow } from '../../common/api.ts';
import type { Metric } from '../../common/jobs.ts';
import type { EvaluationResult } from '../../common/results.ts';
import {
  describeMeasures,
  formatBytes,
  formatDuration,
  formatFacts,
  formatShare,
  formatShareEstimate,
  formatTable,
  formatTime,
} from './format.ts';
import type { GlobalOptions } from './output.ts';
import { describeTelemetry, listTelemetry, telemetryToCsv } from './telemetry-text.ts';

type OneRun = GlobalOptions & { run: string };

export const runsCommand: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'runs',
  describe: 'Show training runs and their metrics',
  builder: (yargs) =>
    yargs.command(listCommand).command(showCommand).command(metricsCommand).command(telemetryCommand),
  handler() {},
};

const listCommand: CommandModule<GlobalOptions, GlobalOptions> = {
  command: ['list', '$0'],
  describe: 'List all runs, newest first',
  async handler(options) {
    const { printCall } = await import('./print-call.ts');
    await printCall(options, 'run.list', {}, describeRuns);
  },
};

const showCommand: CommandModule<GlobalOptions, OneRun> = {
  command: 'show <run>',
  describe: 'Show a run: settings, checkpoints, evaluations, exports',
  builder: (yargs) => yargs.positional('run', { type: 'string', demandOption: true, describe: 'The run' }),
  async handler({ run, ...options }) {
    const { printCall } = await import('./print-call.ts');
    await printCall(options, 'run.show', { run }, describeRun);
  },
};

const metricsCommand: CommandModule<GlobalOptions, OneRun & { csv: boolean }> = {
  command: 'metrics <run>',
  describe: 'Show the metrics of a run: the last steps, or all of them as CSV or JSON',
  builder: (yargs) =>
    yargs
      .positional('run', { type: 'string', demandOption: true, describe: 'The run' })
      .option('csv', { type: 'boolean', default: false, describe: 'All steps as comma-separated values' }),
  async handler({ run, csv, ...options }) {
    const { printCall } = await import('./print-call.ts');
    await printCall(options, 'run.metrics', { run }, csv ? toCsv : describeMetrics);
  },
};

const telemetryCommand: CommandModule<GlobalOptions, OneRun & { csv: boolean }> = {
  command: 'telemetry <run>',
  describe:
    'Show what the machine did while a run was trained: the last stretches, or all of them as CSV or JSON',
  builder: (yargs) =>
    yargs.positional('run', { type: 'string', demandOption: true, describe: 'The run' }).option('csv', {
      type: 'boolean',
      default: false,
      describe: 'All stretches as comma-separated values',
    }),
  async handler({ run, csv, ...options }) {
    const { printCall } = await import('./print-call.ts');
    await printCall(options, 'run.telemetry', { run }, csv ? telemetryToCsv : listTelemetry);
  },
};

function describeRuns(runs: RunRow[]): string {
  if (runs.length === 0) return 'No runs yet. trm train CONFIG begins one.';
  return formatTable(
    ['run', 'status', 'step', 'exact', 'loss', 'time', 'dataset', 'begun'],
    runs.map((run) => [
      run.id,
      run.status,
      `${run.step}/${run.totalSteps}`,
      run.bestExactAccuracy === null ? '-' : formatShare(run.bestExactAccuracy),
      run.lastLoss === null ? '-' : run.lastLoss.toFixed(4),
      formatDuration(run.trainingMs),
      run.datasetName,
      formatTime(run.createdAt),
    ]),
  );
}

function describeRun(shown: CallOutput<'run.show'>): string {
  const { row, experiment, environment, checkpoints, evaluations, exports, telemetry } = shown;
  const facts = formatFacts([
    ['run', row.id],
    ['name', row.name],
    ['status', row.status],
    ['step', `${row.step} of ${row.totalSteps}`],
    ['trained', formatDuration(row.trainingMs)],
    ['dataset', `${row.datasetName} ${row.datasetDigest.slice(0, 12)}`],
    ['folder', row.folder],
    ...describeOrigin(experiment, environment),
    ...describeTelemetry(telemetry),
  ]);
  const listed = listEvaluations(row, evaluations);
  const datasetHead = listed.some(({ dataset }) => dataset !== row.datasetName) ? ['dataset'] : [];
  const measureNames = [...new Set(evaluations.flatMap(({ puzzleMeasures }) => Object.keys(puzzleMeasures)))];
  const tables = [
    formatTable(
      ['checkpoint', 'best', 'size', 'folder'],
      checkpoints.map(({ step, best, sizeBytes, folder }) => [
        `${step}`,
        best ? 'best' : '',
        formatBytes(sizeBytes),
        folder,
      ]),
    ),
    formatTable(
      ['evaluated', 'split', 'weights', 'puzzles', 'exact accuracy', ...measureNames, ...datasetHead],
      listed.map(({ evaluation, dataset }) => {
        const { step, split, weights, puzzleCount, exactAccuracy, puzzleMeasures } = evaluation;
        const measures = Object.fromEntries(describeMeasures(puzzleMeasures));
        const shares = [
          formatShareEstimate(exactAccuracy),
          ...measureNames.map((name) => measures[name] ?? '-'),
        ];
        const ofDataset = datasetHead.length > 0 ? [dataset] : [];
        return [`${step}`, split, weights, `${puzzleCount}`, ...shares, ...ofDataset];
      }),
    ),
    formatTable(
      ['export', 'difference', 'file'],
      exports.map(({ name, maxAbsDifference, file }) => [name, maxAbsDifference.toExponential(1), file]),
    ),
  ];
  return [facts, ...tables.filter((table) => table.includes('\n'))].join('\n\n');
}

const importedSchema = z.object({ file: z.string(), sha256: z.string() });

/** Where the weights came from, where not all of them were made in this run. */
function describeOrigin(
  { initialization }: CallOutput<'run.show'>['experiment'],
  { imported }: CallOutput<'run.show'>['environment'],
): [string, string][] {
  const origin = importedSchema.safeParse(imported);
  if (origin.success)
    return [['imported from', `${origin.data.file}, SHA-256 ${origin.data.sha256.slice(0, 16)}…`]];
  return initialization === undefined
    ? []
    : [['began with', `${initialization.from} (${initialization.weights})`]];
}

/** Evaluations, each with the name of its dataset, or the digest where the run does not know it. */
function listEvaluations(row: RunRow, evaluations: EvaluationResult[]) {
  const names = new Map([[row.datasetDigest, row.datasetName]]);
  const listed = evaluations.flatMap(({ otherDatasets = [], ...evaluation }) => {
    const others = otherDatasets.map(({ dataset, ...figures }) => {
      names.set(figures.datasetDigest, dataset);
      return { ...evaluation, ...figures };
    });
    return [evaluation, ...others];
  });
  return listed.map((evaluation) => {
    const digest = evaluation.datasetDigest;
    return { evaluation, dataset: names.get(digest) ?? digest.slice(0, 12) };
  });
}

function describeMetrics(metrics: Metric[]): string {
  if (metrics.length === 0) return 'No metrics yet.';
  const names = metricNames(metrics);
  const rows = metrics
    .slice(-20)
    .map(({ step, values }) => [`${step}`, ...names.map((name) => values[name]?.toPrecision(4) ?? '-')]);
  return formatTable(['step', ...names], rows);
}

/** All steps; a metric that a step does not have is empty there. */
function toCsv(metrics: Metric[]): string {
  const names = metricNames(metrics);
  const lines = metrics.map(({ step, values }) =>
    [step, ...names.map((name) => values[name] ?? '')].join(','),
  );
  return [['step', ...names].join(','), ...lines].join('\n');
}

function metricNames(metrics: Metric[]): string[] {
  return [...new Set(metrics.flatMap(({ values }) => Object.keys(values)))];
}
