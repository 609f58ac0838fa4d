// Reads the examples of an own domain from a file, row by row. What is wrong is gathered, each fault with file, line,
// field and cell, and reported together.

import type { TokensBuild } from '../../common/config/dataset-tokens.ts';
import { problemsError } from '../../common/config/yaml-source.ts';
import type { FileDigest } from '../../common/dataset-card.ts';
import { type ErrorDetails, UserError } from '../../common/errors.ts';
import { didYouMean } from '../../common/nearest.ts';
import {
  formatGridText,
  gridExtent,
  IGNORED_TOKEN,
  readGrid,
  type TokenLayout,
} from '../../common/puzzles/tokens/layout.ts';
import type { BuildProgress } from './builder.ts';
import { type FileRecord, readRecords } from './records.ts';
import type { TokenExamples } from './tokens-examples.ts';

/** Reading ends after so many faults. */
const mostProblems = 20;

/** Fields that mean something; those after the first two may be left out, but then in every row of a file. */
const knownFields = ['input', 'output', 'group', 'puzzle', 'split'] as const;
type OptionalField = 'group' | 'puzzle' | 'split';

/** The part of the data that a row is for; `undecided` until the groups are dealt out. */
export const parts = { undecided: 0, train: 1, test: 2 } as const;
type Part = (typeof parts)[keyof typeof parts];

/** What all files of a dataset have in common. */
export interface TokensReading {
  build: TokensBuild;
  layout: TokenLayout;
  examples: TokenExamples;
  /** Numbers of the puzzles' names from 1 on, 0 being the blank one. */
  puzzles: Map<string, number>;
  groups: Map<string, number>;
  /** The group of each puzzle. */
  groupOfPuzzle: Map<number, number>;
  signal: AbortSignal | undefined;
  onProgress(progress: BuildProgress): void;
}

export interface TokensFile {
  path: string;
  digest: FileDigest;
  rowCount: number;
  /** Rows that repeat an earlier one, output included. */
  repeatedRows: number;
  /** Which optional fields the rows have. */
  fields: ReadonlySet<OptionalField>;
  /** Fields that mean nothing here. */
  otherFields: ReadonlySet<string>;
}

/** @throws UserError that lists what is wrong with the rows, up to a limit, or says that there are none */
export async function readTokensFile(
  path: string,
  part: Exclude<Part, 0> | null,
  reading: TokensReading,
): Promise<TokensFile> {
  const problems: ErrorDetails[] = [];
  const facts = { rowCount: 0, repeatedRows: 0, otherFields: new Set<string>() };
  let fields: Set<OptionalField> | undefined;
  const onProblem = (problem: ErrorDetails) => {
    problems.push(problem);
    if (problems.length === mostProblems) throw listProblems(path, problems);
  };
  const onRecord = (record: FileRecord) => {
    facts.rowCount++;
    for (const name of Object.keys(record.fields)) if (!isKnown(name)) facts.otherFields.add(name);
    const present = fieldsOf(record);
    if (fields === undefined) requireGrids(path, record);
    fields ??= present;
    const row = { path, record, fields, present, part, reading, onProblem };
    if (addRow(row) === 'repeated') facts.repeatedRows++;
  };
  const { signal, onProgress } = reading;
  const digest = await readRecords(path, { onRecord, onProblem, onProgress, signal });
  if (problems.length > 0) throw listProblems(path, problems);
  if (facts.rowCount === 0) {
    throw new UserError({
      what: 'The file has no examples',
      where: path,
      found: 'no rows',
      expected: 'at least one row with input and output',
      remedy: 'check that this is the right file',
    });
  }
  return { path, digest, fields: fields ?? new Set(), ...facts };
}

interface Row {
  path: string;
  record: FileRecord;
  /** The optional fields of the first row. */
  fields: ReadonlySet<OptionalField>;
  present: ReadonlySet<OptionalField>;
  part: Exclude<Part, 0> | null;
  reading: TokensReading;
  onProblem(problem: ErrorDetails): void;
}

function addRow(row: Row): 'added' | 'repeated' | 'wrong' {
  const { reading, record } = row;
  const { examples } = reading;
  if (!hasSameFields(row)) return 'wrong';
  const input = readField(row, 'input');
  const output = readField(row, 'output');
  const part = partOf(row);
  const place = placeOf(row);
  if (input === null || output === null || part === null || place === null) return 'wrong';
  const { puzzle, group } = place;
  const known = examples.find(input, puzzle, part);
  if (known === -1) {
    examples.add({ input, output, puzzle, group: group ?? examples.count, part, line: record.line });
    return 'added';
  }
  if (Buffer.compare(examples.output(known), output) === 0) return 'repeated';
  row.onProblem({
    what: 'An input has two different outputs',
    where: `${row.path}:${record.line}, field output`,
    found: describeGrid(row.reading, output),
    expected: `${describeGrid(row.reading, examples.output(known))}, as in line ${examples.line(known)}`,
    remedy: 'correct or remove one of the two rows',
  });
  return 'wrong';
}

