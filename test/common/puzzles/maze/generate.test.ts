import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { goal, open, start, wall } from '../../../../common/puzzles/maze/cells.ts';
import { createMazeGenerator } from '../../../../common/puzzles/maze/generate.ts';
import { greatestPathLength, usualPathLength } from '../../../../common/puzzles/maze/limits.ts';
import { createMazeSolver } from '../../../../common/puzzles/maze/solver.ts';
import { createRandom } from '../../../../common/random.ts';

const wallShares = { minimumWallShare: 0.3, maximumWallShare: 0.5 };

function countOf(maze: Uint8Array, value: number): number {
  return maze.filter((cell) => cell === value).length;
}

test('mazes have one start, one goal and a shortest path of at least the wanted length', () => {
  const shapes = fc.record({
    rows: fc.integer({ min: 2, max: 32 }),
    columns: fc.integer({ min: 2, max: 32 }),
  });
  fc.assert(
    fc.property(shapes, fc.nat(), fc.integer({ min: 2, max: 12 }), (shape, seed, minimumPathLength) => {
      const generate = createMazeGenerator(shape, { minimumPathLength, ...wallShares });
      const maze = generate(createRandom(seed), 2000);
      if (maze === undefined) return;
      assert.deepEqual([countOf(maze, start), countOf(maze, goal)], [1, 1]);
      assert.equal(countOf(maze, wall) + countOf(maze, open) + 2, shape.rows * shape.columns);
      assert.ok(createMazeSolver(shape)(maze)!.steps + 1 >= minimumPathLength);
      assert.deepEqual(
        createMazeGenerator(shape, { minimumPathLength, ...wallShares })(createRandom(seed), 2000),
        maze,
      );
    }),
  );
});

test('mazes of 30×30 with 110 cells look like those of Maze-Hard', () => {
  const shape = { rows: 30, columns: 30 };
  const generate = createMazeGenerator(shape, { minimumPathLength: 110, ...wallShares });
  const solve = createMazeSolver(shape);
  const random = createRandom(0, 'maze');
  const mazes = Array.from({ length: 60 }, () => generate(random, 1_000_000)!);
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const steps = mazes.map((maze) => solve(maze)!.steps);
  const shares = mazes.map((maze) => countOf(maze, wall) / 900);
  const edge = mazes.map((maze) => countOf(maze.subarray(0, 30), wall) / 30);
  assert.ok(Math.min(...steps) === 109, `shortest path of ${Math.min(...steps)} steps`);
  // Published mazes: mean 113 to 114 steps, wall share 0.372 with a standard deviation of 0.027, no walled border.
  assert.ok(Math.abs(mean(steps) - 113.5) < 2, `mean of ${mean(steps)} steps`);
  assert.ok(Math.abs(mean(shares) - 0.372) < 0.015, `wall share of ${mean(shares)}`);
  assert.ok(Math.abs(mean(edge) - 0.372) < 0.06, `wall share of ${mean(edge)} in the first row`);
});

test('limits that no maze meets end after the tries', () => {
  const random = createRandom(0);
  const generate = createMazeGenerator({ rows: 4, columns: 4 }, { minimumPathLength: 16, ...wallShares });
  assert.equal(generate(random, 500), undefined);
  const full = createMazeGenerator(
    { rows: 2, columns: 2 },
    { minimumPathLength: 2, minimumWallShare: 1, maximumWallShare: 1 },
  );
  assert.equal(full(random, 5), undefined);
});

test('the usual length is that of Maze-Hard at 30×30, and no path is longer than three cells of each 2×2 block', () => {
  const lengths = [5, 8, 10, 20, 30].map((side) => usualPathLength({ rows: side, columns: side }));
  assert.deepEqual(lengths, [9, 17, 24, 62, 110]);
  assert.deepEqual(greatestPathLength({ rows: 2, columns: 2 }), 3);
  assert.deepEqual(greatestPathLength({ rows: 1, columns: 5 }), 5);
  assert.deepEqual(greatestPathLength({ rows: 3, columns: 3 }), 8);
  assert.deepEqual(greatestPathLength({ rows: 30, columns: 30 }), 675);
});
