// How long the shortest path of a maze must be, and how long it can be at all.

import type { MazeShape } from './cells.ts';

/** Cells of the shortest path in Maze-Hard (30×30), start and goal included. */
const mazeHardPathLength = 110;
const mazeHardCells = 900;

/**
 * The fewest cells of a shortest path that make a maze of this shape about as rare among random ones as those of
 * Maze-Hard are: 110 cells at 30×30. The exponent was fitted to our generator's acceptance from 5×5 to 30×30.
 */
export function usualPathLength({ rows, columns }: MazeShape): number {
  return Math.max(2, Math.round(mazeHardPathLength * ((rows * columns) / mazeHardCells) ** 0.7));
}

/**
 * No shortest path has more cells: four cells of a 2×2 block would be a detour, so it has at most three of each.
 * The true maximum is lower.
 */
export function greatestPathLength({ rows, columns }: MazeShape): number {
  const [rowPairs, columnPairs] = [Math.floor(rows / 2), Math.floor(columns / 2)];
  const [lastRow, lastColumn] = [rows % 2, columns % 2];
  return (
    3 * rowPairs * columnPairs + 2 * (lastRow * columnPairs + rowPairs * lastColumn) + lastRow * lastColumn
  );
}
