// Puts a small grid into the first corner of a larger one, and takes it out again.

interface Size {
  rows: number;
  columns: number;
}
interface Frame {
  gridRows: number;
  gridColumns: number;
}

/** The frame with `cells` in its first corner and `around` everywhere else; the grid must fit. */
export function putIntoCorner(
  cells: Int32Array,
  { rows, columns }: Size,
  { gridRows, gridColumns }: Frame,
  around: number,
): Int32Array {
  const frame = new Int32Array(gridRows * gridColumns).fill(around);
  for (let row = 0; row < rows; row++) {
    frame.set(cells.subarray(row * columns, (row + 1) * columns), row * gridColumns);
  }
  return frame;
}

/** The cells of the first corner. */
export function cutCorner(frame: Int32Array, { rows, columns }: Size, { gridColumns }: Frame): Int32Array {
  return Int32Array.from({ length: rows * columns }, (_, cell) => {
    return frame[Math.floor(cell / columns) * gridColumns + (cell % columns)] ?? 0;
  });
}
