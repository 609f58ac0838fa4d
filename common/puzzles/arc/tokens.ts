// ARC grids as tokens on a square frame, and back: 0 padding, 1 the edge behind the last row and column, colour c is
// c + 2. Row by row, as the reference implementation writes them.

import type { Grid } from '../dihedral.ts';
import { colourCount } from './grid.ts';

export const paddingToken = 0;
export const edgeToken = 1;
const firstColourToken = 2;
export const arcVocabularySize = firstColourToken + colourCount;

/** The token of each colour. */
export const colourTokens = Uint8Array.from(
  { length: colourCount },
  (_, colour) => colour + firstColourToken,
);

/**
 * Writes a grid of `side` × `side` tokens to `target`, with the first cell in row `top` and column `left`; the grid
 * must fit there. `tokenOfColour` may recolour on the way.
 */
export function encodeGrid(
  { grid, rows, columns }: Grid,
  side: number,
  target: Uint8Array,
  top = 0,
  left = 0,
  tokenOfColour: Uint8Array = colourTokens,
): void {
  target.fill(paddingToken);
  const right = left + columns;
  let from = 0;
  for (let row = 0; row < rows; row++) {
    const start = (top + row) * side;
    for (let place = start + left; place < start + right; place++) {
      target[place] = tokenOfColour[grid[from++]!]!;
    }
    if (right < side) target[start + right] = edgeToken;
  }
  const bottom = (top + rows) * side;
  if (top + rows < side) target.fill(edgeToken, bottom + left, bottom + right);
}

/**
 * The largest rectangle of colours that begins in the first cell: what a model's answer is taken for, whatever stands
 * around it. Among equal areas the one with fewer rows; 0 × 0 where the first cell is no colour.
 */
export function cropGrid(tokens: ArrayLike<number>, side: number): Grid {
  let best = { rows: 0, columns: 0 };
  let columns = side;
  for (let row = 0; row < side && columns > 0; row++) {
    let width = 0;
    while (width < columns && isColour(tokens[row * side + width]!)) width++;
    columns = width;
    if ((row + 1) * columns > best.rows * best.columns) best = { rows: row + 1, columns };
  }
  return { grid: readColours(tokens, side, 0, 0, best.rows, best.columns), ...best };
}

/** A grid and where its first cell stands. */
export interface PlacedGrid extends Grid {
  top: number;
  left: number;
}

/** The one grid on the frame, wherever it stands; undefined unless the tokens are just what `encodeGrid` writes. */
export function decodeGrid(tokens: ArrayLike<number>, side: number): PlacedGrid | undefined {
  let first = 0;
  while (first < side * side && tokens[first] === paddingToken) first++;
  if (first === side * side || !isColour(tokens[first]!)) return undefined;
  const top = Math.floor(first / side);
  const left = first % side;
  let rows = 1;
  while (top + rows < side && isColour(tokens[first + rows * side]!)) rows++;
  let columns = 1;
  while (left + columns < side && isColour(tokens[first + columns]!)) columns++;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      if (!isColour(tokens[first + row * side + column]!)) return undefined;
    }
  }
  const grid = readColours(tokens, side, top, left, rows, columns);
  const again = new Uint8Array(side * side);
  encodeGrid({ grid, rows, columns }, side, again, top, left);
  for (let place = 0; place < again.length; place++) if (again[place] !== tokens[place]) return undefined;
  return { grid, rows, columns, top, left };
}

function isColour(token: number): boolean {
  return token >= firstColourToken && token < arcVocabularySize;
}

function readColours(
  tokens: ArrayLike<number>,
  side: number,
  top: number,
  left: number,
  rows: number,
  columns: number,
): Uint8Array {
  const grid = new Uint8Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      grid[row * columns + column] = tokens[(top + row) * side + left + column]! - firstColourToken;
    }
  }
  return grid;
}
