// The exact solvers as helpers: the rules of the domain say what an answer is, and a search finds one.

import type { Vocabulary } from '../../common/dataset-card.ts';
import { UserError } from '../../common/errors.ts';
import { createMazeCheck } from '../../common/puzzles/maze/check.ts';
import { createMazeSolver } from '../../common/puzzles/maze/solver.ts';
import { createSolver } from '../../common/puzzles/sudoku/solver.ts';
import { sudokuTokens } from '../solve/sudoku.ts';

export interface ExactSolver {
  name: string;
  /** An answer in tokens, or why there is none. */
  solve(question: Int32Array): { answer: Int32Array } | { problem: string };
}

const solvers: Readonly<Record<string, (vocabulary: Vocabulary) => ExactSolver>> = {
  sudoku(vocabulary) {
    const { geometry, toDigits, fromDigits } = sudokuTokens(vocabulary);
    const solve = createSolver(geometry);
    return {
      name: 'exact Sudoku solver (singles, then depth-first search)',
      solve(question) {
        const { grid } = solve(toDigits(question), { limit: 1 });
        return grid === undefined ? { problem: 'the puzzle has no solution' } : { answer: fromDigits(grid) };
      },
    };
  },
  maze({ gridRows: rows, gridColumns: columns }) {
    const findFault = createMazeCheck({ rows, columns });
    const solve = createMazeSolver({ rows, columns });
    return {
      name: 'exact maze solver (breadth-first search)',
      solve(question) {
        const maze = Uint8Array.from(question);
        const solution = solve(maze);
        if (solution !== undefined) return { answer: Int32Array.from(solution.answer) };
        return { problem: findFault(maze) ?? 'there is no way from S to G' };
      },
    };
  },
};

/** @throws UserError where the domain has no exact solver */
export function exactSolverOf(vocabulary: Vocabulary): ExactSolver {
  const create = solvers[vocabulary.domain];
  if (create !== undefined) return create(vocabulary);
  throw new UserError({
    what: `There is no exact solver for puzzles of the domain ${vocabulary.domain}`,
    found: '--helper solver',
    expected: `a helper that is a language model, or puzzles of ${Object.keys(solvers).join(' or ')}`,
    remedy: 'give --helper URL and --model NAME, or leave out --helper to see what would be escalated',
  });
}
