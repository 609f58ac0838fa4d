import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { findConflict } from '../../../common/puzzles/sudoku/check.ts';
import { randomGrid } from '../../../common/puzzles/sudoku/generate.ts';
import { sudokuGeometry } from '../../../common/puzzles/sudoku/geometry.ts';
import { createSolver } from '../../../common/puzzles/sudoku/solver.ts';
import { createRandom } from '../../../common/random.ts';
import { symmetriesOf } from '../../../worker/rollouts/symmetries.ts';

const sudoku = (size: number) => ({
  domain: 'sudoku',
  gridRows: size,
  gridColumns: size,
  tokens: ['padding', 'blank', ...Array.from({ length: size }, (_, index) => String(index + 1))],
});

test('a turned solution keeps the rules, and turned back it is the solution', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(4 as const, 6 as const, 9 as const),
      fc.integer({ min: 0, max: 1e6 }),
      (size, seed) => {
        const geometry = sudokuGeometry(size);
        const grid = randomGrid(geometry, createRandom(seed), createSolver(geometry));
        const tokens = Int32Array.from(grid, (digit) => digit + 1);
        for (const { apply, undo } of symmetriesOf(sudoku(size), 4, seed)) {
          const turned = apply(tokens);
          assert.equal(
            findConflict(
              geometry,
              turned.map((token) => token - 1),
            ),
            undefined,
          );
          assert.deepEqual(undo(turned), tokens);
        }
      },
    ),
    { numRuns: 30 },
  );
});

test('mazes have eight, or four where they are not square; each is undone', () => {
  const maze = (gridRows: number, gridColumns: number) => ({
    domain: 'maze',
    gridRows,
    gridColumns,
    tokens: ['a', 'b'],
  });
  const tokens = Int32Array.from({ length: 12 }, (_, cell) => cell);
  for (const { apply, undo } of symmetriesOf(maze(3, 4), 4, 0)) assert.deepEqual(undo(apply(tokens)), tokens);
  assert.equal(symmetriesOf(maze(4, 4), 8, 0).length, 8);
  assert.throws(() => symmetriesOf(maze(3, 4), 5, 0), { message: /symmetries=5[\s\S]*at most 4/ });
});

test('a domain without symmetries says so', () => {
  const arc = { domain: 'arc', gridRows: 30, gridColumns: 30, tokens: ['a', 'b'] };
  assert.equal(symmetriesOf(arc, 1, 0).length, 1);
  assert.throws(() => symmetriesOf(arc, 8, 0), { message: /domain arc have no symmetries[\s\S]*votes/ });
});
