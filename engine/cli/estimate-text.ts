// Estimates as people read them: one experiment in a terminal, or a table of experiments in Markdown.

import type { EstimateResult } from '../../common/estimate.ts';
import type { ChosenExperiment } from '../experiment-files.ts';
import { formatBytes, formatDuration, formatFacts, formatShare, formatTable } from './format.ts';

/** Everything that an estimate says. */
export function describeEstimate(estimate: EstimateResult): string {
  const { name, sizes, parameters, step, memory, run, checkpointBytes, measured, remarks } = estimate;
  const facts: [string, string][] = [
    ['experiment', name],
    ['puzzles', describeSizes(sizes)],
    ['parameters', describeParameters(parameters)],
    ['a step', `${formatFlops(step.flops)} in matrix products, ${formatBytes(step.bytesMoved)} moved`],
    ['time a step', formatSeconds(step.seconds)],
    ['whole run', describeRun(run)],
    ['on', `${estimate.device} (${estimate.library})`],
    ['memory', `${formatBytes(memory.peakBytes)} at most`],
    ...describeMemory(memory),
    ['checkpoint', formatBytes(checkpointBytes)],
    ...estimate.fits.map((fit): [string, string] => [`fits ${fit.device}`, describeFit(fit)]),
    ...(measured === null ? [] : describeMeasured(estimate, measured)),
    ...[sizes.remark, ...remarks].flatMap((remark): [string, string][] =>
      remark === null ? [] : [['note', remark]],
    ),
  ];
  return `${formatFacts(facts)}\n\n${describeClasses(step)}`;
}

function describeSizes({
  sequenceLength,
  vocabularySize,
  puzzleIdentifierCount,
  origin,
}: EstimateResult['sizes']) {
  const where = { dataset: 'the dataset', build: 'the config', assumed: 'the config, in part assumed' }[
    origin
  ];
  return `${sequenceLength} cells, ${vocabularySize} tokens, ${puzzleIdentifierCount} puzzle identifiers, from ${where}`;
}

function describeParameters({ trained, puzzleTable, byPart }: EstimateResult['parameters']): string {
  const parts = byPart.map(({ part, count }) => `${part} ${formatCount(count)}`).join(', ');
  return `${formatCount(trained)} trained (${parts}), ${formatCount(puzzleTable)} in the puzzle table`;
}

function describeMemory(memory: EstimateResult['memory']): [string, string][] {
  const rows: [string, number][] = [
    ['  parameters', memory.parametersBytes],
    ['  optimizer', memory.optimizerBytes],
    ['  EMA', memory.emaBytes],
    ['  carry', memory.carryBytes],
    ['  activations', memory.activationsBytes],
    ['  allocator', memory.allocatorBytes],
    ['  fused layers', memory.scratchBytes],
    ['  process', memory.processBytes],
    ['  copies', memory.copiesBytes],
  ];
  return rows.map(([name, bytes]) => [name, formatBytes(bytes)]);
}

function describeRun({
  steps,
  stepSeconds,
  evaluations,
  evaluationSeconds,
  totalSeconds,
}: EstimateResult['run']) {
  if (stepSeconds === null) return 'not known';
  const training = `${steps} steps in ${formatSpan(steps * stepSeconds)}`;
  if (evaluationSeconds === null || totalSeconds === null) {
    return `${training}; ${evaluations} evaluations, whose time is known when the dataset is built`;
  }
  return `${formatSpan(totalSeconds)}: ${training}, ${evaluations} evaluations of ${formatSpan(evaluationSeconds)}`;
}

function describeFit({
  memoryBytes,
  neededBytes,
  fits,
  largestBatch,
  microBatches,
}: EstimateResult['fits'][number]) {
  const sizes = `${formatBytes(neededBytes)} of ${formatBytes(memoryBytes)}`;
  if (fits) return `yes, ${sizes}`;
  const batch = largestBatch === 0 ? 'no batch would' : `training.batchSize=${largestBatch} would`;
  const parts = microBatches === null ? '' : `, or training.microBatches=${microBatches}`;
  return `no, ${sizes}; ${batch}${parts}`;
}

function describeMeasured(
  { memory, step }: EstimateResult,
  measured: NonNullable<EstimateResult['measured']>,
): [string, string][] {
  const { stepSeconds, stepProcessorSeconds, peakBytes, timeRatio, memoryRatio, steps } = measured;
  const ratio = (value: number | null) =>
    value === null ? '' : `, ${formatShare(value)} of what was expected`;
  return [
    [
      'measured time',
      `${formatSeconds(stepSeconds)} a step (${formatSeconds(stepProcessorSeconds)} of processor time), the best of ` +
        `${steps - 1}; expected ${formatSeconds(step.seconds)}${ratio(timeRatio)}`,
    ],
    [
      'measured memory',
      `${formatBytes(peakBytes)}; expected ${formatBytes(memory.peakBytes)}${ratio(memoryRatio)}`,
    ],
  ];
}

