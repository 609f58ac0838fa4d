// Whether a maze is one, and whether an answer is a path through it and a shortest one, with the reason in words.

import { cellName, goal, type MazeShape, open, path, start } from './cells.ts';
import { createMazeSolver } from './solver.ts';
import { createPathTracer } from './trace.ts';

/** What is wrong with a maze; undefined when it has one start, one goal and a way between them. */
export function createMazeCheck(shape: MazeShape): (maze: Uint8Array) => string | undefined {
  const solve = createMazeSolver(shape);
  return (maze) =>
    findCountProblem(shape, maze, start, 'S') ??
    findCountProblem(shape, maze, goal, 'G') ??
    (solve(maze) === undefined ? 'there is no way from S to G' : undefined);
}

function findCountProblem(
  shape: MazeShape,
  maze: Uint8Array,
  value: number,
  name: string,
): string | undefined {
  const first = maze.indexOf(value);
  if (first < 0) return `there is no ${name}`;
  const second = maze.indexOf(value, first + 1);
  if (second < 0) return undefined;
  return `${name} is at ${cellName(shape, first)} and again at ${cellName(shape, second)}`;
}

export type AnswerCheck =
  | { path: true; shortest: true }
  | { path: true; shortest: false; reason: string }
  | { path: false; shortest: false; reason: string };

/**
 * Whether an answer marks any path from start to goal through the open cells of the maze, and whether that is one of
 * the shortest. The marked cells must be the cells of one path, each visited once: no gap, no fork, nothing beside it;
 * and all other cells as in the maze. The maze must have passed `createMazeCheck`.
 */
export type AnswerChecker = (maze: Uint8Array, answer: ArrayLike<number>) => AnswerCheck;

export function createAnswerChecker(shape: MazeShape): AnswerChecker {
  const solve = createMazeSolver(shape);
  const trace = createPathTracer(shape);
  const fails = (reason: string): AnswerCheck => ({ path: false, shortest: false, reason });

  return (maze, answer) => {
    let marked = 0;
    for (let cell = 0; cell < maze.length; cell++) {
      const isMarked = answer[cell] === path && maze[cell] === open;
      if (!isMarked && answer[cell] !== maze[cell]) return fails(describeChange(shape, maze, answer, cell));
      if (isMarked) marked++;
    }
    const problem = trace(answer);
    if (problem !== undefined) return fails(problem);
    const steps = marked + 1;
    const shortest = solve(maze)?.steps;
    if (steps === shortest) return { path: true, shortest: true };
    const reason = `the path has ${steps} steps, a shortest one has ${shortest}`;
    return { path: true, shortest: false, reason };
  };
}

const meanings = ['nothing', 'a wall', 'an open cell', 'S', 'G', 'the path'];

function describeChange(shape: MazeShape, maze: Uint8Array, answer: ArrayLike<number>, cell: number): string {
  const found = meanings[answer[cell]!] ?? 'no token of a maze';
  return `${cellName(shape, cell)} holds ${found}, but the maze has ${meanings[maze[cell]!]} there`;
}
