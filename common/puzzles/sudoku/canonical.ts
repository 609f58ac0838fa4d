// The canonical form of a Sudoku: of all grids that symmetries make of it, the one that comes first when read row
// by row. Two grids are the same up to symmetry exactly when their canonical forms are equal.

import type { Geometry } from './geometry.ts';
import type { Symmetry } from './symmetry.ts';

export interface CanonicalForm {
  grid: Uint8Array;
  /** Every symmetry that leads to `grid`; their number is the number of symmetries of the grid itself. */
  symmetries: Symmetry[];
}

/** The canonical form of a full grid, with the symmetries that lead to it. */
export type Canonicalizer = (grid: ArrayLike<number>) => CanonicalForm;

/**
 * A canonicalizer with its own buffers. The first row is made 1, 2, 3, … by relabelling, whichever row it was.
 * For every choice of the first two rows and of the order of the stacks, the columns are then placed one by one so
 * that the second row comes out least, and every choice that is already greater than the best is dropped.
 */
export function createCanonicalizer(geometry: Geometry): Canonicalizer {
  const { size, boxRows, boxColumns, cellCount, transposable } = geometry;
  const stackOrders = permutations(size / boxColumns);
  const lines = [new Uint8Array(cellCount), new Uint8Array(cellCount)];
  const best = new Uint8Array(cellCount);
  const candidate = new Uint8Array(cellCount);
  /** Column of the old grid at each place (-1 while free), and the digit map (0 while open). */
  const columns = new Int8Array(size);
  const labels = new Uint8Array(size + 1);
  const columnOfDigit = new Uint8Array(size + 1);
  /** First place of the stack that a column goes to, and first column of the stack that comes to a place. */
  const stackStart = new Uint8Array(size);
  const firstColumnAt = new Uint8Array(size);
  /** Rows of the old grid in their new order, and what they are ordered by. */
  const rows = new Uint8Array(size);
  const rank = new Uint8Array(size);
  let cells = lines[0]!;
  let transposed = false;
  let firstRow = 0;
  let secondRow = 0;
  let symmetries: Symmetry[] = [];

  /** Places the columns from `place` on; the second row up to there equals the best one so far. */
  function placeColumns(place: number): void {
    if (place === size) {
      compareRemainingRows();
      return;
    }
    if (columns[place]! >= 0) {
      placeSecondRowDigit(place);
      return;
    }
    const firstColumn = firstColumnAt[place]!;
    for (let column = firstColumn; column < firstColumn + boxColumns; column++) {
      const digit = cells[firstRow * size + column]!;
      if (labels[digit] !== 0) continue;
      columns[place] = column;
      labels[digit] = place + 1;
      placeSecondRowDigit(place);
      labels[digit] = 0;
      columns[place] = -1;
    }
  }

  /** Gives the digit below the column at `place` the least label that it can have, and goes on. */
  function placeSecondRowDigit(place: number): void {
    const digit = cells[secondRow * size + columns[place]!]!;
    const known = labels[digit]!;
    if (known !== 0) {
      if (isNotGreater(size + place, known)) placeColumns(place + 1);
      return;
    }
    const column = columnOfDigit[digit]!;
    const free = firstFreePlace(stackStart[column]!);
    if (!isNotGreater(size + place, free + 1)) return;
    columns[free] = column;
    labels[digit] = free + 1;
    placeColumns(place + 1);
    labels[digit] = 0;
    columns[free] = -1;
  }

  function firstFreePlace(start: number): number {
    let place = start;
    while (columns[place]! >= 0) place++;
    return place;
  }

  /** Compares one cell with the best grid; a smaller value replaces it and makes all later cells of it void. */
  function isNotGreater(cell: number, value: number): boolean {
    const bestValue = best[cell]!;
    if (value > bestValue) return false;
    if (value < bestValue) {
      best[cell] = value;
      best.fill(255, cell + 1);
      symmetries = [];
    }
    return true;
  }

  function compareRemainingRows(): void {
    orderRows();
    let smaller = false;
    let place = 2 * size;
    for (let line = 2; line < size; line++) {
      const start = rows[line]! * size;
      for (let column = 0; column < size; column++, place++) {
        const value = labels[cells[start + columns[column]!]!]!;
        candidate[place] = value;
        if (smaller) continue;
        if (value > best[place]!) return;
        smaller = value < best[place]!;
      }
    }
    if (smaller) {
      best.set(candidate.subarray(2 * size), 2 * size);
      symmetries = [];
    }
    symmetries.push({
      transpose: transposed,
      rows: rows.slice(),
      columns: Uint8Array.from(columns),
      digits: labels.slice(),
    });
  }

  /** The first two rows as chosen, then the order that is least: rows in a band, and bands, by their first cell. */
  function orderRows(): void {
    const firstBand = firstRow - (firstRow % boxRows);
    for (let band = 0; band < size; band += boxRows) {
      let least: number = size;
      for (let row = band; row < band + boxRows; row++) least = Math.min(least, firstCell(row));
      const bandRank = band === firstBand ? 0 : least;
      for (let row = band; row < band + boxRows; row++) rank[row] = bandRank * 16 + firstCell(row);
    }
    rank[firstRow] = 0;
    rank[secondRow] = 0;
    rows[0] = firstRow;
    rows[1] = secondRow;
    let filled = 2;
    for (let row = 0; row < size; row++) {
      if (row === firstRow || row === secondRow) continue;
      let line = filled++;
      for (; rank[rows[line - 1]!]! > rank[row]!; line--) rows[line] = rows[line - 1]!;
      rows[line] = row;
    }
  }

  function firstCell(row: number): number {
    return labels[cells[row * size + columns[0]!]!]!;
  }

  function tryRowPair(first: number, second: number): void {
    firstRow = first;
    secondRow = second;
    for (let column = 0; column < size; column++) columnOfDigit[cells[first * size + column]!] = column;
    for (const order of stackOrders) {
      for (let place = 0; place < size; place++) {
        const firstColumn = order[Math.floor(place / boxColumns)]! * boxColumns;
        firstColumnAt[place] = firstColumn;
        stackStart[firstColumn + (place % boxColumns)] = place - (place % boxColumns);
      }
      placeColumns(0);
    }
  }

  return (grid) => {
    fillLines(grid, lines, size);
    for (let place = 0; place < cellCount; place++) best[place] = place < size ? place + 1 : 255;
    symmetries = [];
    columns.fill(-1);
    labels.fill(0);
    for (let mirror = 0; mirror < (transposable ? 2 : 1); mirror++) {
      cells = lines[mirror]!;
      transposed = mirror === 1;
      for (let first = 0; first < size; first++) {
        const band = first - (first % boxRows);
        for (let second = band; second < band + boxRows; second++)
          if (second !== first) tryRowPair(first, second);
      }
    }
    return { grid: best.slice(), symmetries };
  };
}

function fillLines(grid: ArrayLike<number>, lines: Uint8Array[], size: number): void {
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const digit = grid[row * size + column]!;
      lines[0]![row * size + column] = digit;
      lines[1]![column * size + row] = digit;
    }
  }
}

function permutations(length: number): number[][] {
  if (length === 0) return [[]];
  return permutations(length - 1).flatMap((shorter) =>
    Array.from({ length }, (_, place) => shorter.toSpliced(place, 0, length - 1)),
  );
}
