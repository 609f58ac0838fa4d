// Grids of the Abstraction and Reasoning Corpus: up to 30 × 30 cells of ten colours. A grid that was read here is
// rectangular, not empty and has valid colours only.

import type { Grid } from '../dihedral.ts';

/** The longest side that a grid of ARC can have. */
export const largestSide = 30;
export const colourCount = 10;

/** What is wrong with a grid. */
export interface GridFault {
  /** Row and column, counted from 1; undefined where the grid as a whole is meant. */
  place?: string;
  found: string;
  expected: string;
}

/** The grid that a JSON value holds as a list of rows, or what is wrong with it. */
export function readGrid(value: unknown): Grid | GridFault {
  if (!Array.isArray(value)) return { found: describe(value), expected: 'a grid: a list of rows' };
  const rows: unknown[] = value;
  if (rows.length === 0) return { found: 'an empty grid', expected: 'at least one row' };
  if (rows.length > largestSide) {
    return { found: `${rows.length} rows`, expected: `at most ${largestSide} rows` };
  }
  const [first] = rows;
  const columns = Array.isArray(first) ? first.length : 0;
  const grid = new Uint8Array(rows.length * columns);
  for (const [row, cells] of rows.entries()) {
    const fault = readRow(cells, row, columns, grid);
    if (fault !== undefined) return fault;
  }
  return { grid, rows: rows.length, columns };
}

function readRow(cells: unknown, row: number, columns: number, grid: Uint8Array): GridFault | undefined {
  const place = `row ${row + 1}`;
  if (!Array.isArray(cells)) return { place, found: describe(cells), expected: 'a row: a list of colours' };
  if (cells.length === 0) return { place, found: 'an empty row', expected: 'at least one cell' };
  if (cells.length > largestSide) {
    return { place, found: `${cells.length} cells`, expected: `at most ${largestSide} cells` };
  }
  if (cells.length !== columns) {
    return { place, found: `${cells.length} cells`, expected: `${columns} cells, as in row 1` };
  }
  for (const [column, colour] of cells.entries()) {
    if (!(Number.isInteger(colour) && colour >= 0 && colour < colourCount)) {
      const cell = `${place}, column ${column + 1}`;
      return { place: cell, found: describe(colour), expected: 'a colour: a whole number from 0 to 9' };
    }
    grid[row * columns + column] = colour;
  }
  return undefined;
}

/** The grid as JSON files hold it: a list of rows. */
export function gridToRows({ grid, rows, columns }: Grid): number[][] {
  return Array.from({ length: rows }, (_, row) => [...grid.subarray(row * columns, (row + 1) * columns)]);
}

/** One byte for the rows, one for the columns, then the cells: equal for equal grids only. */
export function gridBytes({ grid, rows, columns }: Grid): Uint8Array {
  return Uint8Array.of(rows, columns, ...grid);
}

/** `gridBytes` as a text that can be a key. */
export function gridKey(grid: Grid): string {
  return String.fromCharCode(...gridBytes(grid));
}

function describe(value: unknown): string {
  return value === undefined ? 'nothing' : (JSON.stringify(value) ?? String(value)).slice(0, 60);
}
