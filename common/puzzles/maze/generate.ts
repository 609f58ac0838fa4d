// Generates mazes of the Maze-Hard distribution: every cell is a wall with one probability, which is drawn for each
// maze; start and goal are random open cells with a long way between them.

import type { Random } from '../../random.ts';
import { goal, type MazeShape, open, start, wall } from './cells.ts';

/** A row of a maze is held in the bits of a 32-bit word. */
export const mostGeneratedColumns = 32;

export interface MazeLimits {
  /** Fewest cells of a shortest path, start and goal included. */
  minimumPathLength: number;
  /** The probability of a wall is drawn evenly between these two. */
  minimumWallShare: number;
  maximumWallShare: number;
}

/** The first maze within the limits that at most `tries` random grids give, or undefined when there is none. */
export type MazeGenerator = (random: Random, tries: number) => Uint8Array | undefined;

/**
 * Of two random open cells hardly any are as far apart as they must be. So the goal is drawn among the cells that
 * are far enough from the start; and since a grid with many of those would have been met more often, it is kept in
 * proportion to their number. Above this number the proportion ends, which few grids reach.
 */
const fullFarCells = 40;

/** Bits of the wall probability. */
const probabilityBits = 20;

/** Cells that are looked at for an open one before a grid is taken to be all wall. */
const mostStartTries = 1000;

/** A generator with its own buffers. */
export function createMazeGenerator(shape: MazeShape, limits: MazeLimits): MazeGenerator {
  const grid = createRandomGrid(shape, limits);
  const wave = createWave(grid);
  const steps = limits.minimumPathLength - 1;
  return (random, tries) => {
    for (let tried = 0; tried < tries; tried++) {
      grid.begin(random);
      const from = findOpenCell(grid, random);
      if (from === undefined || !wave.reaches(from, steps)) continue;
      const farCells = wave.gatherFarCells();
      if (random.uniform() * fullFarCells < farCells.length) {
        return toMaze(grid, from, farCells[random.integer(farCells.length)]!);
      }
    }
    return undefined;
  };
}

interface RandomGrid extends MazeShape {
  /** Forgets the grid and draws a new wall probability. */
  begin(random: Random): void;
  /** Bit c tells whether column c is open. Rows outside the grid are all wall. */
  openCells(row: number): number;
}

/** A grid whose rows are drawn when they are first asked for: most searches end before they have seen all of it. */
function createRandomGrid({ rows, columns }: MazeShape, limits: MazeLimits): RandomGrid {
  const rowMask = columns === 32 ? -1 : (1 << columns) - 1;
  const words = new Int32Array(rows);
  const isDrawn = new Uint8Array(rows);
  let threshold = 0;
  let source: Random;

  /** Compares a random number in each of the bits with the wall probability, one binary digit after the other. */
  function drawRow(): number {
    let undecided = rowMask;
    let openBits = rowMask;
    for (let bit = 1 << (probabilityBits - 1); bit !== 0 && undecided !== 0; bit >>>= 1) {
      const word = source.uint32();
      if ((threshold & bit) === 0) undecided &= ~word;
      else {
        openBits &= ~(undecided & ~word);
        undecided &= word;
      }
    }
    return openBits;
  }

  return {
    rows,
    columns,
    begin: (random) => {
      const { minimumWallShare: least, maximumWallShare: most } = limits;
      threshold = Math.floor((least + random.uniform() * (most - least)) * 2 ** probabilityBits);
      source = random;
      isDrawn.fill(0);
    },
    openCells: (row) => {
      if (row < 0 || row >= rows) return 0;
      if (isDrawn[row] === 0) {
        isDrawn[row] = 1;
        words[row] = drawRow();
      }
      return words[row]!;
    },
  };
}

function findOpenCell(grid: RandomGrid, random: Random): number | undefined {
  for (let tries = 0; tries < mostStartTries; tries++) {
    const cell = random.integer(grid.rows * grid.columns);
    if ((grid.openCells(Math.floor(cell / grid.columns)) & (1 << (cell % grid.columns))) !== 0) return cell;
  }
  return undefined;
}

/** A breadth-first search that goes on from all cells of its front at once. */
function createWave(grid: RandomGrid) {
  const { rows, columns } = grid;
  /** A word for each row, and an empty one above and below. */
  const unseen = new Int32Array(rows + 2);
  const front = new Int32Array(rows + 2);
  /** The words that the front has come to, and those between which it lies. */
  let firstSeen = 0;
  let lastSeen = 0;
  let firstWord = 0;
  let lastWord = 0;

  function begin(cell: number): void {
    const word = Math.floor(cell / columns) + 1;
    front.fill(0);
    front[word] = 1 << (cell % columns);
    unseen[word] = grid.openCells(word - 1) ^ front[word]!;
    firstSeen = word;
    lastSeen = word;
    firstWord = word;
    lastWord = word;
  }

  /** Goes on by one step; false when there is nowhere left to go. */
  function advance(): boolean {
    const from = Math.max(1, firstWord - 1);
    const to = Math.min(rows, lastWord + 1);
    if (from < firstSeen) {
      firstSeen = from;
      unseen[from] = grid.openCells(from - 1);
    }
    if (to > lastSeen) {
      lastSeen = to;
      unseen[to] = grid.openCells(to - 1);
    }
    let above = 0;
    let here = front[from]!;
    firstWord = rows + 1;
    lastWord = 0;
    for (let word = from; word <= to; word++) {
      const below = front[word + 1]!;
      const next = (above | below | (here << 1) | (here >>> 1)) & unseen[word]!;
      front[word] = next;
      above = here;
      here = below;
      if (next === 0) continue;
      unseen[word] = unseen[word]! ^ next;
      if (lastWord === 0) firstWord = word;
      lastWord = word;
    }
    return lastWord !== 0;
  }

  return {
    /** Whether a cell is at least so many steps from `cell`; the front is then where these are exactly so far. */
    reaches(cell: number, steps: number): boolean {
      begin(cell);
      for (let step = 0; step < steps; step++) if (!advance()) return false;
      return true;
    },
    /** The cells of the front and all that are farther. */
    gatherFarCells(): number[] {
      const cells: number[] = [];
      do {
        for (let word = firstWord; word <= lastWord; word++) {
          for (let bits = front[word]!; bits !== 0; bits &= bits - 1) {
            cells.push((word - 1) * columns + 31 - Math.clz32(bits & -bits));
          }
        }
      } while (advance());
      return cells;
    },
  };
}

function toMaze(grid: RandomGrid, from: number, to: number): Uint8Array {
  const maze = new Uint8Array(grid.rows * grid.columns);
  for (let row = 0, cell = 0; row < grid.rows; row++) {
    const bits = grid.openCells(row);
    for (let column = 0; column < grid.columns; column++, cell++) {
      maze[cell] = (bits & (1 << column)) === 0 ? wall : open;
    }
  }
  maze[from] = start;
  maze[to] = goal;
  return maze;
}
