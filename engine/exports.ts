// Exports as they lie on disk: `<name>.onnx` with a `<name>.json` that says where it came from, from which the
// store can be rebuilt. An export written elsewhere has its record here all the same.

import { join } from 'node:path';
import { type ExportRow, exportRowSchema } from '../common/api.ts';
import type { DeviceFigure } from '../common/device-figures.ts';
import { UserError } from '../common/errors.ts';
import { listFolder, readTextFile, writeFileAtomic } from './files.ts';
import { fromStoredPath, type StudioPaths, toStoredPath } from './paths.ts';
import { resolveModel } from './references.ts';
import type { Store } from './store/open.ts';

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

/** The export of this name, or of the file at this place. @throws UserError that lists the nearest ones */
export function requireExport(store: Store, paths: StudioPaths, reference: string): ExportRow {
  const { file, export: row } = resolveModel(store, paths, reference);
  if (row !== null) return row;
  throw new UserError({
    what: 'The file is no export of this studio',
    where: file,
    expected: 'an export that `trm exports` lists',
  });
}

/** Adds a figure to those of the export, in the store and in its record. */
export function addDeviceFigure(
  store: Store,
  paths: StudioPaths,
  name: string,
  figure: DeviceFigure,
): ExportRow | null {
  const row = store.exports.find(name);
  if (row === undefined) return null;
  const changed = { ...row, devices: [...(row.devices ?? []), figure] };
  writeExportRecord(paths, changed);
  store.exports.save(changed);
  return changed;
}

function parseRecord(text: string): ExportRow | null {
  try {
    return exportRowSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
