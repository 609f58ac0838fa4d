// Reads the records of a JSONL or CSV file as a stream: one object of fields a record, with the line it stands in.

import { createReadStream, statSync } from 'node:fs';
import { extname } from 'node:path';
import { CsvError, parse } from 'csv-parse';
import type { FileDigest } from '../../common/dataset-card.ts';
import { type ErrorDetails, UserError } from '../../common/errors.ts';
import { explainFileError } from '../files.ts';
import type { BuildProgress } from './builder.ts';
import { createSourceDigest } from './source-files.ts';

export interface FileRecord {
  line: number;
  /** By field name; of a CSV file all values are texts. */
  fields: Readonly<Record<string, unknown>>;
}

export interface ReadRecordsOptions {
  onRecord(record: FileRecord): void;
  /** Told of a line that holds no record; reading goes on unless this throws. */
  onProblem(problem: ErrorDetails): void;
  onProgress(progress: BuildProgress): void;
  signal: AbortSignal | undefined;
}

/** A line longer than this is no line of a JSONL file. */
const longestLine = 1 << 24;

const readers: Readonly<
  Record<string, (path: string, text: TextStream, options: ReadRecordsOptions) => Promise<void>>
> = { '.jsonl': readJsonLines, '.ndjson': readJsonLines, '.csv': readCsv };

type TextStream = AsyncIterable<string>;

/**
 * Reads the whole file and returns its digest.
 * @throws UserError when it cannot be read, is not UTF-8, or has no known ending
 */
export async function readRecords(path: string, options: ReadRecordsOptions): Promise<FileDigest> {
  const reader = readers[extname(path).toLowerCase()];
  if (reader === undefined) {
    throw new UserError({
      what: 'The kind of file is not known',
      where: path,
      found: extname(path) === '' ? 'a name without ending' : `the ending ${extname(path)}`,
      expected: Object.keys(readers).join(', '),
      remedy: 'name a file of JSON objects, one a line, .jsonl, and a file of comma-separated values .csv',
    });
  }
  const digest = createSourceDigest(path);
  try {
    await reader(path, readText(path, digest, options), options);
  } catch (error) {
    options.signal?.throwIfAborted();
    throw explainFileError(error, 'Cannot read the file of examples', path);
  }
  return digest.finish();
}

async function* readText(
  path: string,
  digest: ReturnType<typeof createSourceDigest>,
  { onProgress, signal }: ReadRecordsOptions,
): AsyncGenerator<string> {
  const total = statSync(path).size;
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const stream = createReadStream(path, { highWaterMark: 1 << 18 });
  const decode = (chunk?: Buffer) => {
    try {
      return decoder.decode(chunk, { stream: chunk !== undefined });
    } catch {
      throw new UserError({
        what: 'The file is not UTF-8 text',
        where: path,
        expected: 'text in UTF-8',
        remedy: 'convert the file to UTF-8',
      });
    }
  };
  for await (const chunk of stream) {
    signal?.throwIfAborted();
    digest.update(chunk);
    yield decode(chunk);
    onProgress({ phase: `reading ${path}`, done: stream.bytesRead, total, unit: 'bytes' });
  }
  yield decode();
}

async function readJsonLines(path: string, text: TextStream, options: ReadRecordsOptions): Promise<void> {
  for await (const { line, content } of splitLines(path, text)) {
    if (content.trim() === '') continue;
    const fields = parseObject(content);
    if (fields !== null) options.onRecord({ line, fields });
    else {
      const start = content.trim();
      const isWholeArray = line === 1 && start.startsWith('[');
      options.onProblem({
        what: 'A line is not a JSON object',
        where: `${path}:${line}`,
        found: start.length > 80 ? `${start.slice(0, 79)}…` : start,
        expected: isWholeArray
          ? 'one object a line, not one list of all'
          : 'an object such as {"input": …, "output": …} in one line',
      });
    }
  }
}

async function* splitLines(
  path: string,
  text: TextStream,
): AsyncGenerator<{ line: number; content: string }> {
  let rest = '';
  let line = 0;
  for await (const chunk of text) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const content of lines) yield { line: ++line, content };
    if (rest.length > longestLine) {
      throw new UserError({
        what: 'A line of the file is too long to be an example',
        where: `${path}:${line + 1}`,
        found: `more than ${longestLine} characters`,
        expected: 'one JSON object a line',
      });
    }
  }
  if (rest !== '') yield { line: line + 1, content: rest };
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}

async function readCsv(path: string, text: TextStream, options: ReadRecordsOptions): Promise<void> {
  let names: string[] | undefined;
  const parser = parse({
    bom: true,
    skip_empty_lines: true,
    relax_column_count: true,
    on_record: (values: string[], { lines }) => {
      if (names === undefined) names = values;
      else if (values.length !== names.length) {
        options.onProblem({
          what: 'A line of the CSV file has the wrong number of fields',
          where: `${path}:${lines}`,
          found: `${values.length} fields`,
          expected: `${names.length} fields: ${names.join(',')}`,
        });
      } else {
        const entries = names.map((name, column) => [name, values[column] ?? ''] as const);
        options.onRecord({ line: lines, fields: Object.fromEntries(entries) });
      }
      return null;
    },
  });
  parser.resume();
  try {
    for await (const chunk of text) await write(parser, chunk);
    await write(parser, null);
  } catch (error) {
    throw error instanceof CsvError ? brokenCsv(path, error) : error;
  }
}

/** Hands text to the parser and waits until it has taken it; null ends it. */
function write(parser: ReturnType<typeof parse>, chunk: string | null): Promise<void> {
  return new Promise((resolve, reject) => {
    parser.once('error', reject);
    const done = () => {
      parser.off('error', reject);
      resolve();
    };
    if (chunk === null) parser.once('end', done).end();
    else parser.write(chunk, (error) => (error ? reject(error) : done()));
  });
}

function brokenCsv(path: string, error: CsvError): UserError {
  const line = 'lines' in error && typeof error.lines === 'number' ? `:${error.lines}` : '';
  return new UserError(
    {
      what: 'The file is not valid CSV',
      where: `${path}${line}`,
      found: error.message,
      expected: 'fields separated by commas, quoted where they hold commas or line ends',
      remedy: 'correct or remove this line',
    },
    { cause: error },
  );
}
