// Puzzles with more than one solution. Any answer that keeps the rules and the givens is right.

import { open, wall } from '../../../common/puzzles/maze/cells.ts';
import type { Random } from '../../../common/random.ts';
import type { MazeLab, SudokuLab } from '../labs.ts';
import { cellsOfGivens } from '../sudoku-givens.ts';
import { judgedByRules, never, type SourcePuzzle, type Suite } from '../suite.ts';

/** So many times as many shortest paths are aimed at. */
const moreWays = 4;

export const severalSolutions: Suite = {
  sudoku: (lab) => [
    {
      variant: null,
      change: 'givens are taken away, one by one, until there is more than one solution',
      right: 'any full grid that keeps the rules and the givens that are left',
      make: (puzzle, random) => judgedByRules(lab, takeGivens(lab, puzzle, random), puzzle),
    },
  ],
  maze: (lab) => [
    {
      variant: null,
      change: `walls are opened, without a shorter way, until there are at least ${moreWays} times as many shortest paths`,
      right: 'any shortest path, every other cell as it was given',
      make: (puzzle, random) => {
        const input = openWays(lab, puzzle, random);
        return input && judgedByRules(lab, input, puzzle);
      },
    },
  ],
  arc: never('a test input has the one output that its task gives'),
  tokens: never('only one answer to each puzzle is known'),
};

function takeGivens({ tokens, solve }: SudokuLab, { input }: SourcePuzzle, random: Random): Int32Array {
  const digits = tokens.toDigits(input);
  for (const cell of random.shuffle(cellsOfGivens(digits))) {
    digits[cell] = 0;
    if (solve(digits, { limit: 2 }).solutionCount > 1) break;
  }
  return tokens.fromDigits(digits);
}

/** Undefined where no wall gives another shortest path. */
function openWays({ solve }: MazeLab, { input }: SourcePuzzle, random: Random): Int32Array | undefined {
  const maze = Uint8Array.from(input);
  const before = solve(maze);
  if (before === undefined) return undefined;
  let ways = before.shortestPaths;
  for (const cell of random.permutation(maze.length)) {
    if (maze[cell] !== wall) continue;
    maze[cell] = open;
    const after = solve(maze);
    if (after?.steps === before.steps && after.shortestPaths > ways) ways = after.shortestPaths;
    else maze[cell] = wall;
    if (ways >= moreWays * before.shortestPaths) break;
  }
  return ways > before.shortestPaths ? Int32Array.from(maze) : undefined;
}
