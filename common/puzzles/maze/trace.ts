// Follows the marked cells of an answer: whether they are, with start and goal, the cells of one path between the two.

import { cellName, goal, type MazeShape, path, start } from './cells.ts';
import { mazeNeighbours } from './solver.ts';

/**
 * Steps of the search before the marks are called too tangled. A path that touches itself leaves choices, but wrong
 * ones end soon; only large blobs of marks need more.
 */
const mostSearchSteps = 10_000;

/** What keeps the marks from being a path, in words; undefined when they are one. Needs one start and one goal. */
export function createPathTracer(shape: MazeShape): (answer: ArrayLike<number>) => string | undefined {
  const neighbours = mazeNeighbours(shape);
  const cellCount = shape.rows * shape.columns;
  /** 1 for start, goal and marks that have not been visited. */
  const waiting = new Uint8Array(cellCount);
  let searchSteps = 0;

  function waitingNeighbours(cell: number): number[] {
    const found: number[] = [];
    for (let direction = 0; direction < 4; direction++) {
      const neighbour = neighbours[cell * 4 + direction]!;
      if (neighbour >= 0 && waiting[neighbour] === 1) found.push(neighbour);
    }
    return found;
  }

  /** Whether a way goes on from `cell` through all `left` waiting cells and ends at the goal. */
  function goesOn(cell: number, to: number, left: number): boolean {
    if (left === 0) return cell === to;
    if (cell === to || ++searchSteps > mostSearchSteps) return false;
    const choices = waitingNeighbours(cell);
    for (const choice of choices) {
      // Cells beside the same one never touch each other: those passed by must be left and come to by other ways.
      const isFree = choices.every(
        (other) => other === choice || waitingNeighbours(other).length >= (other === to ? 1 : 2),
      );
      if (!isFree) continue;
      waiting[choice] = 0;
      if (goesOn(choice, to, left - 1)) return true;
      waiting[choice] = 1;
    }
    return false;
  }

  return (answer) => {
    const cells: number[] = [];
    for (let cell = 0; cell < cellCount; cell++) {
      const value = answer[cell];
      waiting[cell] = value === path || value === start || value === goal ? 1 : 0;
      if (waiting[cell] === 1) cells.push(cell);
    }
    const ends = [start, goal].map((value) => cells.find((cell) => answer[cell] === value) ?? -1);
    const [from = -1, to = -1] = ends;
    const apart = findApart(cells, from);
    if (apart.has(to)) return 'the marked cells do not lead from S to G';
    const loose = cells.find(
      (cell) => apart.has(cell) || (!ends.includes(cell) && waitingNeighbours(cell).length < 2),
    );
    if (loose !== undefined)
      return `${cellName(shape, loose)} is marked, but no path from S to G goes through it`;
    searchSteps = 0;
    waiting[from] = 0;
    return goesOn(from, to, cells.length - 1) ? undefined : 'the marked cells are not those of one path';
  };

  /** The cells that no way through waiting cells joins with `from`. */
  function findApart(cells: number[], from: number): Set<number> {
    const apart = new Set(cells);
    const reached = [from];
    apart.delete(from);
    for (const cell of reached) {
      for (const neighbour of waitingNeighbours(cell)) if (apart.delete(neighbour)) reached.push(neighbour);
    }
    return apart;
  }
}
