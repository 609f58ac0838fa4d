// The table of checkpoints that lie on disk, per run.

import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import type { CheckpointRow } from '../../common/api.ts';
import { fromStoredPath, type StudioPaths } from '../paths.ts';

interface StoredCheckpoint {
  runId: string;
  step: number;
  folder: string;
  sizeBytes: number;
  best: 0 | 1;
  createdAt: string;
}

export interface NewCheckpoint {
  /** As stored: relative to the run's folder. */
  folder: string;
  step: number;
  sizeBytes: number;
  best: boolean;
  createdAt: string;
}

export function checkpointTable(database: Database, paths: StudioPaths) {
  const upsert = database.prepare<[number, string, number, number, number, string]>(
    'INSERT OR REPLACE INTO checkpoints (run, folder, step, size_bytes, best, created_at) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const clearBest = database.prepare<[number]>('UPDATE checkpoints SET best = 0 WHERE run = ?');
  const deleteOne = database.prepare<[number, string]>(
    'DELETE FROM checkpoints WHERE run = ? AND folder = ?',
  );
  const deleteAfter = database.prepare<[number, number]>(
    'DELETE FROM checkpoints WHERE run = ? AND step > ?',
  );
  const selectOfRun = database.prepare<[number], StoredCheckpoint>(
    `SELECT runs.id AS runId, checkpoints.step, folder, size_bytes AS sizeBytes, best, checkpoints.created_at AS createdAt
     FROM checkpoints JOIN runs ON runs.key = checkpoints.run WHERE run = ? ORDER BY checkpoints.step, folder`,
  );

  return {
    /** Records a checkpoint; when it is the best one, no other of the run is any more. */
    add(run: number, checkpoint: NewCheckpoint): void {
      const { folder, step, sizeBytes, best, createdAt } = checkpoint;
      if (best) clearBest.run(run);
      upsert.run(run, folder, step, sizeBytes, best ? 1 : 0, createdAt);
    },
    remove: (run: number, folder: string): void => void deleteOne.run(run, folder),
    removeAfter: (run: number, step: number): void => void deleteAfter.run(run, step),
    /** By step. */
    ofRun(run: number): CheckpointRow[] {
      return selectOfRun.all(run).map(({ runId, step, folder, sizeBytes, best, createdAt }) => ({
        runId,
        step,
        folder: fromStoredPath(join(paths.runs, runId), folder),
        sizeBytes,
        best: best === 1,
        createdAt,
      }));
    },
  };
}
