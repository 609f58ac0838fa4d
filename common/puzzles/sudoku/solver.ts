// An exact Sudoku solver: naked and hidden singles on bit masks, then depth-first search on the first cell with
// the fewest candidates. Counts solutions up to a limit and guesses on the way, which is the difficulty rating.

import type { Random } from '../../random.ts';
import type { Geometry } from './geometry.ts';

export interface Solution {
  /** Solutions found, at most the limit. */
  solutionCount: number;
  /** Values tried at branching cells until the search ended; 0 means that singles suffice. */
  guesses: number;
  /** The first solution. */
  grid: Uint8Array | undefined;
}

export interface SolveOptions {
  /** Stop at this many solutions; 2 proves uniqueness. */
  limit?: number;
  /** Try values in random order instead of ascending. */
  random?: Random;
  /** Called with each solution; the array is reused. */
  onSolution?: (grid: Uint8Array) => void;
}

export type Solver = (puzzle: ArrayLike<number>, options?: SolveOptions) => Solution;

/** A solver with its own buffers: reuse it, but not from within its own call. */
export function createSolver(geometry: Geometry): Solver {
  const { cellCount, rowUnit, columnUnit, boxUnit, unitCount, allDigits } = geometry;
  const grid = new Uint8Array(cellCount);
  /** Digits still missing in each unit. */
  const missing = new Int32Array(unitCount);
  const once = new Int32Array(unitCount);
  const twice = new Int32Array(unitCount);
  const bitsOfCell = new Int32Array(cellCount);
  const emptyCells = Array.from({ length: cellCount + 1 }, () => new Uint8Array(cellCount));
  const savedMissing = Array.from({ length: cellCount + 1 }, () => new Int32Array(unitCount));
  let branchCell = 0;
  let solutionCount = 0;
  let guesses = 0;
  let limit = 2;
  let random: Random | undefined;
  let onSolution: SolveOptions['onSolution'];
  let firstSolution: Uint8Array | undefined;

  function candidates(cell: number): number {
    return missing[rowUnit[cell]!]! & missing[columnUnit[cell]!]! & missing[boxUnit[cell]!]!;
  }

  function place(cell: number, bit: number): void {
    grid[cell] = 32 - Math.clz32(bit);
    missing[rowUnit[cell]!]! ^= bit;
    missing[columnUnit[cell]!]! ^= bit;
    missing[boxUnit[cell]!]! ^= bit;
  }

  /** Fills singles until none is left. Returns how many of `cells` stay empty, or -1 on a contradiction. */
  function fillSingles(cells: Uint8Array, count: number): number {
    let remaining = count;
    while (remaining > 0) {
      const afterNaked = fillNakedSingles(cells, remaining);
      if (afterNaked < 0) return -1;
      const sawNaked = afterNaked < remaining;
      remaining = afterNaked;
      if (sawNaked) continue;
      if (!findHiddenSingles(cells, remaining)) return -1;
      const afterHidden = fillHiddenSingles(cells, remaining);
      if (afterHidden < 0) return -1;
      if (afterHidden === remaining) return remaining;
      remaining = afterHidden;
    }
    return 0;
  }

  /** Where it fills nothing it leaves the branching cell and the candidates of the cells in `bitsOfCell`. */
  function fillNakedSingles(cells: Uint8Array, count: number): number {
    let kept = 0;
    let fewest = 99;
    for (let index = 0; index < count; index++) {
      const cell = cells[index]!;
      const bits = candidates(cell);
      const moreBits = bits & (bits - 1);
      if (moreBits === 0) {
        if (bits === 0) return -1;
        place(cell, bits);
        continue;
      }
      cells[kept++] = cell;
      bitsOfCell[cell] = bits;
      if (fewest === 2) continue;
      const bitCount = countBits(moreBits) + 1;
      if (bitCount < fewest) {
        fewest = bitCount;
        branchCell = cell;
      }
    }
    return kept;
  }

  /** Leaves in `once` the digits that have one place left in the unit; false when a digit has none. */
  function findHiddenSingles(cells: Uint8Array, count: number): boolean {
    once.fill(0);
    twice.fill(0);
    for (let index = 0; index < count; index++) {
      const cell = cells[index]!;
      const bits = bitsOfCell[cell]!;
      noteDigits(rowUnit[cell]!, bits);
      noteDigits(columnUnit[cell]!, bits);
      noteDigits(boxUnit[cell]!, bits);
    }
    for (let unit = 0; unit < unitCount; unit++) {
      if (once[unit] !== missing[unit]) return false;
      once[unit]! &= ~twice[unit]!;
    }
    return true;
  }

  function noteDigits(unit: number, bits: number): void {
    const before = once[unit]!;
    twice[unit]! |= before & bits;
    once[unit] = before | bits;
  }

  function fillHiddenSingles(cells: Uint8Array, count: number): number {
    let kept = 0;
    for (let index = 0; index < count; index++) {
      const cell = cells[index]!;
      const hidden = once[rowUnit[cell]!]! | once[columnUnit[cell]!]! | once[boxUnit[cell]!]!;
      const bits = hidden === 0 ? 0 : candidates(cell) & hidden;
      if (bits === 0) cells[kept++] = cell;
      else if ((bits & (bits - 1)) !== 0) return -1;
      else place(cell, bits);
    }
    return kept;
  }

  function search(depth: number, count: number): void {
    const cells = emptyCells[depth]!;
    const remaining = fillSingles(cells, count);
    if (remaining < 0) return;
    if (remaining === 0) {
      solutionCount++;
      firstSolution ??= grid.slice();
      onSolution?.(grid);
      return;
    }
    const cell = branchCell;
    const saved = savedMissing[depth]!;
    saved.set(missing);
    let untried = candidates(cell);
    while (untried !== 0 && solutionCount < limit) {
      const bit = random === undefined ? untried & -untried : pickBit(untried, random);
      untried ^= bit;
      guesses++;
      place(cell, bit);
      const nextCells = emptyCells[depth + 1]!;
      let nextCount = 0;
      for (let index = 0; index < remaining; index++) {
        const other = cells[index]!;
        if (other !== cell) nextCells[nextCount++] = other;
      }
      search(depth + 1, nextCount);
      missing.set(saved);
    }
  }

  function start(puzzle: ArrayLike<number>): number {
    missing.fill(allDigits);
    let count = 0;
    for (let cell = 0; cell < cellCount; cell++) {
      const digit = puzzle[cell] ?? 0;
      grid[cell] = 0;
      if (digit === 0) {
        emptyCells[0]![count++] = cell;
        continue;
      }
      const bit = 1 << (digit - 1);
      if ((candidates(cell) & bit) === 0) return -1;
      place(cell, bit);
    }
    return count;
  }

  return (puzzle, options = {}) => {
    limit = options.limit ?? 2;
    random = options.random;
    onSolution = options.onSolution;
    solutionCount = 0;
    guesses = 0;
    firstSolution = undefined;
    const count = start(puzzle);
    if (count >= 0) search(0, count);
    return { solutionCount, guesses, grid: firstSolution };
  };
}

function countBits(bits: number): number {
  let count = 0;
  for (let left = bits; left !== 0; left &= left - 1) count++;
  return count;
}

function pickBit(bits: number, random: Random): number {
  let left = bits;
  for (let skip = random.integer(countBits(bits)); skip > 0; skip--) left &= left - 1;
  return left & -left;
}
