// The shape of a Sudoku of each size: which cells share a row, column and box. A grid is a Uint8Array of
// digits row by row, 0 for a blank.

/** Cells in a row: 4 (boxes 2×2), 6 (boxes of 2 rows and 3 columns) or 9 (boxes 3×3). */
export type SudokuSize = 4 | 6 | 9;

export interface Geometry {
  readonly size: SudokuSize;
  readonly cellCount: number;
  readonly boxRows: number;
  readonly boxColumns: number;
  /** Unit numbers of each cell: rows are 0 .. size-1, then columns, then boxes. */
  readonly rowUnit: Uint8Array;
  readonly columnUnit: Uint8Array;
  readonly boxUnit: Uint8Array;
  readonly unitCount: number;
  /** Bit d-1 stands for digit d; this has the bits of all digits. */
  readonly allDigits: number;
  /** Whether mirroring at the diagonal maps boxes to boxes (not with 2×3 boxes). */
  readonly transposable: boolean;
}

export const sudokuSizes: readonly SudokuSize[] = [4, 6, 9];

const boxRowsOfSize: Readonly<Record<SudokuSize, number>> = { 4: 2, 6: 2, 9: 3 };

const geometries: Readonly<Record<SudokuSize, Geometry>> = {
  4: createGeometry(4),
  6: createGeometry(6),
  9: createGeometry(9),
};

export function sudokuGeometry(size: SudokuSize): Geometry {
  return geometries[size];
}

/** The geometry of a grid with this many cells (16, 36 or 81), else undefined. */
export function geometryOfCellCount(cellCount: number): Geometry | undefined {
  return Object.values(geometries).find((geometry) => geometry.cellCount === cellCount);
}

function createGeometry(size: SudokuSize): Geometry {
  const boxRows = boxRowsOfSize[size];
  const boxColumns = size / boxRows;
  const cellCount = size * size;
  const row = (cell: number) => Math.floor(cell / size);
  const column = (cell: number) => cell % size;
  const box = (cell: number) =>
    Math.floor(row(cell) / boxRows) * boxRows + Math.floor(column(cell) / boxColumns);
  return {
    size,
    cellCount,
    boxRows,
    boxColumns,
    rowUnit: Uint8Array.from({ length: cellCount }, (_, cell) => row(cell)),
    columnUnit: Uint8Array.from({ length: cellCount }, (_, cell) => size + column(cell)),
    boxUnit: Uint8Array.from({ length: cellCount }, (_, cell) => 2 * size + box(cell)),
    unitCount: 3 * size,
    allDigits: (1 << size) - 1,
    transposable: boxRows === boxColumns,
  };
}
