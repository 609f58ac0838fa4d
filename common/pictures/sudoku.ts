// A Sudoku as a grid with box lines. In the solution the digits that were not given stand out.

import { geometryOfCellCount } from '../puzzles/sudoku/geometry.ts';
import { cellPixels, cellsOf, type Drawing, type Grid } from './grid.ts';
import { accent, centredText, ink, line } from './svg.ts';

/** Draws `grid`; digits that `givens` has too are those that were given. Undefined for grids that are no Sudoku. */
export function drawSudoku(grid: Grid, givens: Grid): Drawing | undefined {
  const geometry = geometryOfCellCount(grid.rows * grid.columns);
  if (geometry?.size !== grid.rows) return undefined;
  const cell = cellPixels(grid);
  const size = grid.rows * cell;
  const body: string[] = [];
  for (let index = 0; index <= grid.rows; index++) {
    body.push(line(0, index * cell, size, index * cell, index % geometry.boxRows === 0 ? 2 : 0.5));
    body.push(line(index * cell, 0, index * cell, size, index % geometry.boxColumns === 0 ? 2 : 0.5));
  }
  for (const { row, column, name } of cellsOf(grid)) {
    if (!isDigit(name)) continue;
    const isGiven = isDigit(givens.names[row * grid.columns + column]);
    const [x, y] = [(column + 0.5) * cell, (row + 0.5) * cell];
    body.push(centredText(x, y, Math.round(cell * 0.6), isGiven ? ink : accent, name));
  }
  return { width: size, height: size, body, description: describe(grid) };
}

function isDigit(name: string | null | undefined): name is string {
  return typeof name === 'string' && /^[1-9]$/.test(name);
}

/** Rows of digits, points for blanks. */
function describe({ rows, columns, names }: Grid): string {
  const text = names.map((name) => (isDigit(name) ? name : '.')).join('');
  return Array.from({ length: rows }, (_, row) => text.slice(row * columns, (row + 1) * columns)).join(' ');
}
