// An example of a dataset as its pictures see it: names of tokens in a grid instead of numbers in a row.

import type { Vocabulary } from '../dataset-card.ts';

/** The meaning of token 0 in every vocabulary of this app. */
const padding = 'padding';

export interface Grid {
  rows: number;
  columns: number;
  /** The name of the token of each cell, row by row; null where there is none, or where a label counts for nothing. */
  names: readonly (string | null)[];
}

/** What a domain draws for one of the two grids of an example. `body` begins at the origin. */
export interface Drawing {
  width: number;
  height: number;
  body: readonly string[];
  /** The same in words, for those who cannot see it. */
  description: string;
}

export function gridOf(vocabulary: Vocabulary, tokens: ArrayLike<number>): Grid {
  const { gridRows: rows, gridColumns: columns } = vocabulary;
  const names = Array.from({ length: rows * columns }, (_, cell) => {
    const name = vocabulary.tokens[tokens[cell] ?? -1] ?? null;
    return name === padding ? null : name;
  });
  return { rows, columns, names };
}

/** Pixels of a square cell, so that grids of any size come out at about the same size. */
export function cellPixels({ rows, columns }: Pick<Grid, 'rows' | 'columns'>): number {
  return Math.max(6, Math.min(26, Math.floor(240 / Math.max(rows, columns))));
}

/** The part of a grid that holds all cells with names; null when there are none. */
export function cropped({ columns, names }: Grid): Grid | null {
  const cells = names.flatMap((name, cell) => (name === null ? [] : [cell]));
  if (cells.length === 0) return null;
  const rowsUsed = cells.map((cell) => Math.floor(cell / columns));
  const columnsUsed = cells.map((cell) => cell % columns);
  const [top, bottom] = [Math.min(...rowsUsed), Math.max(...rowsUsed)];
  const [left, right] = [Math.min(...columnsUsed), Math.max(...columnsUsed)];
  const kept = names.filter((_, cell) => {
    const [row, column] = [Math.floor(cell / columns), cell % columns];
    return row >= top && row <= bottom && column >= left && column <= right;
  });
  return { rows: bottom - top + 1, columns: right - left + 1, names: kept };
}

/** The cells of a grid with where they lie. */
export function* cellsOf({ rows, columns, names }: Grid) {
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      yield { row, column, name: names[row * columns + column] ?? null };
    }
  }
}

/** `row 3, column 5`: counted from 1. */
export function placeName(row: number, column: number): string {
  return `row ${row + 1}, column ${column + 1}`;
}
