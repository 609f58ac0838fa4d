// Puzzles that can be typed into: what a cell may hold, which cells contradict each other, fresh puzzles, and what the exact
// solver knows.

import type { Vocabulary } from '../../common/dataset-card.ts';
import { createMazeCheck } from '../../common/puzzles/maze/check.ts';
import { createMazeGenerator } from '../../common/puzzles/maze/generate.ts';
import { usualPathLength } from '../../common/puzzles/maze/limits.ts';
import { createMazeSolver } from '../../common/puzzles/maze/solver.ts';
import { formatMaze, parseMazeLines } from '../../common/puzzles/maze/text.ts';
import { randomGrid, tryGeneratePuzzle } from '../../common/puzzles/sudoku/generate.ts';
import { type Geometry, geometryOfCellCount } from '../../common/puzzles/sudoku/geometry.ts';
import { createSolver } from '../../common/puzzles/sudoku/solver.ts';
import { formatGrid, parseGrid } from '../../common/puzzles/sudoku/text.ts';
import { createRandom } from '../../common/random.ts';

/** What is known of a puzzle without any model. */
export type Verdict =
  | { state: 'none' | 'several' | 'one' }
  | { state: 'path'; steps: number }
  | { state: 'fault'; reason: string };

export interface Editing {
  kind: 'sudoku' | 'maze';
  rows: number;
  columns: number;
  /** The characters a cell may hold, the empty one first. */
  symbols: readonly string[];
  /** A grid of empty cells, one character each. */
  empty: string;
  /** Cells that break a rule together. */
  conflicts(cells: string): Set<number>;
  generate(seed: number): string | null;
  inspect(cells: string): Verdict;
  /** A cell that is not filled yet and what belongs there; null where there is no single solution. */
  hint(cells: string): { cell: number; symbol: string } | null;
  /** Reads what was pasted. */
  parse(text: string): { cells: string } | { found: string; expected: string };
  /** As the solver takes it. */
  toText(cells: string): string;
}

/** Null for puzzles that can only be drawn from data. */
export function editingOf({ domain, gridRows: rows, gridColumns: columns }: Vocabulary): Editing | null {
  if (domain === 'sudoku') {
    const geometry = geometryOfCellCount(rows * columns);
    return geometry === undefined ? null : sudokuEditing(geometry);
  }
  return domain === 'maze' ? mazeEditing(rows, columns) : null;
}

function sudokuEditing(geometry: Geometry): Editing {
  const solve = createSolver(geometry);
  const digits = (cells: string) => Uint8Array.from(cells, (cell) => (cell === '.' ? 0 : Number(cell)));
  return {
    kind: 'sudoku',
    rows: geometry.size,
    columns: geometry.size,
    symbols: ['.', ...Array.from({ length: geometry.size }, (_, index) => String(index + 1))],
    empty: '.'.repeat(geometry.cellCount),
    conflicts: (cells) => sudokuConflicts(geometry, digits(cells)),
    generate(seed) {
      const random = createRandom(seed, 'playground');
      for (let tries = 0; tries < 200; tries++) {
        const grid = randomGrid(geometry, random, solve);
        const limits = { minimumClues: 0, maximumClues: 0, minimumRating: 0 };
        const puzzle = tryGeneratePuzzle(geometry, grid, limits, random, solve)?.puzzle;
        if (puzzle !== undefined) return formatGrid(puzzle);
      }
      return null;
    },
    inspect(cells) {
      const { solutionCount } = solve(digits(cells), { limit: 2 });
      return { state: solutionCount === 0 ? 'none' : solutionCount === 1 ? 'one' : 'several' };
    },
    hint(cells) {
      const given = digits(cells);
      const { solutionCount, grid } = solve(given, { limit: 2 });
      const cell = given.indexOf(0);
      if (solutionCount !== 1 || grid === undefined || cell < 0) return null;
      return { cell, symbol: String(grid[cell]) };
    },
    parse(text) {
      const parsed = parseGrid(text.replace(/\s+/g, ''), { blanks: true, geometry });
      return 'problem' in parsed ? parsed.problem : { cells: formatGrid(parsed.cells) };
    },
    toText: (cells) => cells,
  };
}

function sudokuConflicts(geometry: Geometry, cells: Uint8Array): Set<number> {
  const conflicts = new Set<number>();
  const places = new Map<string, number>();
  for (let cell = 0; cell < cells.length; cell++) {
    if (cells[cell] === 0) continue;
    for (const units of [geometry.rowUnit, geometry.columnUnit, geometry.boxUnit]) {
      const key = `${units[cell]}:${cells[cell]}`;
      const other = places.get(key);
      if (other === undefined) places.set(key, cell);
      else conflicts.add(cell).add(other);
    }
  }
  return conflicts;
}

function mazeEditing(rows: number, columns: number): Editing {
  const shape = { rows, columns };
  const findFault = createMazeCheck(shape);
  const solve = createMazeSolver(shape);
  const read = (cells: string) => parseMazeLines(cells, shape);
  return {
    kind: 'maze',
    rows,
    columns,
    symbols: [' ', '#', 'S', 'G'],
    empty: ' '.repeat(rows * columns),
    conflicts(cells) {
      const repeated = ['S', 'G'].flatMap((mark) => {
        const places = [...cells].flatMap((cell, index) => (cell === mark ? [index] : []));
        return places.length > 1 ? places : [];
      });
      return new Set(repeated);
    },
    generate(seed) {
      const limits = {
        minimumPathLength: usualPathLength(shape),
        minimumWallShare: 0.2,
        maximumWallShare: 0.45,
      };
      const maze = createMazeGenerator(shape, limits)(createRandom(seed, 'playground'), 20_000);
      return maze === undefined ? null : formatMaze(maze);
    },
    inspect(cells) {
      const parsed = read(cells);
      if ('problem' in parsed) return { state: 'fault', reason: parsed.problem.found };
      const reason = findFault(parsed.cells);
      if (reason !== undefined) return { state: 'fault', reason };
      return { state: 'path', steps: solve(parsed.cells)?.steps ?? 0 };
    },
    hint: () => null,
    parse(text) {
      const parsed = read(text);
      return 'problem' in parsed ? parsed.problem : { cells: formatMaze(parsed.cells) };
    },
    toText: (cells) => cells,
  };
}
