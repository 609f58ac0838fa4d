// Tokens of any domain as a table of their names.

import { cellsOf, type Drawing, type Grid } from './grid.ts';
import { centredText, ink, rectangle } from './svg.ts';

/** Longer names are cut, longer lines of a sequence are wrapped, and larger tables are cut. */
const mostCharacters = 10;
const widestSequencePixels = 420;
const mostRows = 40;
const mostColumns = 40;

const rowPixels = 22;
const fontPixels = 12;

export function drawTable(grid: Grid): Drawing {
  const longest = Math.max(1, ...grid.names.map((name) => [...shorten(name)].length));
  const columnPixels = Math.max(rowPixels, longest * 8 + 8);
  const shown = grid.rows === 1 ? wrapped(grid, Math.floor(widestSequencePixels / columnPixels)) : cut(grid);
  const body = [...cellsOf(shown)].flatMap(({ row, column, name }) => {
    const place = { x: column * columnPixels, y: row * rowPixels, width: columnPixels, height: rowPixels };
    const [x, y] = [place.x + columnPixels / 2, place.y + rowPixels / 2];
    return [
      rectangle(place, 'none', ink),
      ...(name === null ? [] : [centredText(x, y, fontPixels, ink, shorten(name))]),
    ];
  });
  return {
    width: shown.columns * columnPixels,
    height: shown.rows * rowPixels,
    body,
    description: describe(grid, shown),
  };
}

/** A sequence in lines of equal length, without the empty cells at its end. */
function wrapped({ names }: Grid, mostInLine: number): Grid {
  const length = Math.max(1, names.findLastIndex((name) => name !== null) + 1);
  const columns = Math.min(mostInLine, length);
  const rows = Math.min(mostRows, Math.ceil(length / columns));
  return { rows, columns, names: Array.from({ length: rows * columns }, (_, cell) => names[cell] ?? null) };
}

function cut(grid: Grid): Grid {
  const [rows, columns] = [Math.min(grid.rows, mostRows), Math.min(grid.columns, mostColumns)];
  const kept = [...cellsOf(grid)].filter(({ row, column }) => row < rows && column < columns);
  return { rows, columns, names: kept.map(({ name }) => name) };
}

function shorten(name: string | null): string {
  const characters = [...(name ?? '')];
  if (characters.length <= mostCharacters) return characters.join('');
  return `${characters.slice(0, mostCharacters - 1).join('')}…`;
}

/** The names in reading order; a point stands for a cell without one. */
function describe(grid: Grid, { rows, columns, names }: Grid): string {
  const words = names.map((name) => name ?? '·');
  const lines = Array.from({ length: rows }, (_, row) =>
    words.slice(row * columns, (row + 1) * columns).join(' '),
  );
  const isCut = grid.names.some((name, cell) => name !== null && cell >= names.length);
  return lines.join(' / ') + (isCut ? ` … (${grid.rows} × ${grid.columns} cells)` : '');
}
