// Knows the solutions of a training split up to symmetry. A cheap invariant, the same for all members of a symmetry
// class, finds the few solutions that are worth comparing exactly.

import { createCanonicalizer } from '../../common/puzzles/sudoku/canonical.ts';
import type { Geometry } from '../../common/puzzles/sudoku/geometry.ts';
import { gridKey } from '../../common/puzzles/sudoku/text.ts';
import type { DatasetSplit } from '../dataset/open-split.ts';
import { createPacer } from '../dataset/pacer.ts';
import type { JobContext } from '../job.ts';
import type { SudokuTokens } from './sudoku.ts';

export interface TrainingSolutions {
  /** Whether training has this grid (4×4), or one that symmetries make of it (6×6, 9×9). */
  has(grid: Uint8Array): boolean;
}

/** Reads the solutions of a split: all examples of 4×4, one of each group otherwise, its copies being symmetric. */
export async function readTrainingSolutions(
  split: DatasetSplit,
  tokens: SudokuTokens,
  context: JobContext,
): Promise<TrainingSolutions> {
  const { geometry, toDigits } = tokens;
  const cells = new Int32Array(geometry.cellCount);
  const read = (example: number): Uint8Array => {
    split.copyLabels(example, cells, 0);
    return toDigits(cells);
  };
  const firstExample = (group: number) => split.puzzleIndices[split.groupIndices[group] as number] as number;
  const pace = createPacer(context.signal);
  const forEach = async (count: number, use: (index: number) => void) => {
    for (let index = 0; index < count; index++) {
      use(index);
      context.progress('reading the training solutions', index + 1, count, 'solutions');
      await pace();
    }
  };

  if (geometry.size === 4) {
    const keys = new Set<string>();
    await forEach(split.exampleCount, (example) => keys.add(gridKey(read(example))));
    return { has: (grid) => keys.has(gridKey(grid)) };
  }
  const invariants = new Uint32Array(split.groupCount);
  await forEach(split.groupCount, (group) => {
    invariants[group] = symmetryInvariant(geometry, read(firstExample(group)));
  });
  return compareByClass(geometry, invariants, (group) => read(firstExample(group)));
}

function compareByClass(
  geometry: Geometry,
  invariants: Uint32Array,
  readGroup: (group: number) => Uint8Array,
): TrainingSolutions {
  const canonicalize = createCanonicalizer(geometry);
  const classKeys = new Map<number, string>();
  const classOf = (group: number): string => {
    const key = classKeys.get(group) ?? gridKey(canonicalize(readGroup(group)).grid);
    classKeys.set(group, key);
    return key;
  };
  return {
    has(grid) {
      const invariant = symmetryInvariant(geometry, grid);
      const key = gridKey(canonicalize(grid).grid);
      let group = invariants.indexOf(invariant);
      while (group !== -1 && classOf(group) !== key) group = invariants.indexOf(invariant, group + 1);
      return group !== -1;
    },
  };
}

/**
 * A number that every symmetry leaves as it is. Two rows of a band are a permutation of the digits, and neither
 * relabelling nor reordering changes its cycle lengths; the same holds for two columns of a stack.
 */
export function symmetryInvariant(geometry: Geometry, grid: Uint8Array): number {
  const { size, boxRows, boxColumns, transposable } = geometry;
  const rows = sumOverPairs(size, boxRows, (line, place) => grid[line * size + place] as number);
  const columns = sumOverPairs(size, boxColumns, (line, place) => grid[place * size + line] as number);
  // Mirroring exchanges rows and columns where it is a symmetry.
  return transposable ? (mix(rows) + mix(columns)) >>> 0 : (mix(rows) + Math.imul(mix(columns), 31)) >>> 0;
}

type CellOfLine = (line: number, place: number) => number;

/** The sum of the hashed cycle codes of all pairs of lines in a group of `groupSize` lines. */
function sumOverPairs(size: number, groupSize: number, cell: CellOfLine): number {
  const next = new Uint8Array(size + 1);
  let sum = 0;
  for (let line = 0; line < size; line++) {
    const groupEnd = line - (line % groupSize) + groupSize;
    for (let other = line + 1; other < groupEnd; other++) {
      for (let place = 0; place < size; place++) next[cell(line, place)] = cell(other, place);
      sum += mix(cycleCode(next));
    }
  }
  return sum | 0;
}

/**
 * The sum of the squared cycle lengths of a permutation, which tells all cycle types of up to nine digits without
 * fixed points apart. `next` is all zeros afterwards.
 */
function cycleCode(next: Uint8Array): number {
  let code = 0;
  for (let digit = 1; digit < next.length; digit++) {
    let length = 0;
    for (let at = digit; next[at] !== 0; length++) {
      const following = next[at] as number;
      next[at] = 0;
      at = following;
    }
    code += length * length;
  }
  return code;
}

function mix(value: number): number {
  let word = Math.imul(value ^ (value >>> 16), 0x7feb352d);
  word = Math.imul(word ^ (word >>> 15), 0x846ca68b);
  return word ^ (word >>> 16);
}
