// Tasks of the Abstraction and Reasoning Corpus as their JSON files hold them, checked pair by pair and cell by cell.

import { type ErrorDetails, UserError } from '../../errors.ts';
import type { Grid } from '../dihedral.ts';
import { gridKey, readGrid } from './grid.ts';

export interface ArcPair {
  input: Grid;
  output: Grid;
}

export interface ArcTask {
  id: string;
  /** Demonstrations; at least one. */
  train: ArcPair[];
  /** At least one. */
  test: ArcPair[];
}

/** Where a task stands. */
export interface TaskPlace {
  file: string;
  /** The file with the test outputs, where they are kept apart. */
  solutionsFile?: string;
}

/**
 * The task that a JSON value holds. `solutions`, where given, are its test outputs, one for each test input.
 * @throws UserError naming file, task, pair, row and column of the first fault
 */
export function readTask(id: string, value: unknown, place: TaskPlace, solutions?: unknown): ArcTask {
  if (typeof value !== 'object' || value === null || !('train' in value) || !('test' in value)) {
    throw malformed(place.file, [`task ${id}`], nameKind(value), 'a task: the lists "train" and "test"');
  }
  const train = readPairs(value.train, 'train', id, place.file);
  const test = place.solutionsFile === undefined ? value.test : withOutputs(value.test, id, place, solutions);
  return { id, train, test: readPairs(test, 'test', id, place.file, place.solutionsFile) };
}

/** Equal for equal pairs only. */
export function pairKey({ input, output }: ArcPair): string {
  return gridKey(input) + gridKey(output);
}

/** The longest side of any of its grids. */
export function sideOf({ train, test }: ArcTask): number {
  const grids = [...train, ...test].flatMap(({ input, output }) => [input, output]);
  return Math.max(...grids.flatMap(({ rows, columns }) => [rows, columns]));
}

function readPairs(
  value: unknown,
  part: 'train' | 'test',
  id: string,
  file: string,
  outputsFile = file,
): ArcPair[] {
  const task = `task ${id}`;
  if (!Array.isArray(value)) {
    throw malformed(file, [task, part], nameKind(value), 'a list of pairs');
  }
  if (value.length === 0) throw malformed(file, [task, part], 'an empty list', 'at least one pair');
  const pairs: unknown[] = value;
  return pairs.map((pair, index) => {
    const name = `${part} pair ${index + 1}`;
    if (typeof pair !== 'object' || pair === null) {
      throw malformed(file, [task, name], nameKind(pair), 'a pair with "input" and "output"');
    }
    const grid = (which: 'input' | 'output', inFile: string) => {
      const read = readGrid(Object.entries(pair).find(([key]) => key === which)?.[1]);
      if ('grid' in read) return read;
      const place = read.place === undefined ? [] : [read.place];
      throw malformed(inFile, [task, name, which, ...place], read.found, read.expected);
    };
    return { input: grid('input', file), output: grid('output', outputsFile) };
  });
}

function withOutputs(tests: unknown, id: string, place: TaskPlace, solutions: unknown): unknown {
  const { file, solutionsFile = file } = place;
  if (!Array.isArray(tests)) return tests;
  if (!Array.isArray(solutions)) {
    const expected = 'a list with one output for each test input';
    throw malformed(solutionsFile, [`task ${id}`], nameKind(solutions), expected);
  }
  if (solutions.length !== tests.length) {
    const expected = `${tests.length}, one for each test input in ${file}`;
    throw malformed(solutionsFile, [`task ${id}`], `${solutions.length} outputs`, expected);
  }
  const inputs: unknown[] = tests;
  const outputs: unknown[] = solutions;
  return inputs.map((pair, index) =>
    typeof pair === 'object' && pair !== null ? { ...pair, output: outputs[index] } : pair,
  );
}

function nameKind(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return `an object with ${Object.keys(value).join(', ')}`;
  return JSON.stringify(value) ?? typeof value;
}

function malformed(file: string, place: string[], found: string, expected: string): UserError {
  const details: ErrorDetails = {
    what: 'An ARC task is malformed',
    where: [file, ...place].join(', '),
    found,
    expected,
    remedy: 'correct the task, or take it out of the file (pairs, rows and columns are counted from 1)',
  };
  return new UserError(details);
}
