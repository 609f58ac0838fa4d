// Checks a Sudoku dataset anew: every checked puzzle has exactly one solution, which its labels give; augmentations are
// symmetric copies; and no solution grid, up to symmetry, is in both splits.

import type { LeakageCheck } from '../../common/dataset-card.ts';
import { createCanonicalizer } from '../../common/puzzles/sudoku/canonical.ts';
import type { Geometry } from '../../common/puzzles/sudoku/geometry.ts';
import { createSolver } from '../../common/puzzles/sudoku/solver.ts';
import { formatGrid, gridKey } from '../../common/puzzles/sudoku/text.ts';
import { createRandom } from '../../common/random.ts';
import type { BuildProgress } from './builder.ts';
import { type SplitName, splitNames } from './layout.ts';
import type { Dataset } from './open.ts';
import type { DatasetSplit } from './open-split.ts';
import type { Pacer } from './pacer.ts';

export interface VerifyOptions {
  /** Puzzles of each split that are solved, drawn at random; 0 solves all. */
  sampleSize?: number;
  signal?: AbortSignal | undefined;
  onProgress?: (progress: BuildProgress) => void;
}

type Options = VerifyOptions & { pace: Pacer };

export async function verifySudoku(
  dataset: Dataset,
  geometry: Geometry,
  options: Options,
): Promise<LeakageCheck[]> {
  const checks: LeakageCheck[] = [];
  for (const split of splitNames) checks.push(await verifyPuzzles(dataset, split, geometry, options));
  checks.push(await verifyLeakage(dataset, geometry, options));
  return checks;
}

async function verifyPuzzles(
  dataset: Dataset,
  name: SplitName,
  geometry: Geometry,
  { sampleSize = 0, pace, onProgress }: Options,
): Promise<LeakageCheck> {
  const split = dataset.split(name);
  const solve = createSolver(geometry);
  const examples = pickExamples(split.exampleCount, sampleSize, name);
  const wrong: string[] = [];
  for (const [index, example] of examples.entries()) {
    const { puzzle, solution } = readExample(split, example, geometry);
    const { solutionCount, grid } = solve(puzzle);
    if (solutionCount !== 1 || grid === undefined) {
      wrong.push(`example ${example} has ${solutionCount === 0 ? 'no solution' : 'several solutions'}`);
    } else if (formatGrid(grid) !== formatGrid(solution))
      wrong.push(`example ${example} has another solution`);
    onProgress?.({
      phase: `solving ${name} puzzles`,
      done: index + 1,
      total: examples.length,
      unit: 'puzzles',
    });
    await pace();
  }
  return {
    name: `One solution, ${name} split`,
    result: `${examples.length} of ${split.exampleCount} examples solved; ${describeWrong(wrong)}.`,
    passed: wrong.length === 0,
  };
}

/** Compares the classes of every original puzzle, and of the checked augmentations with their originals. */
async function verifyLeakage(dataset: Dataset, geometry: Geometry, options: Options): Promise<LeakageCheck> {
  const canonicalize = createCanonicalizer(geometry);
  const keyOf = (grid: Uint8Array) =>
    geometry.size === 4 ? gridKey(grid) : gridKey(canonicalize(grid).grid);
  const wrong: string[] = [];
  const classes = { train: new Set<string>(), test: new Set<string>() };
  for (const name of splitNames) {
    const split = dataset.split(name);
    for (let group = 0; group < split.groupCount; group++) {
      const [first = 0, end = 0] = examplesOfGroup(split, group);
      const key = keyOf(readExample(split, first, geometry).solution);
      classes[name].add(key);
      const copy = first + createRandom(0, 'verify copy', name, group).integer(end - first);
      if (keyOf(readExample(split, copy, geometry).solution) !== key) {
        wrong.push(`${name} example ${copy} is no copy of example ${first}`);
      }
      const progress = { phase: `comparing ${name} solutions`, done: group + 1, total: split.groupCount };
      options.onProgress?.({ ...progress, unit: 'groups' });
      await options.pace();
    }
  }
  const shared = [...classes.test].filter((key) => classes.train.has(key)).length;
  const unit = geometry.size === 4 ? 'solution grids' : 'symmetry classes of solution grids';
  return {
    name: 'No leakage between the splits',
    result:
      `Training has ${classes.train.size} and testing ${classes.test.size} ${unit}; ${shared} are in both. ` +
      `One copy of each group was compared with its original; ${describeWrong(wrong)}.`,
    passed: shared === 0 && wrong.length === 0,
  };
}

function examplesOfGroup(split: DatasetSplit, group: number): [number | undefined, number | undefined] {
  const [first = 0, end = 0] = split.groupIndices.subarray(group, group + 2);
  return [split.puzzleIndices[first], split.puzzleIndices[end]];
}

function pickExamples(count: number, sampleSize: number, split: SplitName): Uint32Array {
  if (sampleSize === 0 || sampleSize >= count)
    return Uint32Array.from({ length: count }, (_, index) => index);
  return createRandom(0, 'verify', split).permutation(count).slice(0, sampleSize).sort();
}

/** Digits of an example; whatever is no digit (padding, blank, ignored) becomes 0. */
function readExample(split: DatasetSplit, example: number, geometry: Geometry) {
  const tokens = new Int32Array(geometry.cellCount);
  const toDigits = () => Uint8Array.from(tokens, (token) => Math.max(0, token - 1));
  split.copyInputs(example, tokens, 0);
  const puzzle = toDigits();
  split.copyLabels(example, tokens, 0);
  return { puzzle, solution: toDigits() };
}

function describeWrong(wrong: string[]): string {
  if (wrong.length === 0) return 'none is wrong';
  return `${wrong.length} are wrong: ${wrong.slice(0, 3).join('; ')}${wrong.length > 3 ? '; …' : ''}`;
}
