// Exports as they lie on disk: `<name>.onnx` with a `<name>.json` that says where it came from, from which the
// store can be rebuilt. An export written elsewhere has its record here all the same.

import { join } from 'node:path';
import { type ExportRow, exportRowSchema } from '../common/api.ts';
import { listFolder, readTextFile, writeFileAtomic } from './files.ts';
import { fromStoredPath, type StudioPaths, toStoredPath } from './paths.ts';

/** Where an export of this name is written by default. */
export function exportFile(paths: StudioPaths, name: string): string {
  return join(paths.exports, `${name}.onnx`);
}

export function writeExportRecord(paths: StudioPaths, row: ExportRow): void {
  const stored = {
    ...row,
    file: toStoredPath(paths.home, row.file),
    checkpointFolder: toStoredPath(paths.home, row.checkpointFolder),
  };
  writeFileAtomic(join(paths.exports, `${row.name}.json`), `${JSON.stringify(stored, null, 2)}\n`);
}

/** The records of all exports; files that are none are left out. */
export function readExportRecords(paths: StudioPaths): ExportRow[] {
  const names = listFolder(paths.exports).filter((name) => name.endsWith('.json'));
  return names.flatMap((name) => {
    const row = parseRecord(readTextFile(join(paths.exports, name)) ?? '');
    if (row === null) return [];
    const file = fromStoredPath(paths.home, row.file);
    return [{ ...row, file, checkpointFolder: fromStoredPath(paths.home, row.checkpointFolder) }];
  });
}

function parseRecord(text: string): ExportRow | null {
  try {
    return exportRowSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
