// Grids as the solver writes them, taken apart into cells.

export interface CellGrid {
  rows: number;
  columns: number;
  /** Row by row, padded with spaces where a row is shorter. */
  cells: string[];
}

/** A text in lines, or, without any, a square grid. */
export function readCells(text: string): CellGrid {
  const lines = text.includes('\n') ? text.split('\n') : squareLines(text);
  const columns = Math.max(1, ...lines.map((line) => [...line].length));
  const cells = lines.flatMap((line) => {
    const own = [...line];
    return [...own, ...Array.from({ length: columns - own.length }, () => ' ')];
  });
  return { rows: lines.length, columns, cells };
}

function squareLines(text: string): string[] {
  const side = Math.sqrt(text.length);
  if (!Number.isInteger(side)) return [text];
  return Array.from({ length: side }, (_, row) => text.slice(row * side, (row + 1) * side));
}

/** Rows and columns of the boxes of a Sudoku of this side; null for other sides. */
export function boxOf(side: number): { rows: number; columns: number } | null {
  return { 4: { rows: 2, columns: 2 }, 6: { rows: 2, columns: 3 }, 9: { rows: 3, columns: 3 } }[side] ?? null;
}

/** The ten colours of ARC's own pages. */
export const arcColours = [
  '#000000',
  '#0074d9',
  '#ff4136',
  '#2ecc40',
  '#ffdc00',
  '#aaaaaa',
  '#f012be',
  '#ff851b',
  '#7fdbff',
  '#870c25',
] as const;
