// Takes what a worker reports into the store, before anyone else hears of it.

import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExportRow } from '../../common/api.ts';
import { explainFileError } from '../../common/file-troubles.ts';
import type { JobResult, JobResultOf, JobSpec, JobSpecOf, WorkerEvent } from '../../common/jobs.ts';
import type { EvaluationResult } from '../../common/results.ts';
import { now } from '../clock.ts';
import { registerDataset } from '../datasets.ts';
import { addDeviceFigure, writeExportRecord } from '../exports.ts';
import { readTail } from '../files.ts';
import type { StudioPaths } from '../paths.ts';
import { addRunFromFolder, evaluationsFile } from '../run-folder.ts';
import { applyRunEvent } from '../run-history.ts';
import type { Job } from '../store/jobs.ts';
import type { Store } from '../store/open.ts';
import type { RunPlace } from '../store/runs.ts';

/** Records an event of a training run; events that leave no trace in the store are passed over. */
export function recordTrainingEvent(store: Store, run: RunPlace, event: WorkerEvent): void {
  if (event.type === 'metrics') {
    const last = event.metrics.at(-1);
    if (last === undefined) return;
    store.transaction(() => {
      store.metrics.add(run.key, event.metrics);
      store.runs.setStep(run.id, last.step);
    });
  } else if (event.type === 'segment') {
    store.transaction(() => applyRunEvent(store, run, { ...event, time: now() }));
  } else if (
    event.type === 'evaluation' ||
    event.type === 'checkpoint' ||
    event.type === 'checkpoint-removed' ||
    event.type === 'telemetry'
  ) {
    store.transaction(() => applyRunEvent(store, run, event));
  }
}

/** Records what a job made. Call inside a transaction. */
export function recordResult(
  store: Store,
  paths: StudioPaths,
  job: Job,
  spec: JobSpec,
  result: JobResult,
): void {
  if (result.kind === 'dataset') registerDataset(store, paths, result.name);
  else if (result.kind === 'train') recordTraining(store, job, result);
  else if (result.kind === 'import') addRunFromFolder(store, paths, result.runId);
  else if (result.kind === 'evaluate') recordEvaluation(store, paths, job, result);
  else if (result.kind === 'export' && spec.kind === 'export') recordExport(store, paths, job, spec, result);
  else if (result.kind === 'device') addDeviceFigure(store, paths, result.name, result.figure);
}

function recordTraining(store: Store, job: Job, result: JobResultOf<'train'>): void {
  if (job.runId === null) return;
  store.runs.setStep(job.runId, result.steps);
  store.runs.setTrainingMs(job.runId, result.trainingMs);
}

/** Also appended to the run's own file, from which the store can be rebuilt. */
function recordEvaluation(store: Store, paths: StudioPaths, job: Job, result: JobResultOf<'evaluate'>): void {
  if (job.runId === null) return;
  const { kind: _kind, ...evaluation } = result;
  store.evaluations.add(store.runs.keyOf(job.runId), 'request', evaluation);
  appendEvaluation(evaluationsFile(join(paths.runs, job.runId)), evaluation);
}

function recordExport(
  store: Store,
  paths: StudioPaths,
  job: Job,
  spec: JobSpecOf<'export'>,
  result: JobResultOf<'export'>,
): void {
  if (spec.name === undefined) return;
  const { kind: _kind, ...exported } = result;
  const { name, checkpointFolder } = spec;
  const row: ExportRow = { ...exported, name, runId: job.runId, checkpointFolder, createdAt: now() };
  writeExportRecord(paths, row);
  store.exports.save(row);
}

function appendEvaluation(file: string, evaluation: EvaluationResult): void {
  try {
    // A line that a power cut tore is ended first, so that it spoils itself only.
    const torn = !['', '\n'].includes(readTail(file, 1));
    appendFileSync(file, `${torn ? '\n' : ''}${JSON.stringify(evaluation)}\n`, { flush: true });
  } catch (error) {
    throw explainFileError(error, 'Cannot write an evaluation', file);
  }
}
