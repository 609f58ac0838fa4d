// Where the solution grids of a generated dataset come from, kept apart for training and testing: all 288 grids of
// 4×4, all 49 symmetry classes of 6×6, or random 9×9 grids of classes that have not come up before.

import type { SudokuBuild } from '../../common/config/dataset.ts';
import { UserError } from '../../common/errors.ts';
import { createCanonicalizer } from '../../common/puzzles/sudoku/canonical.ts';
import { randomGrid } from '../../common/puzzles/sudoku/generate.ts';
import { sudokuGeometry } from '../../common/puzzles/sudoku/geometry.ts';
import { createSolver } from '../../common/puzzles/sudoku/solver.ts';
import { applySymmetry, randomSymmetry } from '../../common/puzzles/sudoku/symmetry.ts';
import { allClasses6, allGrids4 } from '../../common/puzzles/sudoku/symmetry-class.ts';
import { gridKey } from '../../common/puzzles/sudoku/text.ts';
import { createRandom } from '../../common/random.ts';

export interface SolutionSource {
  /** The solution grid for puzzle `index` of the split; indices are asked for in order. */
  draw(index: number): Uint8Array;
  /** How many grids (4×4) or classes (6×6) there are to draw from; undefined for 9×9. */
  size: number | undefined;
}

export interface SolutionSources {
  train: SolutionSource;
  test: SolutionSource;
}

/** @throws UserError when testShare leaves no grid for training or none for testing */
export function createSolutionSources(build: SudokuBuild): SolutionSources {
  if (build.size === 9) return createFreshSources(build);
  const pool = build.size === 4 ? allGrids4() : allClasses6().map(({ grid }) => grid);
  createRandom(build.seed, 'split').shuffle(pool);
  const testSize = Math.round(build.testShare * pool.length);
  if (testSize === 0 || testSize === pool.length) throw emptySplit(build, pool.length, testSize);
  const test = pool.slice(0, testSize);
  const train = pool.slice(testSize);
  return { train: createPoolSource(build, 'train', train), test: createPoolSource(build, 'test', test) };
}

function createPoolSource(build: SudokuBuild, split: string, pool: Uint8Array[]): SolutionSource {
  const geometry = sudokuGeometry(build.size);
  return {
    size: pool.length,
    draw: (index) => {
      const grid = pool[index % pool.length];
      if (grid === undefined) throw new Error('the pool of solution grids is empty');
      if (build.size === 4) return grid;
      return applySymmetry(
        geometry,
        randomSymmetry(geometry, createRandom(build.seed, split, 'member', index)),
        grid,
      );
    },
  };
}

function createFreshSources(build: SudokuBuild): SolutionSources {
  const geometry = sudokuGeometry(build.size);
  const solve = createSolver(geometry);
  const canonicalize = createCanonicalizer(geometry);
  const seen = new Set<string>();
  function createSource(split: string): SolutionSource {
    return {
      size: undefined,
      draw: (index) => {
        const random = createRandom(build.seed, split, 'grid', index);
        for (;;) {
          const grid = randomGrid(geometry, random, solve);
          const key = gridKey(canonicalize(grid).grid);
          if (seen.has(key)) continue;
          seen.add(key);
          return grid;
        }
      },
    };
  }
  return { train: createSource('train'), test: createSource('test') };
}

function emptySplit(build: SudokuBuild, poolSize: number, testSize: number): UserError {
  const unit = build.size === 4 ? 'solution grids' : 'symmetry classes';
  return new UserError({
    what: `testShare leaves no ${unit} for ${testSize === 0 ? 'testing' : 'training'}`,
    where: 'dataset.build.testShare',
    found: `${build.testShare} of ${poolSize} ${unit}`,
    expected: `a share between ${(0.5 / poolSize).toFixed(4)} and ${(1 - 0.5 / poolSize).toFixed(4)}`,
    remedy: 'change testShare',
  });
}
