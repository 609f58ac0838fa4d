// Looks at the givens of a Sudoku one at a time.

import type { Geometry } from '../../common/puzzles/sudoku/geometry.ts';

/** Cells that share a row, a column or a box with `cell`, itself left out. */
export function peers({ cellCount, rowUnit, columnUnit, boxUnit }: Geometry, cell: number): number[] {
  return Array.from({ length: cellCount }, (_, other) => other).filter(
    (other) => other !== cell && [rowUnit, columnUnit, boxUnit].some((units) => units[other] === units[cell]),
  );
}

/** Digits other than the one in `cell` that no given beside it forbids. */
export function allowedDigits(geometry: Geometry, digits: Uint8Array, cell: number): number[] {
  const taken = new Set(peers(geometry, cell).map((other) => digits[other]));
  const all = Array.from({ length: geometry.size }, (_, index) => index + 1);
  return all.filter((digit) => digit !== digits[cell] && !taken.has(digit));
}

/** The cells that hold a given. */
export function cellsOfGivens(digits: Uint8Array): number[] {
  return [...digits.entries()].flatMap(([cell, digit]) => (digit === 0 ? [] : [cell]));
}
