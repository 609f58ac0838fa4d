// Benchmark: building 1,000 Sudoku puzzles × 1,000 augmentations from a CSV file, ours against the reference
// implementation's builder, which Python runs from a checkout; both in turn on the same files.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { digPuzzle, randomGrid } from '../common/puzzles/sudoku/generate.ts';
import { sudokuGeometry } from '../common/puzzles/sudoku/geometry.ts';
import { createSolver } from '../common/puzzles/sudoku/solver.ts';
import { formatGrid } from '../common/puzzles/sudoku/text.ts';
import { createRandom } from '../common/random.ts';
import { parseCount, reportComparison } from './comparison.ts';
import { type Measurement, measureProgram } from './measure.ts';

interface Settings {
  puzzles: number;
  augmentations: number;
  rounds: number;
  /** A checkout of the reference implementation; without it only ours is measured. */
  reference: string | undefined;
  python: string;
  json: boolean;
}

const testPuzzles = 10;

export async function benchmarkDataset(commandLine: string[]): Promise<void> {
  const settings = parseSettings(commandLine);
  const folder = await mkdtemp(join(tmpdir(), 'trm-bench-'));
  try {
    await writePuzzles(join(folder, 'train.csv'), settings.puzzles, 'train');
    await writePuzzles(join(folder, 'test.csv'), testPuzzles, 'test');
    const ours: Measurement[] = [];
    const reference: Measurement[] = [];
    for (let round = 0; round < settings.rounds; round++) {
      ours.push(await measureOurs(folder, settings));
      if (settings.reference !== undefined) reference.push(await measureReference(folder, settings));
    }
    const { puzzles, augmentations, rounds, json } = settings;
    const title = `${puzzles} puzzles × ${augmentations} augmentations, ${rounds} rounds in turn`;
    reportComparison({ title, settings: { puzzles, augmentations, rounds }, ours, reference, json });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function parseSettings(commandLine: string[]): Settings {
  const { values } = parseArgs({
    args: commandLine,
    options: {
      reference: { type: 'string' },
      python: { type: 'string', default: 'python3' },
      puzzles: { type: 'string', default: '1000' },
      augmentations: { type: 'string', default: '1000' },
      rounds: { type: 'string', default: '3' },
      json: { type: 'boolean', default: false },
    },
  });
  return {
    reference: values.reference,
    python: values.python,
    json: values.json,
    puzzles: parseCount('puzzles', values.puzzles),
    augmentations: parseCount('augmentations', values.augmentations),
    rounds: parseCount('rounds', values.rounds),
  };
}

async function writePuzzles(path: string, count: number, split: string): Promise<void> {
  const geometry = sudokuGeometry(9);
  const solve = createSolver(geometry);
  const random = createRandom(0, 'bench', split);
  const rows = Array.from({ length: count }, () => {
    const solution = randomGrid(geometry, random, solve);
    const puzzle = digPuzzle(geometry, solution, 0, random, solve);
    return `generated,${formatGrid(puzzle)},${formatGrid(solution)},${solve(puzzle).guesses}\n`;
  });
  await writeFile(path, `source,question,answer,rating\n${rows.join('')}`);
}

async function measureOurs(folder: string, { augmentations }: Settings): Promise<Measurement> {
  const output = join(folder, 'ours');
  const program = join(import.meta.dirname, 'dataset-ours.ts');
  const measurement = await measureProgram(process.execPath, [
    program,
    folder,
    output,
    String(augmentations),
  ]);
  await rm(output, { recursive: true });
  return measurement;
}

async function measureReference(folder: string, settings: Settings): Promise<Measurement> {
  const output = join(folder, 'reference');
  const program = join(import.meta.dirname, 'dataset_reference.py');
  const programArguments = [
    program,
    settings.reference ?? '',
    folder,
    output,
    String(settings.augmentations),
  ];
  const measurement = await measureProgram(settings.python, programArguments);
  await rm(output, { recursive: true });
  return measurement;
}
