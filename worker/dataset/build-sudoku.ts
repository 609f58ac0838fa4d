// Generates a Sudoku dataset. Training and test puzzles never share a solution grid (4×4) or a symmetry class of
// solution grids (6×6, 9×9); every puzzle has one solution and no puzzle comes twice.

import type { SudokuBuild } from '../../common/config/dataset.ts';
import { UserError } from '../../common/errors.ts';
import { createCanonicalizer } from '../../common/puzzles/sudoku/canonical.ts';
import { type GeneratedPuzzle, tryGeneratePuzzle } from '../../common/puzzles/sudoku/generate.ts';
import { sudokuGeometry } from '../../common/puzzles/sudoku/geometry.ts';
import { createSolver, type Solver } from '../../common/puzzles/sudoku/solver.ts';
import { formatGrid, gridKey } from '../../common/puzzles/sudoku/text.ts';
import { createRandom, type Random } from '../../common/random.ts';
import type { BuildContext, BuildOutcome } from './builder.ts';
import type { SplitName } from './layout.ts';
import { createPacer, type Pacer } from './pacer.ts';
import { describeGeneratedSudoku } from './sudoku-card.ts';
import { createSolutionSources, type SolutionSource } from './sudoku-solutions.ts';
import { type SudokuPuzzle, type SudokuSplitOptions, writeSudokuSplit } from './sudoku-split.ts';

/** Tries for one puzzle before its limits are called impossible. */
const mostTries = 20_000;

export async function buildSudoku(context: BuildContext<SudokuBuild>): Promise<BuildOutcome> {
  const { build, folder, signal, onProgress } = context;
  const geometry = sudokuGeometry(build.size);
  const pace = createPacer(signal);
  const sources = createSolutionSources(build);
  const total = build.testPuzzles + build.trainPuzzles;
  let done = 0;
  const reportPuzzle = () =>
    onProgress({ phase: 'generating puzzles', done: ++done, total, unit: 'puzzles' });
  const options = (split: SplitName): SudokuSplitOptions => ({
    folder,
    split,
    geometry,
    augmentations: split === 'train' ? build.augmentations : 0,
    seed: build.seed,
    pace,
  });
  const test = await writeSudokuSplit(
    options('test'),
    generatePuzzles(build, 'test', sources.test, pace, reportPuzzle),
  );
  const train = await writeSudokuSplit(
    options('train'),
    generatePuzzles(build, 'train', sources.train, pace, reportPuzzle),
  );
  return { draft: describeGeneratedSudoku(build, sources, train, test) };
}

async function* generatePuzzles(
  build: SudokuBuild,
  split: SplitName,
  source: SolutionSource,
  pace: Pacer,
  onPuzzle: () => void,
): AsyncGenerator<SudokuPuzzle> {
  const geometry = sudokuGeometry(build.size);
  const solve = createSolver(geometry);
  const canonicalize = createCanonicalizer(geometry);
  const seen = new Set<string>();
  const count = split === 'train' ? build.trainPuzzles : build.testPuzzles;
  for (let index = 0; index < count; index++) {
    const solution = source.draw(index);
    const random = createRandom(build.seed, split, index);
    const generated = await generateDistinct(build, solution, seen, random, solve, pace);
    const classKey = build.size === 4 ? gridKey(solution) : gridKey(canonicalize(solution).grid);
    yield { puzzle: generated.puzzle, solution, classKey, rating: generated.rating };
    onPuzzle();
  }
}

async function generateDistinct(
  build: SudokuBuild,
  solution: Uint8Array,
  seen: Set<string>,
  random: Random,
  solve: Solver,
  pace: Pacer,
): Promise<GeneratedPuzzle> {
  const geometry = sudokuGeometry(build.size);
  let repeated = 0;
  for (let tries = 0; tries < mostTries; tries++) {
    await pace();
    const generated = tryGeneratePuzzle(geometry, solution, build, random, solve);
    if (generated === undefined) continue;
    const key = gridKey(generated.puzzle);
    if (!seen.has(key)) {
      seen.add(key);
      return generated;
    }
    repeated++;
  }
  throw tooFewPuzzles(build, solution, repeated);
}

function tooFewPuzzles(build: SudokuBuild, solution: Uint8Array, repeated: number): UserError {
  const { size, minimumClues, maximumClues, minimumRating } = build;
  const limits = [
    `at least ${minimumClues} clues`,
    ...(maximumClues > 0 ? [`at most ${maximumClues} clues`] : []),
    ...(minimumRating > 0 ? [`a rating of at least ${minimumRating}`] : []),
  ].join(', ');
  const found =
    repeated > 0
      ? `${repeated} of ${mostTries} tries met the limits, but each gave a puzzle that the dataset already has`
      : `none of ${mostTries} tries met the limits`;
  return new UserError({
    what: `There are too few different ${size}×${size} Sudoku puzzles with ${limits}`,
    where: `solution grid ${formatGrid(solution)}`,
    found,
    remedy: 'ask for fewer puzzles, or widen minimumClues, maximumClues and minimumRating',
  });
}
