// Generates Sudoku: random full grids, and puzzles with exactly one solution dug out of a full grid.

import type { Random } from '../../random.ts';
import type { Geometry } from './geometry.ts';
import { createSolver, type Solver } from './solver.ts';

/** A random full grid. Every grid can come up, but not all are equally likely. */
export function randomGrid(
  geometry: Geometry,
  random: Random,
  solve: Solver = createSolver(geometry),
): Uint8Array {
  const { grid } = solve(new Uint8Array(geometry.cellCount), { limit: 1, random });
  if (grid === undefined) throw new Error('an empty Sudoku grid always has a solution');
  return grid;
}

/**
 * A puzzle whose only solution is `grid`: cells are blanked in random order as long as the solution stays unique,
 * down to `targetClues` givens or to a puzzle where every given is needed, whichever comes first.
 */
export function digPuzzle(
  geometry: Geometry,
  grid: Uint8Array,
  targetClues: number,
  random: Random,
  solve: Solver = createSolver(geometry),
): Uint8Array {
  const puzzle = Uint8Array.from(grid);
  let clues = geometry.cellCount;
  for (const cell of random.permutation(geometry.cellCount)) {
    if (clues <= targetClues) break;
    puzzle[cell] = 0;
    if (solve(puzzle, { limit: 2 }).solutionCount === 1) clues--;
    else puzzle[cell] = grid[cell]!;
  }
  return puzzle;
}

/** The number of givens. */
export function countClues(puzzle: Uint8Array): number {
  let clues = 0;
  for (let cell = 0; cell < puzzle.length; cell++) if (puzzle[cell] !== 0) clues++;
  return clues;
}

export interface PuzzleLimits {
  /** Fewest givens; 0 means as few as keep the solution unique. */
  minimumClues: number;
  /** Most givens; 0 means no limit. */
  maximumClues: number;
  /** Lowest number of guesses. */
  minimumRating: number;
}

export interface GeneratedPuzzle {
  puzzle: Uint8Array;
  clues: number;
  rating: number;
}

/**
 * One try at a puzzle of `grid` within the limits; undefined when the puzzle that came up is outside them.
 * The number of givens aimed at is drawn evenly from minimumClues .. maximumClues, so that a range gives easy
 * and hard puzzles alike; without a maximum it is minimumClues.
 */
export function tryGeneratePuzzle(
  geometry: Geometry,
  grid: Uint8Array,
  limits: PuzzleLimits,
  random: Random,
  solve: Solver,
): GeneratedPuzzle | undefined {
  const { minimumClues, maximumClues, minimumRating } = limits;
  const spread = Math.max(0, maximumClues - minimumClues);
  const puzzle = digPuzzle(geometry, grid, minimumClues + random.integer(spread + 1), random, solve);
  const clues = countClues(puzzle);
  if (maximumClues > 0 && clues > maximumClues) return undefined;
  const rating = solve(puzzle).guesses;
  return rating < minimumRating ? undefined : { puzzle, clues, rating };
}
