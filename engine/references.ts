// Finds what a user means: a run by its id, the beginning of it, its name or its folder; a checkpoint as
// RUN@STEP, RUN@best, RUN@last or its folder; a model as an export's name or a file.

import { statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import type { CheckpointRow, ExportRow, RunRow } from '../common/api.ts';
import { UserError } from '../common/errors.ts';
import { nearest } from '../common/nearest.ts';
import type { StudioPaths } from './paths.ts';
import type { Store } from './store/open.ts';

export interface ResolvedCheckpoint {
  folder: string;
  /** Null for a checkpoint that belongs to no run of this home. */
  run: RunRow | null;
  step: number | null;
}

export interface ResolvedModel {
  file: string;
  /** Null for a file that is no export of this home. */
  export: ExportRow | null;
}

/** @throws UserError that lists the nearest runs */
export function resolveRun(store: Store, paths: StudioPaths, reference: string): RunRow {
  const text =
    isAbsolute(reference) && dirname(resolve(reference)) === paths.runs ? basename(reference) : reference;
  const exact = store.runs.find(text) ?? findRun(store, store.runs.newestNamed(text));
  if (exact !== undefined) return exact;
  const ids = store.runs.ids();
  const beginning = ids.filter((id) => id.startsWith(text));
  const only = beginning.length === 1 ? findRun(store, beginning[0]) : undefined;
  if (only !== undefined) return only;
  if (beginning.length > 1) {
    throw new UserError({
      what: `More than one run begins with ${text}`,
      found: beginning.slice(0, 10).join(', '),
      expected: 'more of the id',
    });
  }
  throw new UserError({
    what: `There is no run ${JSON.stringify(reference)}`,
    where: paths.runs,
    expected: "a run's id, the beginning of one, or a run's name",
    remedy: suggest(
      text,
      [...ids, ...store.runs.list().map((run) => run.name)],
      ids,
      'trm train begins a run',
    ),
  });
}

/**
 * A run alone means its best checkpoint, or the last where none is marked best.
 * @throws UserError that lists the checkpoints of the run, or the nearest runs
 */
export function resolveCheckpoint(store: Store, paths: StudioPaths, reference: string): ResolvedCheckpoint {
  if (isAbsolute(reference)) return resolveCheckpointFolder(store, paths, reference);
  const at = reference.lastIndexOf('@');
  const run = resolveRun(store, paths, at === -1 ? reference : reference.slice(0, at));
  const wanted = at === -1 ? 'best or last' : reference.slice(at + 1);
  const checkpoints = store.checkpoints.ofRun(store.runs.keyOf(run.id));
  const found = pickCheckpoint(checkpoints, wanted);
  if (found !== undefined) return { folder: found.folder, run, step: found.step };
  const steps = checkpoints.map(({ step, best }) => `${step}${best ? ' (best)' : ''}`);
  throw new UserError({
    what:
      steps.length === 0
        ? `Run ${run.id} has no checkpoint yet`
        : `Run ${run.id} has no checkpoint ${wanted}`,
    where: join(run.folder, 'checkpoints'),
    found: steps.length === 0 ? 'none' : `steps ${steps.join(', ')}`,
    expected: 'a step with a checkpoint, best, or last',
    ...(steps.length === 0 ? { remedy: `trm resume ${run.id} trains until there is one` } : {}),
  });
}

/** @throws UserError that lists the nearest exports */
export function resolveModel(store: Store, paths: StudioPaths, reference: string): ResolvedModel {
  const named = store.exports.find(reference);
  if (named !== undefined) return { file: named.file, export: named };
  if (isAbsolute(reference) && statSync(reference, { throwIfNoEntry: false })?.isFile()) {
    const row = store.exports.list().find((known) => known.file === resolve(reference));
    return { file: reference, export: row ?? null };
  }
  const names = store.exports.list().map((row) => row.name);
  const beginning = names.filter((name) => name.startsWith(reference));
  const [only] = beginning;
  if (only !== undefined && beginning.length === 1) return resolveModel(store, paths, only);
  throw new UserError({
    what: `There is no exported model ${JSON.stringify(reference)}`,
    where: paths.exports,
    expected: "an export's name, the beginning of one, or the path of an .onnx file",
    remedy: suggest(reference, names, names, 'trm export makes one'),
  });
}

function findRun(store: Store, id: string | undefined): RunRow | undefined {
  return id === undefined ? undefined : store.runs.find(id);
}

function pickCheckpoint(checkpoints: CheckpointRow[], wanted: string): CheckpointRow | undefined {
  const best = checkpoints.find((checkpoint) => checkpoint.best);
  const last = checkpoints.at(-1);
  if (wanted === 'best') return best;
  if (wanted === 'last') return last;
  if (wanted === 'best or last') return best ?? last;
  return checkpoints.find((checkpoint) => String(checkpoint.step) === wanted);
}

function resolveCheckpointFolder(store: Store, paths: StudioPaths, reference: string): ResolvedCheckpoint {
  const folder = resolve(reference);
  if (dirname(folder) === paths.runs) return resolveCheckpoint(store, paths, basename(folder));
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UserError({
      what: 'There is no such checkpoint',
      where: folder,
      expected: "a checkpoint's folder, or RUN, RUN@STEP, RUN@best or RUN@last",
    });
  }
  const run = store.runs.list().find((candidate) => folder.startsWith(join(candidate.folder, '/')));
  if (run === undefined) return { folder, run: null, step: null };
  const row = store.checkpoints
    .ofRun(store.runs.keyOf(run.id))
    .find((checkpoint) => checkpoint.folder === folder);
  return { folder, run, step: row?.step ?? null };
}

/** The nearest names, else the newest ones, else how to get one. */
function suggest(text: string, candidates: string[], newest: string[], otherwise: string): string {
  const near = nearest(text, candidates, 3);
  if (near.length > 0) return `did you mean ${near.join(' or ')}?`;
  return newest.length > 0 ? `there are ${newest.slice(0, 5).join(', ')}` : otherwise;
}
