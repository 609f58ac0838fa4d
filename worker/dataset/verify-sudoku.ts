// Checks a Sudoku dataset anew: every checked puzzle has exactly one solution, which its labels give; augmentations are
// symmetric copies; no solution grid, up to symmetry, is in both splits; and the card's numbers are those of the arrays.

import type { LeakageCheck, SplitCard } from '../../common/dataset-card.ts';
import { createCanonicalizer } from '../../common/puzzles/sudoku/canonical.ts';
import { countClues } from '../../common/puzzles/sudoku/generate.ts';
import { type Geometry, geometryOfCellCount } from '../../common/puzzles/sudoku/geometry.ts';
import { createSolver } from '../../common/puzzles/sudoku/solver.ts';
import { formatGrid, gridKey } from '../../common/puzzles/sudoku/text.ts';
import { createRandom } from '../../common/random.ts';
import { type SplitName, splitNames } from './layout.ts';
import type { Dataset } from './open.ts';
import type { DatasetSplit } from './open-split.ts';
import { checkLeakage } from './sudoku-card.ts';
import { SplitFacts, type WrittenSplit } from './sudoku-split.ts';
import { checkLeakageCard, checkSplitCard, type RecomputedSplit } from './verify-card.ts';
import type { VerifyOptions } from './verify-options.ts';
import { describeWrong, pickExamples } from './verify-sampling.ts';

interface SudokuSplit {
  name: SplitName;
  geometry: Geometry;
  split: DatasetSplit;
  options: VerifyOptions;
}

/** Guesses of the solver on an example, where it was solved. */
type Ratings = Map<number, number>;

export async function verifySudoku(dataset: Dataset, options: VerifyOptions): Promise<LeakageCheck[]> {
  const geometry = geometryOfCellCount(dataset.metadata.sequenceLength);
  if (geometry === undefined) return [noSudoku(dataset)];
  const checks: LeakageCheck[] = [];
  const found: Partial<Record<SplitName, WrittenSplit>> = {};
  for (const name of splitNames) {
    const split = { name, geometry, split: dataset.split(name), options };
    const { check, ratings } = await solveExamples(split);
    const compared = await compareGroups(split, ratings);
    found[name] = compared.written;
    checks.push(check, compared.check);
    checks.push(...checkSplitCard(dataset, name, recompute(compared.written.card, split, ratings)));
  }
  const { train, test } = found;
  if (train === undefined || test === undefined) return checks;
  const leakage = checkLeakage(geometry, train, test);
  return [...checks, ...leakage, ...checkLeakageCard(dataset, leakage)];
}

function noSudoku({ metadata }: Dataset): LeakageCheck {
  const result = `${metadata.sequenceLength} cells are no Sudoku of 4×4, 6×6 or 9×9.`;
  return { name: 'Sudoku grids', result, passed: false };
}

async function solveExamples({ name, geometry, split, options }: SudokuSplit) {
  const solve = createSolver(geometry);
  const examples = pickExamples(split.exampleCount, options.sampleSize, name);
  const ratings: Ratings = new Map();
  const wrong: string[] = [];
  for (const [index, example] of examples.entries()) {
    const { puzzle, solution } = readExample(split, example, geometry);
    const { solutionCount, grid, guesses } = solve(puzzle);
    ratings.set(example, guesses);
    if (solutionCount !== 1 || grid === undefined) {
      wrong.push(`example ${example} has ${solutionCount === 0 ? 'no solution' : 'several solutions'}`);
    } else if (formatGrid(grid) !== formatGrid(solution))
      wrong.push(`example ${example} has another solution`);
    const progress = { phase: `solving ${name} puzzles`, done: index + 1, total: examples.length };
    options.onProgress({ ...progress, unit: 'puzzles' });
    await options.pace();
  }
  const check = {
    name: `One solution, ${name} split`,
    result: `${examples.length} of ${split.exampleCount} examples solved; ${describeWrong(wrong)}.`,
    passed: wrong.length === 0,
  };
  return { check, ratings };
}

/** Compares the copies in each group with the first example, the original, and gathers what the originals are. */
async function compareGroups({ name, geometry, split, options }: SudokuSplit, ratings: Ratings) {
  const canonicalize = createCanonicalizer(geometry);
  const keyOf = (grid: Uint8Array) =>
    geometry.size === 4 ? gridKey(grid) : gridKey(canonicalize(grid).grid);
  const facts = new SplitFacts();
  const wrong: string[] = [];
  let compared = 0;
  for (let group = 0; group < split.groupCount; group++) {
    const [first, end] = examplesOfGroup(split, group);
    const original = readExample(split, first, geometry);
    const classKey = keyOf(original.solution);
    facts.add({ ...original, classKey, rating: ratings.get(first) ?? 0 });
    for (const copy of pickCopies(first, end, options.sampleSize, name, group)) {
      const { puzzle, solution } = readExample(split, copy, geometry);
      const isCopy = countClues(puzzle) === countClues(original.puzzle) && keyOf(solution) === classKey;
      if (!isCopy) wrong.push(`example ${copy} is no copy of example ${first}`);
      compared++;
      await options.pace();
    }
    const progress = { phase: `comparing ${name} solutions`, done: group + 1, total: split.groupCount };
    options.onProgress({ ...progress, unit: 'groups' });
    await options.pace();
  }
  const copyCount = split.exampleCount - split.groupCount;
  const check = {
    name: `Augmentations, ${name} split`,
    result:
      `${compared} of ${copyCount} copies were compared with the original of their group: same clues, same class of ` +
      `solution grids; ${describeWrong(wrong)}.`,
    passed: wrong.length === 0,
  };
  const { classKeys, puzzleKeys } = facts;
  const written: WrittenSplit = {
    card: facts.describe(split.exampleCount, split.groupCount),
    classKeys,
    puzzleKeys,
  };
  return { check, written };
}

/** What can be said of the card's numbers: ratings only where every original was solved, file ratings never. */
function recompute(
  { counts, distributions }: SplitCard,
  { split, options: { sampleSize } }: SudokuSplit,
  ratings: Ratings,
): RecomputedSplit {
  const isSampled = ratings.size < split.exampleCount;
  return {
    counts,
    distributions,
    unknown: {
      ...(isSampled ? { 'rating (guesses)': `only ${sampleSize} puzzles were solved` } : {}),
      'rating in the file': 'it stands in the imported file only',
    },
  };
}

function examplesOfGroup(split: DatasetSplit, group: number): [first: number, end: number] {
  const puzzles = split.groupIndices.subarray(group, group + 2);
  const [first = 0, end = 0] = [...puzzles].map((puzzle) => split.puzzleIndices[puzzle] ?? 0);
  return [first, end];
}

/** All copies of a group, or one where only a sample of the split is looked at. */
function pickCopies(first: number, end: number, sampleSize: number, split: SplitName, group: number) {
  const copyCount = end - first - 1;
  if (sampleSize === 0) return Array.from({ length: copyCount }, (_, index) => first + 1 + index);
  if (copyCount === 0) return [];
  return [first + 1 + createRandom(0, 'verify copy', split, group).integer(copyCount)];
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