function describeClasses({ byClass, seconds }: EstimateResult['step']): string {
  return formatTable(
    ['operations of a step', 'number', 'time', 'share'],
    byClass.map(({ name, operations, seconds: own }) => [
      name,
      `${operations}`,
      formatSeconds(own),
      own === null || !seconds ? '-' : formatShare(own / seconds),
    ]),
  );
}

/**
 * A Markdown table of experiments: what each reproduces, what was published, what it needs here. An experiment without an
 * estimate has dashes.
 */
export function describeExperiments(
  rows: (ChosenExperiment & { estimate: EstimateResult | null })[],
): string {
  const [first] = rows.flatMap(({ estimate }) => (estimate === null ? [] : [estimate]));
  const heads = [
    ...['config', 'reproduces', 'published result', 'published hardware', 'published time'],
    ...['parameters', 'memory, CPU', 'memory, GPU', 'on 48 GB', 'a step here', 'whole run here'],
  ];
  const lines = rows.map(({ file, experiment, estimate }) => {
    const { published } = experiment;
    const told = [published?.source ?? 'ours', published?.result ?? 'none'];
    const conditions = published ? [published.hardware, published.time] : ['-', '-'];
    return [`\`${file}\``, ...told, ...conditions, ...describeNeeds(estimate)];
  });
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const made = first === undefined ? '' : `${first.device}, ${first.library}`;
  return [
    '# Experiments',
    '',
    `Every config that comes with the app. Memory and time are what \`trm estimate\` expects, on ${made}; the whole run ` +
      'counts evaluations where the number of test puzzles is known without building the dataset (else marked +). ' +
      '\u201cMemory, GPU\u201d is what a GPU would have to hold; the time there needs a calibration on it. Sizes that only ' +
      'a dataset tells are assumed where its files are not there. Made by `npm run experiments`.',
    '',
    line(heads),
    line(heads.map(() => '---')),
    ...lines.map(line),
    '',
    ...commonRemarks(rows.map(({ estimate }) => estimate)).map((remark) => `${remark}\n`),
  ].join('\n');
}

function describeNeeds(estimate: EstimateResult | null): string[] {
  if (estimate === null) return ['-', '-', '-', '-', '-', '-'];
  const { parameters, memory, step, run } = estimate;
  const table = parameters.puzzleTable > 1e5 ? ` + ${formatCount(parameters.puzzleTable)} table` : '';
  const stepsOnly = run.stepSeconds === null ? null : run.steps * run.stepSeconds;
  const whole = run.totalSeconds ?? stepsOnly;
  return [
    `${formatCount(parameters.trained)}${table}`,
    formatBytes(memory.peakBytes),
    formatBytes(memory.gpuPeakBytes),
    describeGpuFit(estimate),
    formatSeconds(step.seconds),
    whole === null ? 'not known' : `${formatSpan(whole)}${run.totalSeconds === null ? ' +' : ''}`,
  ];
}

/** What is said of every experiment. */
function commonRemarks(estimates: (EstimateResult | null)[]): string[] {
  const all = estimates.filter((estimate) => estimate !== null);
  return all[0]?.remarks.filter((remark) => all.every(({ remarks }) => remarks.includes(remark))) ?? [];
}

function describeGpuFit({ fits }: EstimateResult): string {
  const onGpu = fits.at(-1);
  if (onGpu === undefined || onGpu.fits) return 'fits';
  return onGpu.microBatches === null ? 'does not fit' : `with training.microBatches=${onGpu.microBatches}`;
}

/** `6.83 M` */
export function formatCount(count: number): string {
  if (count >= 1e6) return `${(count / 1e6).toFixed(2)} M`;
  return count >= 1e4 ? `${Math.round(count / 1000)} k` : `${count}`;
}

/** `1.37 TFLOP` */
function formatFlops(flops: number): string {
  const units = ['FLOP', 'kFLOP', 'MFLOP', 'GFLOP', 'TFLOP', 'PFLOP'];
  const power = flops < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(flops) / 3));
  return `${(flops / 1000 ** power).toPrecision(3)} ${units[power]}`;
}

/** `0.21 s`, `14 ms` */
function formatSeconds(seconds: number | null): string {
  if (seconds === null) return 'not known';
  if (seconds >= 100) return `${Math.round(seconds)} s`;
  return seconds >= 0.1 ? `${seconds.toPrecision(3)} s` : `${(seconds * 1000).toPrecision(2)} ms`;
}

/** `0:07`, `1:02:03`, `12 days` */
function formatSpan(seconds: number): string {
  return seconds > 3 * 86_400 ? `${Math.round(seconds / 86_400)} days` : formatDuration(seconds * 1000);
}
