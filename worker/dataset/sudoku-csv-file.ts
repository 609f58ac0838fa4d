// Reads a Sudoku CSV file as a stream, checks every row and keeps each puzzle once.

import { createReadStream, statSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { CsvError, parse } from 'csv-parse';
import type { FileDigest } from '../../common/dataset-card.ts';
import { UserError } from '../../common/errors.ts';
import type { Geometry } from '../../common/puzzles/sudoku/geometry.ts';
import { withFileErrors } from '../files.ts';
import type { BuildProgress } from './builder.ts';
import { PackedPuzzles } from './packed-puzzles.ts';
import { createSourceDigest } from './source-files.ts';
import { type CsvRow, checkCsvRow } from './sudoku-csv-row.ts';

export interface SudokuCsvFile {
  path: string;
  digest: FileDigest;
  geometry: Geometry;
  puzzles: PackedPuzzles;
  rowCount: number;
  repeatedRows: number;
  /** Rows left out since their rating is too low. */
  easyRows: number;
}

export interface ReadCsvOptions {
  minimumRating: number;
  /** The size that puzzles must have; without it the first row decides. */
  geometry?: Geometry | undefined;
  signal: AbortSignal | undefined;
  onProgress: (progress: BuildProgress) => void;
}

/** @throws UserError naming the file, line and column of the first wrong row, or when no puzzle is left */
export async function readSudokuCsv(path: string, options: ReadCsvOptions): Promise<SudokuCsvFile> {
  return await withFileErrors('Cannot read the CSV file', path, async () => {
    const total = statSync(path).size;
    const input = createReadStream(path);
    const collector = createCollector(path, options);
    const digest = createSourceDigest(path);
    const reportProgress = () =>
      options.onProgress({ phase: `reading ${path}`, done: input.bytesRead, total, unit: 'bytes' });
    const parser = parse({
      bom: true,
      skip_empty_lines: true,
      relax_column_count: true,
      on_record: (record: string[], { lines }) => {
        collector.addRecord(record, lines);
        return null;
      },
    });
    input.on('data', (chunk) => {
      digest.update(chunk);
      reportProgress();
    });
    parser.resume();
    try {
      await pipeline(input, parser, { ...(options.signal === undefined ? {} : { signal: options.signal }) });
    } catch (error) {
      options.signal?.throwIfAborted();
      throw error instanceof CsvError ? brokenCsv(path, error) : error;
    }
    return { ...collector.finish(), digest: digest.finish() };
  });
}

interface Collector {
  addRecord(record: string[], line: number): void;
  finish(): Omit<SudokuCsvFile, 'digest'>;
}

function createCollector(path: string, options: ReadCsvOptions): Collector {
  let header: Header | undefined;
  let geometry = options.geometry;
  let puzzles: PackedPuzzles | undefined;
  let rowCount = 0;
  let repeatedRows = 0;
  let easyRows = 0;
  return {
    addRecord: (record, line) => {
      if (header === undefined) {
        header = parseHeader(record, path, options.minimumRating > 0);
        return;
      }
      rowCount++;
      const row = checkCsvRow(header.pick(record, line), geometry, { path, line });
      geometry = row.geometry;
      puzzles ??= new PackedPuzzles(geometry.cellCount);
      if ((row.rating ?? 0) < options.minimumRating) easyRows++;
      else if (!puzzles.add(row)) repeatedRows++;
    },
    finish: () => {
      if (header === undefined) throw wrongHeader(path, 'an empty file');
      if (geometry === undefined || puzzles === undefined || puzzles.count === 0) {
        throw noPuzzles(path, rowCount, options.minimumRating);
      }
      return { path, geometry, puzzles, rowCount, repeatedRows, easyRows };
    },
  };
}

interface Header {
  pick(record: string[], line: number): CsvRow;
}

function parseHeader(names: string[], path: string, needsRating: boolean): Header {
  const question = names.indexOf('question');
  const answer = names.indexOf('answer');
  const rating = names.indexOf('rating');
  if (question < 0 || answer < 0 || (needsRating && rating < 0)) throw wrongHeader(path, names.join(','));
  return {
    pick: (record, line) => {
      if (record.length !== names.length) throw wrongFieldCount(path, line, record.length, names);
      return { question: record[question]!, answer: record[answer]!, rating: record[rating] };
    },
  };
}

function wrongHeader(path: string, found: string): UserError {
  return new UserError({
    what: 'The CSV file does not begin with the names of its columns',
    where: `${path}:1`,
    found: found.length > 200 ? `${found.slice(0, 200)}…` : found,
    expected: 'source,question,answer,rating',
    remedy: 'add this line at the beginning, or check that this is the right file',
  });
}

function wrongFieldCount(path: string, line: number, count: number, names: string[]): UserError {
  return new UserError({
    what: 'A line of the CSV file has the wrong number of fields',
    where: `${path}:${line}`,
    found: `${count} fields`,
    expected: `${names.length} fields: ${names.join(',')}`,
    remedy: 'correct or remove this line',
  });
}

function noPuzzles(path: string, rowCount: number, minimumRating: number): UserError {
  const found = rowCount === 0 ? 'no rows' : `${rowCount} rows, all with a rating below ${minimumRating}`;
  return new UserError({
    what: 'The CSV file has no puzzles to import',
    where: path,
    found,
    expected: 'at least one puzzle',
    remedy: rowCount === 0 ? 'check that this is the right file' : 'lower minimumRating',
  });
}

function brokenCsv(path: string, error: CsvError): UserError {
  const line = 'lines' in error && typeof error.lines === 'number' ? `:${error.lines}` : '';
  return new UserError(
    {
      what: 'The file is not valid CSV',
      where: `${path}${line}`,
      found: error.message,
      expected: 'fields separated by commas',
      remedy: 'correct or remove this line',
    },
    { cause: error },
  );
}
