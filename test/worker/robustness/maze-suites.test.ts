// The maze suites: each changed maze is what its suite says, by the exact solver.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { goal, open, start, wall } from '../../../common/puzzles/maze/cells.ts';
import { createMazeCheck } from '../../../common/puzzles/maze/check.ts';
import { createMazeSolver } from '../../../common/puzzles/maze/solver.ts';
import { countDifferences, openPuzzleSet, type PuzzleSet } from './puzzle-sets.ts';

const shape = { rows: 6, columns: 7 };
const solveCells = createMazeSolver(shape);
const findFault = createMazeCheck(shape);
const solve = (input: Int32Array) => solveCells(Uint8Array.from(input));
const count = (input: Int32Array, wanted: number) => input.filter((cell) => cell === wanted).length;

/** The solver's answer is judged right, and the maze itself wrong. */
function assertJudgedByRules(puzzles: Awaited<ReturnType<PuzzleSet['make']>>): void {
  for (const { made } of puzzles) {
    const solution = solve(made.input);
    assert.ok(solution !== undefined);
    assert.deepEqual(made.judge(Int32Array.from(solution.answer)), { valid: true });
    assert.equal(made.judge(made.input).valid, false);
  }
}

test('unsolvable mazes have a start, a goal and no way', async (t) => {
  const { make } = await openPuzzleSet(t, 'maze 6×7');
  for (const { made, source } of await make('unsolvable')) {
    assert.equal(solve(made.input), undefined);
    assert.deepEqual([count(made.input, start), count(made.input, goal)], [1, 1]);
    // Walls only were added.
    assert.ok(made.input.every((cell, index) => cell === source.input[index] || cell === wall));
    assert.deepEqual(made.judge(source.label), { valid: false, reason: 'the puzzle has no solution' });
  }
});

test('mazes with several shortest paths have more of them, as long as before', async (t) => {
  const { make } = await openPuzzleSet(t, 'maze 6×7');
  const puzzles = await make('several-solutions');
  for (const { made, source } of puzzles) {
    const [before, after] = [solve(source.input), solve(made.input)];
    assert.ok(before !== undefined && after !== undefined);
    assert.equal(after.steps, before.steps);
    assert.ok(after.shortestPaths >= 2 && after.shortestPaths > before.shortestPaths);
  }
  assertJudgedByRules(puzzles);
});

test('contradictory mazes are at fault in sight', async (t) => {
  const { make } = await openPuzzleSet(t, 'maze 6×7');
  const counts = { 'no start': [0, 1], 'no goal': [1, 0], 'two starts': [2, 1], 'two goals': [1, 2] };
  for (const [variant, expected] of Object.entries(counts)) {
    for (const { made, source } of await make('contradictory', variant)) {
      assert.deepEqual([count(made.input, start), count(made.input, goal)], expected);
      assert.notEqual(findFault(Uint8Array.from(made.input)), undefined);
      assert.equal(countDifferences(made.input, source.input), 1);
      assert.deepEqual(made.judge(source.label), { valid: false, reason: `the maze has ${variant}` });
    }
  }
});

test('misleading mazes have a longer or a shorter way than the one that seems right', async (t) => {
  const { make } = await openPuzzleSet(t, 'maze 6×7');
  const lengths = async (variant: string) => {
    const puzzles = await make('misleading', variant);
    assertJudgedByRules(puzzles);
    return puzzles.map(({ made, source }) => {
      assert.equal(countDifferences(made.input, source.input), 1);
      assert.equal(made.judge(source.label).valid, false);
      return (solve(made.input)?.steps ?? 0) - (solve(source.input)?.steps ?? 0);
    });
  };
  assert.ok((await lengths('a way closed')).every((longer) => longer > 0));
  assert.ok((await lengths('a way opened')).every((longer) => longer < 0));
});

test('sparse mazes have few walls', async (t) => {
  const { make } = await openPuzzleSet(t, 'maze 6×7');
  const puzzles = await make('fewer-givens', 'few walls');
  assertJudgedByRules(puzzles);
  const walls = puzzles.reduce((sum, { made }) => sum + count(made.input, wall), 0);
  assert.ok(walls / (puzzles.length * 42) < 0.25);
});

test('smaller mazes stand in the first corner', async (t) => {
  const { make } = await openPuzzleSet(t, 'maze 6×7');
  const small = { rows: 4, columns: 5 };
  const solveSmall = createMazeSolver(small);
  const inside = (cell: number) => Math.floor(cell / 7) < small.rows && cell % 7 < small.columns;
  for (const [name, around] of [
    ['walled in', wall],
    ['padded', 0],
  ] as const) {
    for (const { made } of await make('other-size', `4×5, ${name}`)) {
      assert.ok(made.input.every((cell, index) => inside(index) || cell === around));
      const solution = solveSmall(Uint8Array.from(made.input.filter((_, cell) => inside(cell))));
      assert.ok(solution !== undefined);
      const answer = made.input.map((cell, index) => {
        return inside(index) ? (solution.answer[Math.floor(index / 7) * 5 + (index % 7)] ?? 0) : cell;
      });
      assert.deepEqual(made.judge(answer), { valid: true });
      assert.equal(made.judge(made.input).valid, false);
    }
  }
});

test('noise changes walls and open cells, as many as it says', async (t) => {
  const { make } = await openPuzzleSet(t, 'maze 6×7');
  for (const { made, source } of await make('noise', '10 % of the cells')) {
    assert.equal(countDifferences(made.input, source.input), 4);
    assert.deepEqual([count(made.input, start), count(made.input, goal)], [1, 1]);
    const solution = solve(made.input);
    const answer = solution === undefined ? source.label : Int32Array.from(solution.answer);
    assert.equal(made.judge(answer).valid, solution !== undefined);
  }
});

test('turned mazes and exchanged ends keep the length of the way', async (t) => {
  const { make, notApplicable } = await openPuzzleSet(t, 'maze 6×7');
  const puzzles = [
    ...(await make('turned')),
    ...(await make('shifted-vocabulary', 'start and goal exchanged')),
    ...(await make('baseline')),
  ];
  assertJudgedByRules(puzzles);
  for (const { made, source } of puzzles) assert.equal(solve(made.input)?.steps, solve(source.input)?.steps);
  for (const { made, source } of await make('shifted-vocabulary', 'a foreign token')) {
    assert.deepEqual(
      made.input,
      source.input.map((cell) => (cell === open ? 0 : cell)),
    );
    assert.deepEqual(made.judge(source.label), { valid: true });
  }
  assert.deepEqual(notApplicable, ['identifier']);
});