function readField({ path, record, reading, onProblem }: Row, field: 'input' | 'output'): Uint8Array | null {
  const { layout, build } = reading;
  const where = `${path}:${record.line}, field ${field}`;
  const options = { ignoring: field === 'output', ignoredName: build.ignoredToken };
  const grid = readGrid(record.fields[field], layout, options);
  if ('problem' in grid) {
    const { cell, found, expected } = grid.problem;
    const at = cell === undefined ? where : `${where}, ${cell}`;
    onProblem({ what: `The ${field} is not a grid of tokens as declared`, where: at, found, expected });
    return null;
  }
  const { height } = gridExtent(grid.tokens, layout.columns);
  const counted = grid.tokens.some((token) => token !== 0 && token !== IGNORED_TOKEN);
  if (height > 0 && (field === 'input' || counted)) return grid.tokens;
  // An empty output is an answer where its length counts.
  if (field === 'output' && build.lengthCounts && height === 0) return grid.tokens;
  onProblem({
    what: field === 'input' ? 'The input is empty' : 'No cell of the output counts',
    where,
    found: height === 0 ? 'no tokens' : 'ignored cells only',
    expected: 'at least one token',
  });
  return null;
}

function fieldsOf({ fields }: FileRecord): Set<OptionalField> {
  const optional = ['group', 'puzzle', 'split'] as const;
  const absent: readonly unknown[] = [undefined, null, ''];
  return new Set(optional.filter((name) => !absent.includes(fields[name])));
}

/** A file whose first row has no grids is another file. */
function requireGrids(path: string, { line, fields }: FileRecord): void {
  const missing = (['input', 'output'] as const).filter((name) => fields[name] === undefined);
  if (missing.length === 0) return;
  const names = Object.keys(fields);
  const remedy = didYouMean(missing[0] ?? '', names)?.replace(/^did you mean (.*)\?$/, 'rename the field $1');
  throw new UserError({
    what: `The file has no field ${missing.join(' and no field ')}`,
    where: `${path}:${line}`,
    found: names.length === 0 ? 'no fields' : `the fields ${names.join(', ')}`,
    expected: 'the fields input and output, and group, puzzle or split where they are needed',
    ...(remedy === undefined ? {} : { remedy }),
  });
}

/** An optional field that only some rows have is a slip: it would change the meaning of the others silently. */
function hasSameFields({ path, record, fields, present, onProblem }: Row): boolean {
  for (const name of ['group', 'puzzle', 'split'] as const) {
    if (fields.has(name) === present.has(name)) continue;
    onProblem({
      what: `Some rows have the field ${name} and some have not`,
      where: `${path}:${record.line}`,
      found: present.has(name) ? `the field ${name}` : `no field ${name}`,
      expected: fields.has(name) ? `${name}, as in the first row` : `no ${name}, as in the first row`,
    });
    return false;
  }
  return true;
}

function partOf({ path, record, present, part, onProblem }: Row): Part | null {
  if (part !== null) return part;
  if (!present.has('split')) return parts.undecided;
  const { split } = record.fields;
  if (split === 'train' || split === 'test') return parts[split];
  onProblem({
    what: 'The split of a row is not known',
    where: `${path}:${record.line}, field split`,
    found: JSON.stringify(split),
    expected: '"train" or "test"',
  });
  return null;
}

/** The puzzle and the group of a row; the group is null where the row is a group of its own. */
function placeOf(row: Row): { puzzle: number; group: number | null } | null {
  const { reading, present } = row;
  const puzzleName = present.has('puzzle') ? nameIn(row, 'puzzle') : '';
  const groupName = present.has('group') ? nameIn(row, 'group') : puzzleName;
  if (puzzleName === null || groupName === null) return null;
  const puzzle = puzzleName === '' ? 0 : numberOf(reading.puzzles, puzzleName, 1);
  if (groupName === '') return { puzzle, group: null };
  const group = numberOf(reading.groups, groupName, 0);
  const known = puzzle === 0 ? group : (reading.groupOfPuzzle.get(puzzle) ?? group);
  if (known !== group) {
    row.onProblem({
      what: `The puzzle ${JSON.stringify(puzzleName)} is in two groups`,
      where: `${row.path}:${row.record.line}, field group`,
      found: JSON.stringify(groupName),
      expected: `${JSON.stringify([...reading.groups.keys()][known])}, as in the rows before`,
    });
    return null;
  }
  if (puzzle !== 0) reading.groupOfPuzzle.set(puzzle, group);
  return { puzzle, group };
}

/** A name as text; numbers are names too. */
function nameIn({ path, record, onProblem }: Row, field: 'group' | 'puzzle'): string | null {
  const value = record.fields[field];
  const name = typeof value === 'number' ? String(value) : value;
  if (typeof name === 'string' && name !== '' && name !== '<blank>') return name;
  onProblem({
    what: `A row has no name for its ${field}`,
    where: `${path}:${record.line}, field ${field}`,
    found: JSON.stringify(value),
    expected: 'a text or a number, not empty and not <blank>',
  });
  return null;
}

function numberOf(names: Map<string, number>, name: string, first: number): number {
  const number = names.get(name) ?? names.size + first;
  names.set(name, number);
  return number;
}

function describeGrid({ layout, build }: TokensReading, tokens: Uint8Array): string {
  const names = ['', ...build.tokens];
  const text = build.tokensFromData ? 'another output' : formatGridText(tokens, layout, names);
  return text === '' ? 'an empty output' : text.replaceAll('\n', ' / ');
}

function isKnown(name: string): boolean {
  return knownFields.some((known) => known === name);
}

function listProblems(path: string, problems: ErrorDetails[]): UserError {
  const title =
    problems.length === mostProblems ? `${path} has errors, here are the first` : `${path} has errors`;
  return problemsError(problems, title);
}
