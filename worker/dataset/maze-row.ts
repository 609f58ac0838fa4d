// Checks one row of a file of mazes (source, question, answer, rating). Every way in which a row can be wrong has its
// own message with file, line, column, what was found and what was expected.

import type { ErrorDetails } from '../../common/errors.ts';
import type { MazeShape } from '../../common/puzzles/maze/cells.ts';
import { type AnswerChecker, createAnswerChecker, createMazeCheck } from '../../common/puzzles/maze/check.ts';
import { createLayoutKey } from '../../common/puzzles/maze/layout.ts';
import { createMazeSolver, type MazeSolver } from '../../common/puzzles/maze/solver.ts';
import { parseMaze } from '../../common/puzzles/maze/text.ts';
import type { MazePuzzle } from './maze-split.ts';

export type MazeRow = MazePuzzle & { line: number };

export interface MazeRowReader {
  /** The maze of a row whose answer is a shortest path; else what is wrong. */
  read(
    fields: Readonly<Record<string, unknown>>,
    place: { path: string; line: number },
  ): MazeRow | { problem: ErrorDetails };
  /** That of all mazes, once there was one. */
  shape(): MazeShape | undefined;
}

type Column = 'question' | 'answer' | 'rating';

interface Tools {
  shape: MazeShape;
  findFault: (maze: Uint8Array) => string | undefined;
  check: AnswerChecker;
  solve: MazeSolver;
  keyOf: (maze: Uint8Array) => string;
}

/** A reader for mazes of the given shape; without one, the first maze that can be read decides. */
export function createMazeRowReader(shape: MazeShape | undefined): MazeRowReader {
  let tools = shape === undefined ? undefined : createTools(shape);
  return {
    shape: () => tools?.shape,
    read: (fields, { path, line }) => {
      const wrong = (column: Column, what: string, found: string, expected: string) => {
        const where = `${path}:${line}, column ${column}`;
        return { problem: { what, where, found, expected, remedy: 'correct or remove this line' } };
      };
      const question = parseMaze(textOf(fields.question), { answer: false, shape: tools?.shape });
      if ('problem' in question) {
        const { found, expected } = question.problem;
        return wrong('question', 'This is not a maze', found, expected);
      }
      tools ??= createTools(question.shape);
      const fault = tools.findFault(question.cells);
      if (fault !== undefined) {
        return wrong('question', 'A maze cannot be solved', fault, 'one S, one G and a way between them');
      }
      const answer = parseMaze(textOf(fields.answer), { answer: true, shape: tools.shape });
      if ('problem' in answer) {
        const { found, expected } = answer.problem;
        return wrong('answer', 'This is not the answer of a maze', found, expected);
      }
      const verdict = tools.check(question.cells, answer.cells);
      if (!verdict.shortest) {
        const expected = 'the maze of the question with one of its shortest paths marked';
        return wrong('answer', 'The answer does not solve the question', verdict.reason, expected);
      }
      const rating = textOf(fields.rating ?? '');
      if (!/^\d*$/.test(rating)) {
        return wrong('rating', 'This is not a rating', JSON.stringify(rating), 'a whole number, or nothing');
      }
      const fileRating = rating === '' ? undefined : Number(rating);
      return { ...describeMaze(tools, answer.cells), fileRating, line };
    },
  };
}

function createTools(shape: MazeShape): Tools {
  return {
    shape,
    findFault: createMazeCheck(shape),
    check: createAnswerChecker(shape),
    solve: createMazeSolver(shape),
    keyOf: createLayoutKey(shape),
  };
}

function describeMaze({ solve, keyOf }: Tools, answer: Uint8Array): MazePuzzle {
  const solution = solve(answer);
  if (solution === undefined) throw new Error('a maze with an answer has no way from start to goal');
  const { steps, shortestPaths, answer: first } = solution;
  const isFirstPath = first.every((value, cell) => value === answer[cell]);
  return { answer, steps, shortestPaths, layoutKey: keyOf(answer), isFirstPath };
}

/** Fields of JSON files need not be texts. */
function textOf(field: unknown): string {
  return typeof field === 'string' ? field : (JSON.stringify(field) ?? '');
}
