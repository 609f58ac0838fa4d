// The kinds of puzzle of the web app: how grids are entered, checked and made.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BundleModel } from '../../common/bundle.ts';
import { cellNames, goal, open, path, start, wall } from '../../common/puzzles/maze/cells.ts';
import { createRandom } from '../../common/random.ts';
import { createDomain } from '../../edge/web/domains/table.ts';

function modelOf(domain: string, gridRows: number, gridColumns: number, tokens: string[]): BundleModel {
  return {
    ...{
      name: 'm',
      file: 'models/m.onnx',
      sizeBytes: 1,
      sha256: '0'.repeat(64),
      precision: 'float32',
      task: null,
    },
    ...{ domain, gridRows, gridColumns, tokens, characters: null },
    latents: { names: ['high', 'low'], tokens: 1, hidden: 1 },
    ...{ puzzleIdentifierCount: 1, tokenDistribution: 'softmax', maximumSteps: 4, halting: 'q>=0.5' },
    haltingRule: { criterion: 'q', comparison: '>=', bound: 0.5 },
    ...{ accuracy: null, examples: [], examplesSource: null },
  };
}

const sudoku = createDomain(modelOf('sudoku', 4, 4, ['padding', 'blank', '1', '2', '3', '4']));

test('a Sudoku that is made here can be solved, and its solution is checked by the rules', () => {
  const puzzle = sudoku.make?.(createRandom(1, 'test'));
  assert.ok(puzzle);
  assert.equal(sudoku.findProblem(puzzle), null);
  assert.equal(sudoku.check(puzzle, puzzle).valid, false);
  const answer = Int32Array.from('1234341221434321', (digit) => Number(digit) + 1);
  assert.deepEqual(sudoku.check(sudoku.empty(), answer), {
    valid: true,
    reason: 'Every rule and every given is kept.',
  });
});

test('equal digits in a row are marked and cannot be solved', () => {
  const puzzle = sudoku.empty();
  puzzle[0] = 3;
  puzzle[3] = 3;
  assert.deepEqual([...sudoku.conflicts(puzzle)], [0, 3]);
  assert.equal(sudoku.findProblem(puzzle), 'The marked digits contradict each other.');
  assert.equal(sudoku.findProblem(sudoku.empty()), 'Enter some digits first.');
});

test('a maze needs a start, a goal and a way, and its answer a shortest one', () => {
  const maze = createDomain(modelOf('maze', 2, 3, cellNames));
  const puzzle = Int32Array.of(start, wall, goal, open, open, open);
  assert.equal(maze.findProblem(maze.empty()), 'There is no S.');
  assert.equal(maze.findProblem(puzzle), null);
  assert.equal(maze.check(puzzle, puzzle).valid, false);
  assert.equal(maze.check(puzzle, Int32Array.of(start, wall, goal, path, path, path)).valid, true);
});

test('an ARC grid keeps its cells when its size changes', () => {
  const colours = Array.from({ length: 10 }, (_, colour) => `colour ${colour}`);
  const arc = createDomain(modelOf('arc', 6, 6, ['padding', 'edge', ...colours]));
  const grid = arc.empty();
  grid[1] = 7;
  const resized = arc.resize?.(grid, { rows: 2, columns: 3 });
  assert.ok(resized);
  assert.deepEqual(arc.sizeOf(resized), { rows: 2, columns: 3 });
  assert.deepEqual(Array.from(resized.slice(0, 4)), [2, 7, 2, 1]);
  assert.equal(arc.check(grid, resized, resized).valid, true);
  assert.deepEqual(arc.check(grid, grid, resized), {
    valid: false,
    reason: 'The output has 5×5 instead of 2×3 cells.',
  });
  assert.equal(arc.check(grid, grid).valid, null);
});

test('a vocabulary that is not what its name says is entered token by token', () => {
  const other = createDomain(modelOf('sudoku', 3, 3, ['padding', 'a', 'b']));
  assert.deepEqual(
    other.brushes.map(({ mark }) => mark),
    ['', 'a', 'b'],
  );
  assert.equal(other.check(other.empty(), other.empty(), other.empty()).valid, true);
});
