// What is measured on a written export before it is put in place: its accuracy beside the checkpoint's, then its time and
// memory in fresh processes.

import { availableParallelism } from 'node:os';
import type { DeviceFigure } from '../../common/device-figures.ts';
import { UserError } from '../../common/errors.ts';
import type { ExportValidation } from '../../common/export-validation.ts';
import type { JobSpecOf } from '../../common/jobs.ts';
import type { ExportResult } from '../../common/results.ts';
import { type TokenPuzzles, takePuzzles } from '../../common/solving/puzzles.ts';
import type { NamedArrays } from '../capture/program.ts';
import type { Checkpoint } from '../checkpoint/load.ts';
import type { Dataset } from '../dataset/open.ts';
import { type JobContext, throwIfCancelled } from '../job.ts';
import { type ModelFile, readModelFile } from '../solve/model-file.ts';
import { choosePuzzles } from '../solve/puzzles.ts';
import { compareAccuracy } from './accuracy.ts';
import { measureModel } from './measure.ts';

/** Puzzles whose latency is taken. */
const TIMED_PUZZLES = 32;

type ExportSpec = Pick<JobSpecOf<'export'>, 'outputFile' | 'validation'>;

/** What an export is made from, and held against. */
export interface Source {
  checkpoint: Checkpoint;
  weights: NamedArrays;
  dataset: Dataset;
}

export type Measured = Pick<ExportResult, 'validation' | 'devices'>;

/**
 * Measures the file, of which `spec.outputFile` will be the place.
 * @throws UserError when it loses more accuracy than allowed, or does not run
 */
export async function measureExport(
  file: string,
  { checkpoint, weights, dataset }: Source,
  spec: ExportSpec,
  context: JobContext,
): Promise<Measured> {
  if (spec.validation === undefined) return {};
  const { puzzles: count, split, allowedLoss, force } = spec.validation;
  const modelFile = await readModelFile(file);
  const puzzles = choosePuzzles(dataset, split, Math.max(1, count), 0);
  const options = { split, allowedLoss, context };
  const compared =
    count === 0 ? null : await compareAccuracy(modelFile, file, checkpoint, weights, puzzles, options);
  const validation = compared && requireAccuracy(compared, force, spec.outputFile);
  const devices = await timeExport(file, modelFile, puzzles, spec.outputFile, context);
  return { ...(validation && { validation }), devices };
}

/**
 * Notes whether the export lost more than allowed.
 * @throws UserError with the figures when it did, unless it is forced
 */
export function requireAccuracy(
  found: ExportValidation,
  force: boolean,
  outputFile: string,
): ExportValidation {
  const { difference, allowedLoss } = found;
  // The loss of two counts of puzzles: rounding must not make 1 of 100 more than 0.01.
  if (-difference.value <= allowedLoss + 1e-12) return found;
  if (force) return { ...found, forced: true };
  const { exactAccuracy, trainedExactAccuracy, lost, gained, puzzleCount, split } = found;
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  throw new UserError({
    what: 'The export loses more accuracy than allowed, so it was not put in place',
    where: outputFile,
    found:
      `${percent(exactAccuracy.value)} exact against ${percent(trainedExactAccuracy.value)} of the checkpoint on the ` +
      `same ${puzzleCount} puzzles (${split}): ${lost} lost, ${gained} gained, difference ${percent(difference.value)} ` +
      `(95 % interval ${percent(difference.low)} to ${percent(difference.high)})`,
    expected: `a loss of at most ${percent(allowedLoss)} (export.allowedAccuracyLoss)`,
    remedy: 'export with another --precision, with a higher --allowed-accuracy-loss, or keep it with --force',
  });
}

/** With one thread, and with as many as there are cores. */
async function timeExport(
  file: string,
  { metadata }: ModelFile,
  puzzles: TokenPuzzles,
  outputFile: string,
  { progress, signal }: JobContext,
): Promise<DeviceFigure[]> {
  const devices: DeviceFigure[] = [];
  const timed = takePuzzles(puzzles, 0, TIMED_PUZZLES);
  const threadCounts = [...new Set([1, availableParallelism()])];
  for (const threads of threadCounts) {
    throwIfCancelled(signal);
    progress('timing in a fresh process', devices.length, threadCounts.length, 'settings');
    const options = { threads, memoryMb: null, puzzles: timed, origin: 'export', signal } as const;
    const figure = await measureModel(file, metadata, options);
    if (figure.failure !== null) throw doesNotRun(figure.failure, outputFile);
    devices.push(figure);
  }
  progress('timing in a fresh process', devices.length, threadCounts.length, 'settings');
  return devices;
}

function doesNotRun(reason: string, file: string): UserError {
  return new UserError({
    what: 'The exported model does not run in a process of its own, so it was not put in place',
    where: file,
    found: reason,
    expected: 'answers',
    remedy: 'export with another --precision or --form',
  });
}
