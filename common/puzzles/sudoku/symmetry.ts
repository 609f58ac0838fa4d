// The symmetries of Sudoku grids: relabelling digits, permuting bands, stacks, rows in a band and columns in a
// stack, and mirroring at the diagonal where the box shape allows it. Used for augmentation, as the reference does.

import type { Random } from '../../random.ts';
import type { Geometry } from './geometry.ts';

/**
 * Mirror first where `transpose` is set, then `new[i][j] = old[rows[i]][columns[j]]`, then `digits[old digit]`
 * (`digits[0]` is 0: blanks stay blank).
 */
export interface Symmetry {
  transpose: boolean;
  rows: Uint8Array;
  columns: Uint8Array;
  digits: Uint8Array;
}

/** Factorials of 0 to 9. */
export const factorials = [1, 1, 2, 6, 24, 120, 720, 5040, 40320, 362880] as const;
const firstNumbers = Uint8Array.from({ length: 9 }, (_, number) => number);
/** Scratch of `orderLines`. */
const groups = new Uint8Array(9);

export function identitySymmetry(geometry: Geometry): Symmetry {
  const { size } = geometry;
  return {
    transpose: false,
    rows: Uint8Array.from({ length: size }, (_, row) => row),
    columns: Uint8Array.from({ length: size }, (_, column) => column),
    digits: Uint8Array.from({ length: size + 1 }, (_, digit) => digit),
  };
}

/**
 * Overwrites `symmetry` with one drawn evenly from all symmetries of this size. One random number makes each order:
 * its digits in mixed radix are the choices of a shuffle.
 */
export function drawSymmetry(geometry: Geometry, random: Random, symmetry: Symmetry): void {
  const { size, boxRows, boxColumns } = geometry;
  for (let digit = 1; digit <= size; digit++) symmetry.digits[digit] = digit;
  shuffleRange(symmetry.digits, 1, size, random.integer(factorials[size]!));
  symmetry.transpose = geometry.transposable && random.integer(2) === 1;
  orderLines(symmetry.rows, boxRows, random.integer(lineOrderCount(size, boxRows)));
  orderLines(symmetry.columns, boxColumns, random.integer(lineOrderCount(size, boxColumns)));
}

/** In how many orders lines can stand when groups of `groupSize` lines stay together. */
export function lineOrderCount(lineCount: number, groupSize: number): number {
  const groupCount = lineCount / groupSize;
  return factorials[groupCount]! * factorials[groupSize]! ** groupCount;
}

/** A symmetry drawn evenly from all symmetries of this size. */
export function randomSymmetry(geometry: Geometry, random: Random): Symmetry {
  const symmetry = identitySymmetry(geometry);
  drawSymmetry(geometry, random, symmetry);
  return symmetry;
}

/** Writes to `source[i]` the cell of the old grid that comes to place i. */
export function fillCellSources(geometry: Geometry, symmetry: Symmetry, source: Uint8Array): void {
  const { size } = geometry;
  const rowStep = symmetry.transpose ? 1 : size;
  const columnStep = symmetry.transpose ? size : 1;
  let place = 0;
  for (let row = 0; row < size; row++) {
    const start = symmetry.rows[row]! * rowStep;
    for (let column = 0; column < size; column++)
      source[place++] = start + symmetry.columns[column]! * columnStep;
  }
}

/** The grid after the symmetry. */
export function applySymmetry(geometry: Geometry, symmetry: Symmetry, cells: ArrayLike<number>): Uint8Array {
  const source = new Uint8Array(geometry.cellCount);
  fillCellSources(geometry, symmetry, source);
  return source.map((cell) => symmetry.digits[cells[cell] ?? 0]!);
}

/** Permutes groups of `groupSize` lines and the lines within each group; `choice` names one of all orders. */
function orderLines(lines: Uint8Array, groupSize: number, choice: number): void {
  const groupCount = lines.length / groupSize;
  groups.set(firstNumbers.subarray(0, groupCount));
  let rest = shuffleRange(groups, 0, groupCount, choice);
  for (let line = 0; line < lines.length; line++) {
    lines[line] = groups[Math.floor(line / groupSize)]! * groupSize + (line % groupSize);
  }
  for (let start = 0; start < lines.length; start += groupSize)
    rest = shuffleRange(lines, start, groupSize, rest);
}

/** Shuffles `length` items from `start` on by the lowest digits of `choice` and returns its other digits. */
function shuffleRange(items: Uint8Array, start: number, length: number, choice: number): number {
  let rest = choice | 0;
  for (let last = length - 1; last > 0; last--) {
    const other = start + (rest % (last + 1));
    rest = (rest / (last + 1)) | 0;
    const kept = items[start + last]!;
    items[start + last] = items[other]!;
    items[other] = kept;
  }
  return rest;
}
