// Brings a run's rows in line with its event log on disk, which is the truth: after a crash, and when the
// database is rebuilt. Live events go through the same functions, so that both ways give the same rows.

import { statSync } from 'node:fs';
import { basename, isAbsolute, join, posix } from 'node:path';
import { type RunEvent, runEventSchema } from '../common/jobs.ts';
import { readWholeLines } from './files.ts';
import { fromStoredPath, toStoredPath } from './paths.ts';
import type { Store } from './store/open.ts';
import type { RunPlace } from './store/runs.ts';

export interface ImportedHistory {
  /** How training ended by its own account; `interrupted` when the log breaks off. */
  outcome: 'finished' | 'stopped' | 'failed' | 'interrupted';
  /** False when there is no log, or nothing in it. */
  begun: boolean;
  /** Whole lines that are no events, such as one torn by a power cut and continued later. */
  skippedLines: number;
}

/**
 * Replaces the rows of a run by what its `events.jsonl` says: a later segment overrides what an earlier one
 * wrote past the later one's first step, an unfinished last line is ignored, and checkpoints count only where
 * their folder exists.
 */
export function importRunHistory(store: Store, run: RunPlace): ImportedHistory {
  const imported: ImportedHistory = { outcome: 'interrupted', begun: false, skippedLines: 0 };
  store.transaction(() => {
    forgetAfter(store, run, -1);
    store.runs.removeSegments(run.key);
    store.telemetry.removeAll(run.key);
    store.runs.setStep(run.id, 0);
    store.runs.setTrainingMs(run.id, 0);
    for (const line of readWholeLines(join(run.folder, 'events.jsonl'))) {
      const event = parseRunEvent(line);
      if (event === null) {
        imported.skippedLines += 1;
        continue;
      }
      imported.begun = true;
      imported.outcome = event.type === 'end' ? event.outcome : 'interrupted';
      applyRunEvent(store, run, event);
    }
    for (const { folder } of store.checkpoints.ofRun(run.key)) {
      if (!isFolder(folder)) store.checkpoints.remove(run.key, toStoredPath(run.folder, folder));
    }
  });
  return imported;
}

/** Applies one event of a run to its rows. Call inside a transaction. */
export function applyRunEvent(store: Store, run: RunPlace, event: RunEvent): void {
  if (event.type === 'segment') {
    forgetAfter(store, run, event.fromStep);
    store.runs.addSegment(run.key, event.segment, event.fromStep, event.executor);
    store.runs.setStep(run.id, event.fromStep);
  } else if (event.type === 'metric') {
    store.metrics.add(run.key, [event]);
    store.runs.setStep(run.id, event.step);
    store.runs.setTrainingMs(run.id, event.elapsedMs);
  } else if (event.type === 'evaluation') {
    store.evaluations.add(run.key, 'training', event.result);
  } else if (event.type === 'checkpoint') {
    const folder = storedCheckpoint(run, event.folder);
    const createdAt = timeOf(fromStoredPath(run.folder, folder));
    const { step, sizeBytes, best } = event;
    store.checkpoints.add(run.key, { folder, step, sizeBytes, best, createdAt });
  } else if (event.type === 'checkpoint-removed') {
    store.checkpoints.remove(run.key, storedCheckpoint(run, event.folder));
  } else if (event.type === 'telemetry') {
    // Never forgotten by a later segment: the energy was used.
    store.telemetry.add(run.key, event);
  }
}

function forgetAfter(store: Store, run: RunPlace, step: number): void {
  store.metrics.removeAfter(run.key, step);
  store.evaluations.removeAfter(run.key, step);
  store.checkpoints.removeAfter(run.key, step);
}

function parseRunEvent(line: string): RunEvent | null {
  try {
    return runEventSchema.parse(JSON.parse(line));
  } catch {
    return null;
  }
}

/** The checkpoint's path relative to the run's folder, also when the home was moved since it was written. */
function storedCheckpoint(run: RunPlace, folder: string): string {
  const stored = toStoredPath(run.folder, folder);
  if (!isAbsolute(stored)) return stored;
  return posix.join('checkpoints', basename(stored));
}

function timeOf(folder: string): string {
  const stats = statSync(folder, { throwIfNoEntry: false });
  return (stats?.mtime ?? new Date()).toISOString();
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
