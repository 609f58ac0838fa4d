// Reads a subset of ARC tasks from a folder, in whichever of the two layouts it has: one JSON file a task (ARC-AGI's
// own repositories, ConceptARC with its folders of folders), or a challenges file with a solutions file (Kaggle).

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import type { FileDigest } from '../../common/dataset-card.ts';
import { UserError } from '../../common/errors.ts';
import { type ArcTask, readTask } from '../../common/puzzles/arc/task.ts';
import { withFileErrorsSync } from '../files.ts';
import { digestSourceBytes } from './source-files.ts';

export interface SourceTask extends ArcTask {
  subset: string;
}

export interface Subset {
  tasks: SourceTask[];
  files: FileDigest[];
}

/** Where a subset was found. */
type SubsetPlace = { challenges: string; solutions: string } | { taskFolder: string };

/**
 * All tasks of a subset, checked, in the order of their ids.
 * @throws UserError when there is no such subset, or naming file, task, pair and cell of the first fault
 */
export function readSubset(folder: string, subset: string): Subset {
  const place = findSubset(folder, subset);
  const reader = createReader(folder);
  const tasks = 'taskFolder' in place ? readTaskFiles(place.taskFolder, reader) : readTables(place, reader);
  if (tasks.length === 0) throw noTasks('taskFolder' in place ? place.taskFolder : place.challenges);
  tasks.sort((one, other) => (one.id < other.id ? -1 : 1));
  return { tasks: tasks.map((task) => ({ ...task, subset })), files: reader.files };
}

interface Reader {
  files: FileDigest[];
  /** The content of a JSON file. */
  read(path: string): unknown;
}

function createReader(folder: string): Reader {
  const files: FileDigest[] = [];
  return {
    files,
    read: (path) => {
      const bytes = withFileErrorsSync('Cannot read ARC tasks', path, () => readFileSync(path));
      files.push(digestSourceBytes(bytes, relative(folder, path).replaceAll('\\', '/')));
      return parseJson(bytes.toString('utf8'), path);
    },
  };
}

function findSubset(folder: string, subset: string): SubsetPlace {
  const tables = findTables(folder, subset);
  const taskFolder = [join(folder, subset), join(folder, 'data', subset)].find(isFolder);
  if (tables !== undefined && taskFolder !== undefined) {
    throw ambiguous(folder, subset, [tables.challenges, taskFolder]);
  }
  if (tables !== undefined) return tables;
  if (taskFolder !== undefined) return { taskFolder };
  throw noSubset(folder, subset);
}

function findTables(folder: string, subset: string): { challenges: string; solutions: string } | undefined {
  const inFolder = join(folder, dirname(subset));
  const ending = `${basename(subset)}_challenges.json`;
  const names = listNames(inFolder).filter((name) => name === ending || name.endsWith(`_${ending}`));
  const [name] = names;
  if (name === undefined) return undefined;
  if (names.length > 1)
    throw ambiguous(
      folder,
      subset,
      names.map((each) => join(inFolder, each)),
    );
  const solutions = join(inFolder, name.replace(/challenges\.json$/, 'solutions.json'));
  return { challenges: join(inFolder, name), solutions };
}

function readTables({ challenges, solutions }: { challenges: string; solutions: string }, reader: Reader) {
  const tasks = Object.entries(requireTable(reader.read(challenges), challenges));
  if (statSync(solutions, { throwIfNoEntry: false }) === undefined) throw noSolutions(challenges, solutions);
  const outputs = new Map(Object.entries(requireTable(reader.read(solutions), solutions)));
  const place = { file: challenges, solutionsFile: solutions };
  return tasks.map(([id, task]) => readTask(id, task, place, outputs.get(id)));
}

function readTaskFiles(folder: string, reader: Reader): ArcTask[] {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .map((name) => join(folder, name));
  const fileOfTask = new Map<string, string>();
  return paths.map((path) => {
    const id = basename(path, '.json');
    const other = fileOfTask.get(id);
    if (other !== undefined) throw sameTask(id, other, path);
    fileOfTask.set(id, path);
    return readTask(id, reader.read(path), { file: path });
  });
}

function requireTable(value: unknown, path: string): object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new UserError({
    what: 'A file of ARC tasks has wrong content',
    where: path,
    found: Array.isArray(value) ? 'a list' : String(value),
    expected: 'an object with the ids of tasks as its keys',
    remedy: 'check that this is the right file',
  });
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    const remedy = 'correct the file, or fetch it again from where it came';
    throw new UserError(
      { what: 'A file of ARC tasks is no valid JSON', where: path, found, expected: 'JSON', remedy },
      { cause: error },
    );
  }
}

function listNames(folder: string): string[] {
  return isFolder(folder) ? readdirSync(folder).sort() : [];
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** What could be asked for instead. */
function availableSubsets(folder: string): string[] {
  const tables = listNames(folder).flatMap(
    (name) => /(?:^|_)([^_]+)_challenges\.json$/.exec(name)?.[1] ?? [],
  );
  const folders = [folder, join(folder, 'data')].flatMap((parent) =>
    listNames(parent).filter((name) => name !== 'data' && isFolder(join(parent, name))),
  );
  return [...new Set([...tables, ...folders])];
}

function noSubset(folder: string, subset: string): UserError {
  const available = availableSubsets(folder);
  return new UserError({
    what: `There is no ARC subset ${JSON.stringify(subset)}`,
    where: folder,
    found: isFolder(folder) ? available.join(', ') || 'a folder without tasks' : 'no such folder',
    expected: `${subset}/*.json, data/${subset}/*.json or *_${subset}_challenges.json`,
    remedy: isFolder(folder) ? 'change subsets, or folder' : 'check folder',
  });
}

function ambiguous(folder: string, subset: string, places: string[]): UserError {
  return new UserError({
    what: `There are several ARC subsets ${JSON.stringify(subset)}`,
    where: folder,
    found: places.join(' and '),
    expected: 'one',
    remedy: 'move the others away, or give the path of a folder below as folder',
  });
}

function noTasks(path: string): UserError {
  return new UserError({
    what: 'There are no ARC tasks',
    where: path,
    found: 'no tasks',
    expected: 'at least one task',
    remedy: 'check that this is the right place',
  });
}

function noSolutions(challenges: string, solutions: string): UserError {
  return new UserError({
    what: 'The test outputs of ARC tasks are missing',
    where: solutions,
    found: 'no such file',
    expected: `a file with the test outputs of the tasks in ${basename(challenges)}`,
    remedy: 'fetch it from where the challenges came, or leave this subset out',
  });
}

function sameTask(id: string, one: string, other: string): UserError {
  return new UserError({
    what: `Two files of one subset hold a task ${id}`,
    where: other,
    found: `${one} and ${other}`,
    expected: 'one file for each task',
    remedy: 'remove or rename one of them',
  });
}
