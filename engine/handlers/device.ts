// Calls about what an export takes on a device: measured here under limits, or imported from the device itself.

import { cpus } from 'node:os';
import { z } from 'zod';
import {
  deviceBenchmarkFormat,
  deviceBenchmarkSchema,
  MOST_BENCHMARK_BYTES,
} from '../../common/device-benchmark.ts';
import type { DeviceFigure } from '../../common/device-figures.ts';
import { UserError } from '../../common/errors.ts';
import { addDeviceFigure, requireExport } from '../exports.ts';
import type { Handler } from '../handlers.ts';
import { resolveSubject } from '../subjects.ts';

export const startDevice: Handler<'device.start'> = (context, input) => {
  const row = requireExport(context.store, context.paths, input.export);
  const { dataset, threads, memoryMb, puzzles, picojoulesPerMultiplyAdd } = input;
  const spec = {
    kind: 'device',
    name: row.name,
    modelFile: row.file,
    datasetFolder: resolveSubject(context, row.name, 'ema').datasetFolder(dataset),
    threads,
    memoryMb,
    puzzles,
    picojoulesPerMultiplyAdd,
    multiplyAddsPerStep: row.multiplyAddsPerStep ?? null,
  } as const;
  const title = `Measure ${row.name} on ${threads} of ${cpus().length} cores`;
  return { jobId: context.queue.enqueue({ spec, title, runId: row.runId }).id };
};

export const importDevice: Handler<'device.import'> = ({ store, paths }, { text, file }) => {
  const { modelSha256, device, runtime, ...measured } = readBenchmark(text, file);
  const row = store.exports.list().find(({ sha256 }) => sha256 === modelSha256);
  if (row === undefined) {
    throw new UserError({
      what: 'The benchmark belongs to no export of this studio',
      where: file,
      found: `a model file with SHA-256 ${modelSha256.slice(0, 16)}…`,
      expected: 'the file of an export that `trm exports` lists, unchanged',
      remedy:
        'run the benchmark with the file of the export, or import it into the studio that made the export',
    });
  }
  const { threads, coldStartMs, latencyMsP50, latencyMsP95, peakMemoryBytes, puzzles, steps, time } =
    measured;
  const figure: DeviceFigure = {
    source: 'measured',
    origin: 'import',
    device,
    runtime,
    threads,
    memoryLimitMb: null,
    memoryLimitedBy: 'none',
    failure: null,
    coldStartMs,
    latencyMsP50,
    latencyMsP95,
    peakMemoryBytes,
    runtimeMemoryBytes: null,
    puzzles,
    steps,
    energy: null,
    time,
  };
  requireNew(row.devices ?? [], figure, file);
  return { export: addDeviceFigure(store, paths, row.name, figure) ?? row, figure };
};

/** @throws UserError that says what is wrong with the file */
function readBenchmark(text: string, file: string) {
  const fail = (found: string) =>
    new UserError({
      what: 'This is no benchmark of a device',
      where: file,
      found,
      expected: `a JSON file of the format ${deviceBenchmarkFormat}, as a runner writes it with --benchmark`,
    });
  if (text.length > MOST_BENCHMARK_BYTES)
    throw fail(`${text.length} characters, more than ${MOST_BENCHMARK_BYTES}`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw fail(`no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const parsed = deviceBenchmarkSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw fail(z.prettifyError(parsed.error).split('\n').slice(0, 2).join(' '));
}

function requireNew(
  known: DeviceFigure[],
  { device, runtime, threads, time }: DeviceFigure,
  file: string,
): void {
  const isSame = (figure: DeviceFigure) =>
    figure.device === device &&
    figure.runtime === runtime &&
    figure.threads === threads &&
    figure.time === time;
  if (!known.some(isSame)) return;
  throw new UserError({
    what: 'This benchmark has been imported already',
    where: file,
    found: `${device}, ${time}`,
    expected: 'one that is not in the table of the export yet',
  });
}
