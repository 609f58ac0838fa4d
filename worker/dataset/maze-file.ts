// Reads a file of mazes, checks every row and keeps each wall layout once. What is wrong is gathered, each fault with
// file, line, column and cell, and reported together.

import { problemsError } from '../../common/config/yaml-source.ts';
import type { FileDigest } from '../../common/dataset-card.ts';
import { type ErrorDetails, UserError } from '../../common/errors.ts';
import type { MazeShape } from '../../common/puzzles/maze/cells.ts';
import type { BuildProgress } from './builder.ts';
import { createMazeRowReader, type MazeRow, type MazeRowReader } from './maze-row.ts';
import { type FileRecord, readRecords } from './records.ts';

export interface MazeFile {
  path: string;
  digest: FileDigest;
  shape: MazeShape;
  /** Rows whose layouts are not in an earlier row. */
  rows: MazeRow[];
  rowCount: number;
  repeatedRows: number;
}

export interface ReadMazeOptions {
  /** The size that mazes must have; without it the first row decides. */
  shape?: MazeShape | undefined;
  signal: AbortSignal | undefined;
  onProgress: (progress: BuildProgress) => void;
}

/** Reading ends after so many faults. */
const mostProblems = 20;

/** @throws UserError that lists what is wrong with the rows, or says that there are none */
export async function readMazeFile(path: string, options: ReadMazeOptions): Promise<MazeFile> {
  const problems: ErrorDetails[] = [];
  const rows: MazeRow[] = [];
  const layouts = new Set<string>();
  let reader: MazeRowReader | undefined;
  let rowCount = 0;

  function onProblem(problem: ErrorDetails): void {
    problems.push(problem);
    if (problems.length === mostProblems) throw reportProblems(path, problems);
  }
  function onRecord({ line, fields }: FileRecord): void {
    rowCount++;
    if (rowCount === 1) requireColumns(path, fields);
    reader ??= createMazeRowReader(options.shape);
    const row = reader.read(fields, { path, line });
    if ('problem' in row) onProblem(row.problem);
    else if (!layouts.has(row.layoutKey)) {
      layouts.add(row.layoutKey);
      rows.push(row);
    }
  }
  const { signal, onProgress } = options;
  const digest = await readRecords(path, { onRecord, onProblem, onProgress, signal });
  if (problems.length > 0) throw reportProblems(path, problems);
  const shape = reader?.shape();
  if (shape === undefined) throw noMazes(path);
  return { path, digest, shape, rows, rowCount, repeatedRows: rowCount - rows.length };
}

function reportProblems(path: string, problems: ErrorDetails[]): UserError {
  const title =
    problems.length === mostProblems ? `${path} has many faults; the first` : `${path} has faults`;
  return problemsError(problems, title);
}

function requireColumns(path: string, fields: FileRecord['fields']): void {
  const missing = ['question', 'answer'].filter((name) => fields[name] === undefined);
  if (missing.length === 0) return;
  const found = Object.keys(fields).join(',');
  throw new UserError({
    what: 'The file does not begin with the names of its columns',
    where: `${path}:1`,
    found: found.length > 200 ? `${found.slice(0, 200)}…` : found,
    expected: 'source,question,answer,rating',
    remedy: 'add this line at the beginning, or check that this is the right file',
  });
}

function noMazes(path: string): UserError {
  return new UserError({
    what: 'The file has no mazes to import',
    where: path,
    found: 'no rows',
    expected: 'source,question,answer,rating and at least one maze',
    remedy: 'check that this is the right file',
  });
}
