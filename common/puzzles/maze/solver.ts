// Solves mazes by a breadth-first search from the start that looks down, left, right and up and keeps the first way
// found into each cell: the order that the published answers of Maze-Hard follow.

import { goal, type MazeShape, open, path, start, wall } from './cells.ts';

export interface MazeSolution {
  /** The maze with the cells between start and goal marked. */
  answer: Uint8Array;
  /** Length of every shortest path; the path has one cell more, start and goal included. */
  steps: number;
  /** How many shortest paths there are; not exact beyond 2^53. */
  shortestPaths: number;
}

/** The solution, or undefined when no way leads from start to goal, or one of them is missing. */
export type MazeSolver = (maze: Uint8Array) => MazeSolution | undefined;

/** A solver with its own buffers. Marks of an answer count as open cells. */
export function createMazeSolver(shape: MazeShape): MazeSolver {
  const cellCount = shape.rows * shape.columns;
  const neighbours = mazeNeighbours(shape);
  const queue = new Uint16Array(cellCount);
  const parent = new Uint16Array(cellCount);
  /** Steps from the start; -1 where the search has not been. */
  const steps = new Int32Array(cellCount);
  const ways = new Float64Array(cellCount);

  /** Fills steps, parent and ways up to all cells that are as near as the goal. */
  function search(maze: Uint8Array, from: number, to: number): void {
    steps.fill(-1);
    steps[from] = 0;
    ways[from] = 1;
    queue[0] = from;
    for (let first = 0, end = 1; first < end && queue[first] !== to; first++) {
      const cell = queue[first]!;
      const next = steps[cell]! + 1;
      for (let direction = 0; direction < 4; direction++) {
        const neighbour = neighbours[cell * 4 + direction]!;
        if (neighbour < 0 || maze[neighbour]! <= wall) continue;
        if (steps[neighbour] === -1) {
          steps[neighbour] = next;
          ways[neighbour] = ways[cell]!;
          parent[neighbour] = cell;
          queue[end++] = neighbour;
        } else if (steps[neighbour] === next) ways[neighbour] = ways[neighbour]! + ways[cell]!;
      }
    }
  }

  return (maze) => {
    const [from, to] = [maze.indexOf(start), maze.indexOf(goal)];
    if (from < 0 || to < 0) return undefined;
    search(maze, from, to);
    const length = steps[to]!;
    if (length < 0) return undefined;
    const answer = maze.map((value) => (value === path ? open : value));
    for (let cell = parent[to]!; cell !== from; cell = parent[cell]!) answer[cell] = path;
    return { answer, steps: length, shortestPaths: ways[to]! };
  };
}

/** The neighbours of each cell in the order down, left, right, up; -1 beyond the edge. Cell c has those from 4c on. */
export function mazeNeighbours({ rows, columns }: MazeShape): Int32Array {
  const neighbours = new Int32Array(rows * columns * 4).fill(-1);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const cell = row * columns + column;
      if (row + 1 < rows) neighbours[cell * 4] = cell + columns;
      if (column > 0) neighbours[cell * 4 + 1] = cell - 1;
      if (column + 1 < columns) neighbours[cell * 4 + 2] = cell + 1;
      if (row > 0) neighbours[cell * 4 + 3] = cell - columns;
    }
  }
  return neighbours;
}
