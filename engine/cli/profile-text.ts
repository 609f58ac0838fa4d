// A profile as people read it.

import type { ProfileLevel, ProfileResult } from '../../common/profile.ts';
import { formatBytes, formatFacts, formatShare, formatTable } from './format.ts';

/** Operation types in the table at most; the rest is one line. */
const MOST_OPERATIONS = 20;

/** Everything that a profile says. */
export function describeProfile(profile: ProfileResult): string {
  const tables = [describePhases(profile), describeSteps(profile), describeGroups(profile)];
  return [describeFacts(profile), ...tables, describeOperations(profile), describeLevels(profile)].join(
    '\n\n',
  );
}

function describeFacts(profile: ProfileResult): string {
  const { traced, memory, checkpoint, steps } = profile;
  const parts = profile.microBatches > 1 ? ` in ${profile.microBatches} parts` : '';
  const median = profile.phases.find(({ name }) => name === 'step')?.seconds ?? 0;
  const run = profile.method === 'traced' ? 'traced run' : 'timed eager run';
  return formatFacts([
    ['experiment', profile.name],
    ['on', `${profile.device} (${profile.library}, ${profile.executor})`],
    [
      'batch',
      `${profile.batchSize} puzzles${parts}, ${profile.data === 'dataset' ? 'of the dataset' : 'made up'}`,
    ],
    ['first step', `after ${formatTime(profile.preparationSeconds)}`],
    ['a step', `${formatTime(median)}, the median of ${steps.length}`],
    ['waiting for data', `${formatFineShare(profile.dataWaitShare)} of a step`],
    [
      run,
      `${formatTime(traced.seconds)}, ${traced.operations} operations; ${formatTime(traced.idleSeconds)} with none running`,
    ],
    [
      'matrix products',
      `${formatRate(traced.flops, traced.seconds)} over the ${run}, where their sizes are known`,
    ],
    ['memory', `${formatBytes(memory.processPeakBytes)} at most in the process`],
    ...(memory.peakBytes === null
      ? []
      : [
          ['', `${formatBytes(memory.peakBytes)} at most in operations of a run, beside the state`] as [
            string,
            string,
          ],
        ]),
    [
      'checkpoint',
      `${formatBytes(checkpoint.sizeBytes)} in ${formatTime(checkpoint.seconds)}, every ${checkpoint.everySteps} steps`,
    ],
    ...(profile.traceFile === null ? [] : [['trace', profile.traceFile] as [string, string]]),
    ...profile.remarks.map((remark): [string, string] => ['note', remark]),
  ]);
}

function describePhases({ phases }: ProfileResult): string {
  return formatTable(
    ['phase', 'time', 'share'],
    phases.map(({ name, seconds, share }) => [name, formatTime(seconds), formatFineShare(share)]),
  );
}

function describeSteps({ steps }: ProfileResult): string {
  return formatTable(
    ['step', 'data', 'feed', 'step', 'fetch', 'halted', 'supervision steps', 'process'],
    steps.map((each) => [
      `${each.step}`,
      ...[each.dataSeconds, each.feedSeconds, each.stepSeconds, each.fetchSeconds].map(formatTime),
      `${each.halted}`,
      each.meanSupervisionSteps === null ? '-' : each.meanSupervisionSteps.toFixed(1),
      formatBytes(each.processBytes),
    ]),
  );
}

const measures = ['number', 'time', 'share', 'own time', 'GFLOP/s'];

type Measured = ProfileResult['byGroup'][number];

/** Number, share of the run's time, sum of own times and speed. */
function measured(
  { operations, seconds, busySeconds, flops }: Omit<Measured, 'group'>,
  totalSeconds: number,
): string[] {
  const share = totalSeconds === 0 ? 0 : seconds / totalSeconds;
  const speed = flops === null || seconds === 0 ? '-' : (flops / seconds / 1e9).toFixed(1);
  return [`${operations}`, formatTime(seconds), formatShare(share), formatTime(busySeconds), speed];
}

function describeGroups({ byGroup, traced }: ProfileResult): string {
  const idle = { operations: 0, seconds: traced.idleSeconds, busySeconds: 0, flops: null };
  return formatTable(
    ['kind of operation', ...measures],
    [
      ...byGroup.map(({ group, ...times }) => [group, ...measured(times, traced.seconds)]),
      ['none running', ...measured(idle, traced.seconds)],
    ],
  );
}

function describeOperations({ byOperation, traced }: ProfileResult): string {
  const [shown, rest] = [byOperation.slice(0, MOST_OPERATIONS), byOperation.slice(MOST_OPERATIONS)];
  const rows = shown.map((each) => [each.operation, each.group, ...measured(each, traced.seconds)]);
  if (rest.length > 0) {
    rows.push([`${rest.length} others`, '', ...measured(sumOf(rest), traced.seconds)]);
  }
  return formatTable(['operation', 'kind', ...measures], rows);
}

function sumOf(entries: readonly Omit<Measured, 'group'>[]): Omit<Measured, 'group'> {
  const total = (of: 'operations' | 'seconds' | 'busySeconds') =>
    entries.reduce((sum, each) => sum + each[of], 0);
  const flops = entries.some((each) => each.flops !== null)
    ? entries.reduce((sum, each) => sum + (each.flops ?? 0), 0)
    : null;
  return {
    operations: total('operations'),
    seconds: total('seconds'),
    busySeconds: total('busySeconds'),
    flops,
  };
}

/** Parts of the step in the order in which they are met, forward and backward beside each other. */
function describeLevels({ byLevel, traced }: ProfileResult): string {
  const levels = [...new Set(byLevel.map(({ level }) => level))].sort(byRecursion);
  const timeOf = (level: string, direction: ProfileLevel['direction']) =>
    byLevel.find((each) => each.level === level && each.direction === direction)?.seconds;
  return formatTable(
    ['part of the step', 'forward', 'backward', ...measures],
    levels.map((level) => {
      const of = byLevel.filter((each) => each.level === level);
      const cells = (['forward', 'backward'] as const).map((direction) => {
        const seconds = timeOf(level, direction);
        return seconds === undefined ? '-' : formatTime(seconds);
      });
      return [level, ...cells, ...measured(sumOf(of), traced.seconds)];
    }),
  );
}

/** Levels of the recursion by their numbers; what else there is keeps its order, before them. */
function byRecursion(left: string, right: string): number {
  const isPass = (level: string) => Number(level.includes('cycle '));
  if (isPass(left) === 1 && isPass(right) === 1)
    return left.localeCompare(right, 'en', { numeric: true }) * latentOrder(left, right);
  return isPass(left) - isPass(right);
}

/** In a cycle, the reasoning comes before the answer. */
function latentOrder(left: string, right: string): number {
  const cycleOf = (level: string) => level.slice(0, level.lastIndexOf('/'));
  const isAnswer = (level: string) => /\/high$/.test(level);
  return cycleOf(left) === cycleOf(right) && isAnswer(left) !== isAnswer(right) ? -1 : 1;
}

/** `1.40 s`, `14.0 ms`, `0.12 ms` */
function formatTime(seconds: number): string {
  if (seconds >= 0.995) return `${seconds.toPrecision(seconds >= 100 ? 4 : 3)} s`;
  return seconds >= 0.01 ? `${(seconds * 1000).toPrecision(3)} ms` : `${(seconds * 1000).toFixed(2)} ms`;
}

function formatFineShare(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}

function formatRate(flops: number, seconds: number): string {
  return seconds === 0 ? 'unknown' : `${(flops / seconds / 1e9).toFixed(1)} GFLOP/s`;
}
