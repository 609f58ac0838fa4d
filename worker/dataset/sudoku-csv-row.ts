// Checks one row of a Sudoku CSV file (source, question, answer, rating). Every way in which a row can be wrong has its
// own message with file, line, column, what was found and what was expected.

import { UserError } from '../../common/errors.ts';
import { checkAnswer, findConflict } from '../../common/puzzles/sudoku/check.ts';
import type { Geometry } from '../../common/puzzles/sudoku/geometry.ts';
import { createSolver } from '../../common/puzzles/sudoku/solver.ts';
import { formatGrid, parseGrid } from '../../common/puzzles/sudoku/text.ts';
import type { PackedPuzzle } from './packed-puzzles.ts';

export type CsvColumn = 'question' | 'answer' | 'rating';

export interface CsvPlace {
  path: string;
  line: number;
}

export interface CsvRow {
  question: string;
  answer: string;
  /** Undefined when the file has no such column. */
  rating: string | undefined;
}

/**
 * The puzzle of a row whose answer is right. Whether it is the only answer is not checked here.
 * `geometry` is that of the rows before; without it any size is right.
 * @throws UserError
 */
export function checkCsvRow(
  row: CsvRow,
  geometry: Geometry | undefined,
  place: CsvPlace,
): PackedPuzzle & { geometry: Geometry } {
  const question = parseGrid(row.question, { blanks: true, geometry });
  if ('problem' in question) {
    throw csvError(place, 'question', 'This is not a Sudoku puzzle', question.problem);
  }
  const answer = parseGrid(row.answer, { blanks: false, geometry: question.geometry });
  if ('problem' in answer)
    throw csvError(place, 'answer', 'This is not the answer of a Sudoku puzzle', answer.problem);
  const check = checkAnswer(question.geometry, question.cells, answer.cells);
  if (!check.valid) throw wrongAnswer(question.geometry, question.cells, check.reason, place);
  const rating = row.rating === undefined ? undefined : parseRating(row.rating, place);
  return {
    geometry: question.geometry,
    puzzle: question.cells,
    solution: answer.cells,
    line: place.line,
    rating,
  };
}

/** @throws UserError that shows where a second answer differs */
export function throwSeveralSolutions(
  geometry: Geometry,
  { puzzle, solution, line }: PackedPuzzle,
  path: string,
): never {
  let other: Uint8Array | undefined;
  createSolver(geometry)(puzzle, {
    onSolution: (grid) => {
      if (formatGrid(grid) !== formatGrid(solution)) other = grid.slice();
    },
  });
  const found = other === undefined ? 'more than one answer' : `${formatGrid(other)} is an answer too`;
  throw csvError({ path, line }, 'question', 'A Sudoku puzzle has several solutions', {
    found,
    expected: 'one answer only',
  });
}

export function csvError(
  place: CsvPlace,
  column: CsvColumn,
  what: string,
  problem: { found: string; expected: string },
): UserError {
  return new UserError({
    what,
    where: `${place.path}:${place.line}, column ${column}`,
    ...problem,
    remedy: 'correct or remove this line',
  });
}

function wrongAnswer(geometry: Geometry, puzzle: Uint8Array, reason: string, place: CsvPlace): UserError {
  const conflict = findConflict(geometry, puzzle);
  if (conflict !== undefined || createSolver(geometry)(puzzle).solutionCount === 0) {
    return csvError(place, 'question', 'A Sudoku puzzle has no solution', {
      found: conflict ?? formatGrid(puzzle),
      expected: 'a puzzle with one solution',
    });
  }
  return csvError(place, 'answer', 'The answer does not solve the question', {
    found: reason,
    expected: 'every given kept, and each digit once in every row, column and box',
  });
}

function parseRating(text: string, place: CsvPlace): number {
  const rating = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(rating)) return rating;
  throw csvError(place, 'rating', 'This is not a rating', {
    found: JSON.stringify(text),
    expected: 'a whole number of at least 0',
  });
}
