// Makes Sudoku puzzles that are new to a dataset: their solution (4×4) or its whole symmetry class (6×6, 9×9) is not
// in the training split, and the puzzle itself is not in the test split.

import { UserError } from '../../common/errors.ts';
import { type PuzzleLimits, randomGrid, tryGeneratePuzzle } from '../../common/puzzles/sudoku/generate.ts';
import { createSolver } from '../../common/puzzles/sudoku/solver.ts';
import { gridKey } from '../../common/puzzles/sudoku/text.ts';
import { createRandom } from '../../common/random.ts';
import type { Dataset } from '../dataset/open.ts';
import { createPacer } from '../dataset/pacer.ts';
import type { GenerationRequest } from './domains.ts';
import type { SudokuTokens } from './sudoku.ts';
import { readTrainingSolutions } from './training-solutions.ts';

/** Tries for one puzzle before it is called impossible. */
const MOST_TRIES = 20_000;

/** `count` different puzzles in tokens, each with one solution; the same seed gives the same. */
export async function generateFreshSudoku(
  tokens: SudokuTokens,
  dataset: Dataset,
  { count, seed, context }: GenerationRequest,
): Promise<Int32Array[]> {
  const { geometry } = tokens;
  const training = await readTrainingSolutions(dataset.split('train'), tokens, context);
  const known = readTestPuzzles(dataset, tokens);
  const limits = limitsOf(dataset);
  const solve = createSolver(geometry);
  const pace = createPacer(context.signal);

  function tryPuzzle(random: ReturnType<typeof createRandom>): Uint8Array | undefined {
    const grid = randomGrid(geometry, random, solve);
    if (training.has(grid)) return undefined;
    const puzzle = tryGeneratePuzzle(geometry, grid, limits, random, solve)?.puzzle;
    return puzzle === undefined || known.has(gridKey(puzzle)) ? undefined : puzzle;
  }

  const puzzles: Int32Array[] = [];
  while (puzzles.length < count) {
    context.progress('generating puzzles', puzzles.length, count, 'puzzles');
    const random = createRandom(seed, 'fresh puzzle', puzzles.length);
    let puzzle: Uint8Array | undefined;
    for (let tries = 0; puzzle === undefined; tries++) {
      if (tries === MOST_TRIES) throw tooFewPuzzles(dataset, puzzles.length, count);
      puzzle = tryPuzzle(random);
      await pace();
    }
    known.add(gridKey(puzzle));
    puzzles.push(tokens.fromDigits(puzzle));
  }
  context.progress('generating puzzles', count, count, 'puzzles');
  return puzzles;
}

/** As difficult as the dataset's own puzzles, as far as its card says how they were made. */
function limitsOf({ card }: Dataset): PuzzleLimits {
  if (card?.build.kind === 'sudoku') return card.build;
  const clues = card?.splits.test.distributions.clues;
  return { minimumClues: clues?.minimum ?? 0, maximumClues: clues?.maximum ?? 0, minimumRating: 0 };
}

function readTestPuzzles(dataset: Dataset, { geometry, toDigits }: SudokuTokens): Set<string> {
  const split = dataset.split('test');
  const cells = new Int32Array(geometry.cellCount);
  const keys = new Set<string>();
  for (let example = 0; example < split.exampleCount; example++) {
    split.copyInputs(example, cells, 0);
    keys.add(gridKey(toDigits(cells)));
  }
  return keys;
}

function tooFewPuzzles(dataset: Dataset, found: number, wanted: number): UserError {
  return new UserError({
    what: 'There are too few puzzles that are new to the dataset',
    where: dataset.folder,
    found: `${found} puzzles, and none in the next ${MOST_TRIES} tries`,
    expected: `${wanted} puzzles whose solutions are not in the training split`,
    remedy: 'ask for fewer puzzles, or draw them from the test split',
  });
}
