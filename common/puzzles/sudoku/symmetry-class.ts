// Symmetry classes of Sudoku: how many grids are in one, which classes there are, and when two puzzles are the same.

import { type CanonicalForm, createCanonicalizer } from './canonical.ts';
import { type Geometry, sudokuGeometry } from './geometry.ts';
import { createSolver } from './solver.ts';
import { applySymmetry, factorials, lineOrderCount } from './symmetry.ts';
import { gridKey } from './text.ts';

/**
 * The canonical form of a puzzle with the one solution whose canonical form is given: the least of the puzzles that
 * the symmetries leading to it make. Puzzles are the same up to symmetry exactly when these are equal.
 */
export function canonicalPuzzle(
  geometry: Geometry,
  puzzle: ArrayLike<number>,
  solution: CanonicalForm,
): Uint8Array {
  const [first, ...rest] = solution.symmetries.map((symmetry) => applySymmetry(geometry, symmetry, puzzle));
  if (first === undefined) throw new Error('a canonical form has at least one symmetry');
  return rest.reduce((least, other) => (isLess(other, least) ? other : least), first);
}

function isLess(one: Uint8Array, other: Uint8Array): boolean {
  const place = one.findIndex((value, index) => value !== other[index]);
  return place >= 0 && one[place]! < other[place]!;
}

/** The number of different grids that symmetries make of a grid with this canonical form. */
export function classSize(geometry: Geometry, solution: CanonicalForm): number {
  return symmetryCount(geometry) / solution.symmetries.length;
}

/** The number of symmetries of this size, relabellings included. */
export function symmetryCount({ size, boxRows, boxColumns, transposable }: Geometry): number {
  const orders = lineOrderCount(size, boxRows) * lineOrderCount(size, boxColumns);
  return factorials[size] * orders * (transposable ? 2 : 1);
}

/** All 288 grids of 4×4. */
export function allGrids4(): Uint8Array[] {
  const grids: Uint8Array[] = [];
  const empty = new Uint8Array(16);
  createSolver(sudokuGeometry(4))(empty, {
    limit: Number.POSITIVE_INFINITY,
    onSolution: (grid) => grids.push(grid.slice()),
  });
  return grids;
}

/**
 * The canonical forms of all 49 symmetry classes of 6×6 grids. Relabelling and column permutations bring any grid to
 * one whose first row is 1 to 6 and whose second row begins with 4 5 6, so it suffices to look at those.
 */
export function allClasses6(): CanonicalForm[] {
  const geometry = sudokuGeometry(6);
  const canonicalize = createCanonicalizer(geometry);
  const classes = new Map<string, CanonicalForm>();
  const start = new Uint8Array(36);
  start.set([1, 2, 3, 4, 5, 6, 4, 5, 6]);
  createSolver(geometry)(start, {
    limit: Number.POSITIVE_INFINITY,
    onSolution: (solution) => {
      const form = canonicalize(solution);
      classes.set(gridKey(form.grid), form);
    },
  });
  return [...classes.values()];
}
