// Puzzles that look as before but ask for something else: one given is wrong in a way that no rule shows at first sight.
// A model that remembers rather than reads answers with what was right before.

import { open, path, wall } from '../../../common/puzzles/maze/cells.ts';
import type { Random } from '../../../common/random.ts';
import type { MazeLab, SudokuLab } from '../labs.ts';
import { allowedDigits, cellsOfGivens } from '../sudoku-givens.ts';
import {
  judgedByRules,
  never,
  noneRight,
  noneRightText,
  type SourcePuzzle,
  type Suite,
  type SuitePuzzle,
} from '../suite.ts';

export const misleading: Suite = {
  sudoku: (lab) => [
    {
      variant: 'another solution',
      change:
        'a given becomes another digit that no rule forbids at first sight; the puzzle then has other solutions',
      right: 'any full grid that keeps the rules and the givens as they are now',
      make(puzzle, random) {
        const input = changeGiven(lab, puzzle, random, (solutions) => solutions > 0);
        return input && judgedByRules(lab, input, puzzle);
      },
    },
    {
      variant: 'no solution',
      change:
        'a given becomes another digit that no rule forbids at first sight; the puzzle then has no solution',
      right: noneRightText,
      make(puzzle, random): SuitePuzzle | undefined {
        const input = changeGiven(lab, puzzle, random, (solutions) => solutions === 0);
        const judge = noneRight('the puzzle has no solution');
        return input && { input, identifier: puzzle.identifier, judge };
      },
    },
  ],
  maze: (lab) => [
    {
      variant: 'a way closed',
      change: 'a wall on the shortest way leaves only longer ones',
      right: 'any shortest path of the changed maze, every other cell as it was given',
      make(puzzle, random) {
        const input = changeCell(lab, puzzle, random, path, wall, (steps, before) => steps > before);
        return input && judgedByRules(lab, input, puzzle);
      },
    },
    {
      variant: 'a way opened',
      change: 'a wall is taken away, and a shorter way opens',
      right: 'any shortest path of the changed maze, every other cell as it was given',
      make(puzzle, random) {
        const input = changeCell(lab, puzzle, random, wall, open, (steps, before) => steps < before);
        return input && judgedByRules(lab, input, puzzle);
      },
    },
  ],
  arc: never('what an input asks for is in its puzzle identifier only: see the suite identifier'),
  tokens: never('the domain has no rules that give the right answer to a changed puzzle'),
};

/** Changes one given so that the number of solutions, counted up to one, is as wanted. */
function changeGiven(
  { tokens, solve }: SudokuLab,
  { input }: SourcePuzzle,
  random: Random,
  isWanted: (solutions: number) => boolean,
): Int32Array | undefined {
  const digits = tokens.toDigits(input);
  for (const cell of random.shuffle(cellsOfGivens(digits))) {
    const before = digits[cell] ?? 0;
    for (const digit of random.shuffle(allowedDigits(tokens.geometry, digits, cell))) {
      digits[cell] = digit;
      if (isWanted(solve(digits, { limit: 1 }).solutionCount)) return tokens.fromDigits(digits);
      digits[cell] = before;
    }
  }
  return undefined;
}

/** Changes one cell, which the shortest way tells apart, so that the length of the shortest way is as wanted. */
function changeCell(
  { solve }: MazeLab,
  { input }: SourcePuzzle,
  random: Random,
  from: number,
  to: number,
  isWanted: (steps: number, before: number) => boolean,
): Int32Array | undefined {
  const maze = Uint8Array.from(input);
  const before = solve(maze);
  if (before === undefined) return undefined;
  for (const cell of random.permutation(maze.length)) {
    if (before.answer[cell] !== from) continue;
    const kept = maze[cell] ?? wall;
    maze[cell] = to;
    const after = solve(maze);
    if (after !== undefined && isWanted(after.steps, before.steps)) return Int32Array.from(maze);
    maze[cell] = kept;
  }
  return undefined;
}
