// Puzzles without a solution that break no rule at first sight. No answer to them is right.

import { goal, open, path, start, wall } from '../../../common/puzzles/maze/cells.ts';
import type { Random } from '../../../common/random.ts';
import type { MazeLab, SudokuLab } from '../labs.ts';
import { allowedDigits } from '../sudoku-givens.ts';
import { never, noneRight, noneRightText, type SourcePuzzle, type Suite } from '../suite.ts';

const judge = noneRight('the puzzle has no solution');

export const unsolvable: Suite = {
  sudoku: (lab) => [
    {
      variant: null,
      change:
        'a digit that no rule forbids at first sight, but that leaves no solution, is put into a blank cell',
      right: noneRightText,
      make: (puzzle, random) => addWrongDigit(lab, puzzle, random),
    },
  ],
  maze: (lab) => [
    {
      variant: null,
      change: 'walls are put on the shortest way, again and again, until no way is left',
      right: noneRightText,
      make: (puzzle, random) => closeAllWays(lab, puzzle, random),
    },
  ],
  arc: never('every test input of a task has an output, and no rule tells of an input that has none'),
  tokens: never('the domain has no rules that tell a puzzle without a solution'),
};

function addWrongDigit({ tokens, solve }: SudokuLab, { input, identifier }: SourcePuzzle, random: Random) {
  const digits = tokens.toDigits(input);
  for (const cell of random.permutation(digits.length)) {
    if (digits[cell] !== 0) continue;
    for (const digit of random.shuffle(allowedDigits(tokens.geometry, digits, cell))) {
      digits[cell] = digit;
      if (solve(digits, { limit: 1 }).solutionCount === 0) {
        return { input: tokens.fromDigits(digits), identifier, judge };
      }
    }
    digits[cell] = 0;
  }
  return undefined;
}

/** Undefined where the goal is right beside the start. */
function closeAllWays({ solve }: MazeLab, { input, identifier }: SourcePuzzle, random: Random) {
  const maze = Uint8Array.from(input);
  for (let solution = solve(maze); solution !== undefined; solution = solve(maze)) {
    const way = [...solution.answer.entries()].filter(([, value]) => value === path);
    const chosen = way[random.integer(Math.max(1, way.length))];
    if (chosen === undefined) return undefined;
    maze[chosen[0]] = wall;
  }
  return isMaze(maze) ? { input: Int32Array.from(maze), identifier, judge } : undefined;
}

function isMaze(maze: Uint8Array): boolean {
  return maze.includes(start) && maze.includes(goal) && maze.includes(open);
}
