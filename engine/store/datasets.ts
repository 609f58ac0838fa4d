// The table of datasets: what lies in the datasets folder, by name.

import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import type { DatasetRow } from '../../common/api.ts';
import type { StudioPaths } from '../paths.ts';

type StoredDataset = Omit<DatasetRow, 'folder'>;

const columns = `name, digest, kind, train_puzzles AS trainPuzzles, test_puzzles AS testPuzzles,
  size_bytes AS sizeBytes, created_at AS createdAt`;

export function datasetTable(database: Database, paths: StudioPaths) {
  const selectAll = database.prepare<[], StoredDataset>(`SELECT ${columns} FROM datasets ORDER BY name`);
  const selectOne = database.prepare<[string], StoredDataset>(
    `SELECT ${columns} FROM datasets WHERE name = ?`,
  );
  const deleteOne = database.prepare<[string]>('DELETE FROM datasets WHERE name = ?');
  const upsert = database.prepare<[StoredDataset]>(
    `INSERT OR REPLACE INTO datasets (name, digest, kind, train_puzzles, test_puzzles, size_bytes, created_at)
     VALUES (@name, @digest, @kind, @trainPuzzles, @testPuzzles, @sizeBytes, @createdAt)`,
  );
  const toRow = (stored: StoredDataset): DatasetRow => {
    const { name, digest, kind, trainPuzzles, testPuzzles, sizeBytes, createdAt } = stored;
    return {
      name,
      folder: join(paths.datasets, name),
      digest,
      kind,
      trainPuzzles,
      testPuzzles,
      sizeBytes,
      createdAt,
    };
  };

  return {
    list: (): DatasetRow[] => selectAll.all().map(toRow),
    find(name: string): DatasetRow | undefined {
      const stored = selectOne.get(name);
      return stored && toRow(stored);
    },
    save: (dataset: StoredDataset): void => void upsert.run(dataset),
    remove: (name: string): void => void deleteOne.run(name),
  };
}
