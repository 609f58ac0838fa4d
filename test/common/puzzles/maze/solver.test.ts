import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { goal, type MazeShape, path, start, wall } from '../../../../common/puzzles/maze/cells.ts';
import { createMazeSolver, type MazeSolution } from '../../../../common/puzzles/maze/solver.ts';
import { formatMaze } from '../../../../common/puzzles/maze/text.ts';
import { arbitraryMaze, drawMaze } from './samples.ts';

/** By relaxation: the steps from every cell to the goal, improved until nothing changes; Infinity where no way is. */
function stepsToGoal({ rows, columns }: MazeShape, cells: Uint8Array): number[][] {
  const steps = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) =>
      cells[row * columns + column] === goal ? 0 : Number.POSITIVE_INFINITY,
    ),
  );
  for (let changed = true; changed; ) {
    changed = false;
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        if (cells[row * columns + column] === wall) continue;
        const best =
          1 + Math.min(...around(row, column).map(([r, c]) => steps[r]?.[c] ?? Number.POSITIVE_INFINITY));
        if (best >= steps[row]![column]!) continue;
        steps[row]![column] = best;
        changed = true;
      }
    }
  }
  return steps;
}

/** Down, left, right, up. */
function around(row: number, column: number): [number, number][] {
  return [
    [row + 1, column],
    [row, column - 1],
    [row, column + 1],
    [row - 1, column],
  ];
}

/** The first of all shortest paths in the order down, left, right, up, and their number, from the steps alone. */
function solveNaively(shape: MazeShape, cells: Uint8Array): MazeSolution | undefined {
  const { columns } = shape;
  const steps = stepsToGoal(shape, cells);
  const at = (row: number, column: number) => steps[row]?.[column] ?? Number.POSITIVE_INFINITY;
  const nearer = (row: number, column: number) =>
    around(row, column).filter(([r, c]) => at(r, c) === at(row, column) - 1);
  const countWays = (row: number, column: number): number =>
    at(row, column) === 0 ? 1 : nearer(row, column).reduce((sum, next) => sum + countWays(...next), 0);
  const from = cells.indexOf(start);
  let [row, column]: [number, number] = [Math.floor(from / columns), from % columns];
  const length = at(row, column);
  if (length === Number.POSITIVE_INFINITY) return undefined;
  const shortestPaths = countWays(row, column);
  const answer = cells.slice();
  for (let left = length; left > 1; left--) {
    [row, column] = nearer(row, column)[0]!;
    answer[row * columns + column] = path;
  }
  return { answer, steps: length, shortestPaths };
}

test('the solution is the first shortest path in the order down, left, right, up, as a naive search finds it', () => {
  fc.assert(
    fc.property(arbitraryMaze, ({ shape, cells }) => {
      assert.deepEqual(createMazeSolver(shape)(cells), solveNaively(shape, cells));
    }),
    { numRuns: 500 },
  );
});

test('an answer that is given instead of a maze is solved as the maze', () => {
  fc.assert(
    fc.property(arbitraryMaze, ({ shape, cells }) => {
      const solve = createMazeSolver(shape);
      const solution = solve(cells);
      if (solution !== undefined) assert.deepEqual(solve(solution.answer), solution);
    }),
  );
});

test('in an open field the answer goes down first', () => {
  const { shape, cells } = drawMaze('S  ', '   ', '  G');
  const solution = createMazeSolver(shape)(cells);
  assert.deepEqual(
    { ...solution, answer: formatMaze(solution?.answer ?? []) },
    {
      answer: 'S  o  ooG',
      steps: 4,
      shortestPaths: 6,
    },
  );
});

test('without a way, a start or a goal there is no solution', () => {
  for (const rows of [
    ['S# ', '## ', '  G'],
    ['S  ', '   '],
    ['   ', '  G'],
  ]) {
    const { shape, cells } = drawMaze(...rows);
    assert.equal(createMazeSolver(shape)(cells), undefined);
  }
});
