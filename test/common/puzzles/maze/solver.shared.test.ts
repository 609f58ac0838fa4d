// The 200 published mazes that lie beside the checkout: our solver gives their answers.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createAnswerChecker, createMazeCheck } from '../../../../common/puzzles/maze/check.ts';
import { createLayoutKey } from '../../../../common/puzzles/maze/layout.ts';
import { createMazeSolver } from '../../../../common/puzzles/maze/solver.ts';
import { formatMaze, parseMaze } from '../../../../common/puzzles/maze/text.ts';

const shape = { rows: 30, columns: 30 };
const rows = ['train', 'test'].flatMap((split) => {
  const file = new URL(`../../../../../shared/data/maze/${split}.csv`, import.meta.url);
  const [, ...lines] = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => line.split(','));
});

function cellsOf(text: string | undefined): Uint8Array {
  const parsed = parseMaze(text ?? '', { answer: true, shape });
  if ('problem' in parsed) throw new Error(parsed.problem.found);
  return parsed.cells;
}

test('all 200 published answers are exactly ours, with their rating and many ties', () => {
  assert.equal(rows.length, 200);
  const solve = createMazeSolver(shape);
  const findFault = createMazeCheck(shape);
  const check = createAnswerChecker(shape);
  for (const [, question, answer, rating] of rows) {
    const maze = cellsOf(question);
    assert.equal(findFault(maze), undefined);
    const solution = solve(maze)!;
    assert.equal(formatMaze(solution.answer), answer);
    assert.equal(solution.steps + 1, Number(rating));
    assert.ok(solution.shortestPaths >= 96);
    assert.deepEqual(check(maze, cellsOf(answer)), { path: true, shortest: true });
  }
});

test('no wall layout is twice among them, up to rotation and mirror', () => {
  const keyOf = createLayoutKey(shape);
  assert.equal(new Set(rows.map(([, question]) => keyOf(cellsOf(question)))).size, 200);
});
