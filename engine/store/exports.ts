// The table of exported models, by name, with the run and checkpoint that each came from.

import type { Database } from 'better-sqlite3';
import type { ExportRow } from '../../common/api.ts';
import { exportResultSchema } from '../../common/results.ts';
import { fromStoredPath, type StudioPaths, toStoredPath } from '../paths.ts';
import { parseStored } from './stored-json.ts';

interface StoredExport {
  name: string;
  runId: string | null;
  checkpointFolder: string;
  file: string;
  result: string;
  createdAt: string;
}

const query = `SELECT exports.name, runs.id AS runId, checkpoint_folder AS checkpointFolder, file, result,
  exports.created_at AS createdAt FROM exports LEFT JOIN runs ON runs.key = exports.run`;

export function exportTable(database: Database, paths: StudioPaths) {
  const selectAll = database.prepare<[], StoredExport>(
    `${query} ORDER BY exports.created_at DESC, exports.name`,
  );
  const selectOne = database.prepare<[string], StoredExport>(`${query} WHERE exports.name = ?`);
  const selectOfRun = database.prepare<[number], StoredExport>(
    `${query} WHERE run = ? ORDER BY exports.created_at`,
  );
  const deleteOne = database.prepare<[string]>('DELETE FROM exports WHERE name = ?');
  const upsert = database.prepare<[string, string | null, string, string, string, string]>(
    `INSERT OR REPLACE INTO exports (name, run, checkpoint_folder, file, result, created_at)
     VALUES (?, (SELECT key FROM runs WHERE id = ?), ?, ?, ?, ?)`,
  );
  const toRow = (stored: StoredExport): ExportRow[] => {
    const result = parseStored(exportResultSchema, stored.result);
    if (result === null) return [];
    const file = fromStoredPath(paths.home, stored.file);
    const checkpointFolder = fromStoredPath(paths.home, stored.checkpointFolder);
    const { name, runId, createdAt } = stored;
    return [{ ...result, file, name, runId, checkpointFolder, createdAt }];
  };

  return {
    /** Newest first. */
    list: (): ExportRow[] => selectAll.all().flatMap(toRow),
    ofRun: (run: number): ExportRow[] => selectOfRun.all(run).flatMap(toRow),
    find(name: string): ExportRow | undefined {
      return selectOne.all(name).flatMap(toRow)[0];
    },
    remove: (name: string): void => void deleteOne.run(name),
    save({ name, runId, checkpointFolder, createdAt, ...result }: ExportRow): void {
      const checkpoint = toStoredPath(paths.home, checkpointFolder);
      const file = toStoredPath(paths.home, result.file);
      upsert.run(name, runId, checkpoint, file, JSON.stringify(result), createdAt);
    },
  };
}
