// The eight symmetries of a grid (turns and mirrors), numbered as the reference numbers them: 0 as it is, 1 to 3
// turned by 90°, 180° and 270° against the clock, 4 mirrored left to right, 5 mirrored top to bottom, 6 mirrored at
// the main diagonal, 7 at the other one. Grids are row by row and need not be square.

export const dihedralCount = 8;

export interface Grid {
  grid: Uint8Array;
  rows: number;
  columns: number;
}

export interface DihedralSource {
  /** Size of the transformed grid; rows and columns change places in 1, 3, 6 and 7. */
  rows: number;
  columns: number;
  /** The cell of the original that lands in each cell of the transformed grid. */
  source: Uint16Array;
}

const inverses = [0, 3, 2, 1, 4, 5, 6, 7];

/** The cell of a `rows` × `columns` grid that lands in (row, column) of the transformed grid, by transform. */
const originals: ((row: number, column: number, rows: number, columns: number) => [number, number])[] = [
  (row, column) => [row, column],
  (row, column, _rows, columns) => [column, columns - 1 - row],
  (row, column, rows, columns) => [rows - 1 - row, columns - 1 - column],
  (row, column, rows) => [rows - 1 - column, row],
  (row, column, _rows, columns) => [row, columns - 1 - column],
  (row, column, rows) => [rows - 1 - row, column],
  (row, column) => [column, row],
  (row, column, rows, columns) => [rows - 1 - column, columns - 1 - row],
];

/** Where each cell of the transformed grid comes from in a `rows` × `columns` original. */
export function dihedralSource(rows: number, columns: number, transform: number): DihedralSource {
  const original = originals[transform];
  if (original === undefined) throw new RangeError(`there is no dihedral transform ${transform}`);
  const isTurned = transform === 1 || transform === 3 || transform >= 6;
  const [newRows, newColumns] = isTurned ? [columns, rows] : [rows, columns];
  const source = Uint16Array.from({ length: rows * columns }, (_, cell) => {
    const [row, column] = original(Math.floor(cell / newColumns), cell % newColumns, rows, columns);
    return row * columns + column;
  });
  return { rows: newRows, columns: newColumns, source };
}

/** The transformed grid; `grid` is left as it is. */
export function applyDihedral(grid: Uint8Array, rows: number, columns: number, transform: number): Grid {
  const { source, ...size } = dihedralSource(rows, columns, transform);
  return { grid: Uint8Array.from(source, (cell) => grid[cell]!), ...size };
}

/** The transform that undoes `transform`. */
export function inverseDihedral(transform: number): number {
  const inverse = inverses[transform];
  if (inverse === undefined) throw new RangeError(`there is no dihedral transform ${transform}`);
  return inverse;
}
