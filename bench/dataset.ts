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
import { compareBuilders } from './comparison.ts';
import { type CommonSettings, commonOptions, parseCount, readCommonSettings } from './options.ts';

interface DatasetSettings extends CommonSettings {
  puzzles: number;
  augmentations: number;
}

const testPuzzles = 10;

export async function benchmarkDataset(commandLine: string[]): Promise<void> {
  const settings = parseDatasetSettings(commandLine);
  const { puzzles, augmentations, rounds } = settings;
  const folder = await mkdtemp(join(tmpdir(), 'trm-bench-'));
  try {
    await writePuzzles(join(folder, 'train.csv'), puzzles, 'train');
    await writePuzzles(join(folder, 'test.csv'), testPuzzles, 'test');
    await compareBuilders({
      title: `${puzzles} puzzles × ${augmentations} augmentations, ${rounds} rounds in turn`,
      facts: { puzzles, augmentations, rounds },
      settings,
      input: folder,
      programs: { ours: 'dataset-ours.ts', reference: 'dataset_reference.py' },
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @throws UserError that names the option */
export function parseDatasetSettings(commandLine: string[]): DatasetSettings {
  const { values } = parseArgs({
    args: commandLine,
    options: {
      ...commonOptions,
      puzzles: { type: 'string', default: '1000' },
      augmentations: { type: 'string', default: '1000' },
      rounds: { type: 'string', default: '3' },
    },
  });
  return {
    ...readCommonSettings(values),
    puzzles: parseCount('puzzles', values.puzzles),
    augmentations: parseCount('augmentations', values.augmentations),
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
