import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomGrid } from '../../../common/puzzles/sudoku/generate.ts';
import { sudokuGeometry } from '../../../common/puzzles/sudoku/geometry.ts';
import { createSolver } from '../../../common/puzzles/sudoku/solver.ts';
import { createRandom } from '../../../common/random.ts';
import { PackedPuzzles } from '../../../worker/dataset/packed-puzzles.ts';

test('keeps every puzzle once, over many chunks and table sizes', () => {
  const geometry = sudokuGeometry(4);
  const random = createRandom(0, 'packed test');
  const solve = createSolver(geometry);
  const packed = new PackedPuzzles(16);
  const expected = new Map<string, number>();
  for (let line = 0; line < 60_000; line++) {
    const solution = randomGrid(geometry, random, solve);
    const puzzle = solution.map((digit) => (random.integer(3) === 0 ? digit : 0));
    const name = `${puzzle} ${solution}`;
    const isNew = packed.add({ puzzle, solution, line, rating: line % 5 === 0 ? undefined : line % 7 });
    assert.equal(isNew, !expected.has(name));
    if (isNew) expected.set(name, line);
  }
  assert.ok(expected.size > 40_000);
  assert.equal(packed.count, expected.size);
  for (const [index, [name, line]] of [...expected].entries()) {
    const { puzzle, solution, ...rest } = packed.get(index);
    assert.equal(`${puzzle} ${solution}`, name);
    assert.deepEqual(rest, { line, rating: line % 5 === 0 ? undefined : line % 7 });
  }
});
