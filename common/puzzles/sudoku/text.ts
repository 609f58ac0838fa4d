// Sudoku grids as text: one character a cell, row by row, `.` or `0` for a blank.

import { UserError } from '../../errors.ts';
import { type Geometry, geometryOfCellCount } from './geometry.ts';

export interface TextProblem {
  found: string;
  expected: string;
}

export type ParsedGrid = { geometry: Geometry; cells: Uint8Array } | { problem: TextProblem };

/**
 * The grid that `text` holds, or what is wrong with it. With `geometry` only that size is right; without
 * `blanks` every cell must be filled.
 */
export function parseGrid(
  text: string,
  options: { blanks: boolean; geometry?: Geometry | undefined },
): ParsedGrid {
  const geometry = geometryOfCellCount(text.length);
  if (geometry === undefined || (options.geometry !== undefined && geometry !== options.geometry)) {
    return { problem: wrongLength(text, options.geometry) };
  }
  const cells = new Uint8Array(geometry.cellCount);
  for (let cell = 0; cell < cells.length; cell++) {
    const code = text.charCodeAt(cell);
    const digit = code === 46 ? 0 : code - 48;
    if (!(digit >= (options.blanks ? 0 : 1) && digit <= geometry.size)) {
      return { problem: wrongCharacter(text, cell, geometry, options.blanks) };
    }
    cells[cell] = digit;
  }
  return { geometry, cells };
}

/**
 * The puzzle that a user typed or a file holds; spaces and line ends between the cells do not count.
 * @throws UserError when it is none
 */
export function parsePuzzle(text: string): { geometry: Geometry; cells: Uint8Array } {
  const parsed = parseGrid(text.replace(/\s+/g, ''), { blanks: true });
  if ('problem' in parsed) throw new UserError({ what: 'This is not a Sudoku puzzle', ...parsed.problem });
  return parsed;
}

/** One character a cell, `.` for a blank. */
export function formatGrid(cells: ArrayLike<number>): string {
  let text = '';
  for (let cell = 0; cell < cells.length; cell++) text += cells[cell] === 0 ? '.' : String(cells[cell]);
  return text;
}

/** A short text that names the grid: for sets and maps. */
export function gridKey(grid: Uint8Array): string {
  const pairs: number[] = [];
  for (let cell = 0; cell < grid.length; cell += 2) pairs.push(grid[cell]! * 10 + (grid[cell + 1] ?? 0));
  return String.fromCharCode(...pairs);
}

function wrongLength(text: string, geometry: Geometry | undefined): TextProblem {
  const expected =
    geometry === undefined
      ? '16 (4×4), 36 (6×6) or 81 (9×9) characters'
      : `${geometry.cellCount} characters (${geometry.size}×${geometry.size})`;
  return { found: `${text.length} characters`, expected };
}

function wrongCharacter(text: string, cell: number, geometry: Geometry, blanks: boolean): TextProblem {
  const place = `row ${Math.floor(cell / geometry.size) + 1}, column ${(cell % geometry.size) + 1}`;
  const expected = `a digit from 1 to ${geometry.size}${blanks ? ', or . or 0 for a blank' : ''}`;
  return { found: `${JSON.stringify(text.charAt(cell))} at character ${cell + 1} (${place})`, expected };
}
