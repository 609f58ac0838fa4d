// Puzzles with fewer givens than they had, still with one solution: as few as the training puzzles have at the least, or
// fewer, where such can be found. In a maze the walls are what is given.

import { createMazeGenerator, mostGeneratedColumns } from '../../../common/puzzles/maze/generate.ts';
import { countClues, digPuzzle } from '../../../common/puzzles/sudoku/generate.ts';
import type { Random } from '../../../common/random.ts';
import type { MazeLab, SudokuLab } from '../labs.ts';
import {
  type DoesNotApply,
  judgedByRules,
  never,
  type SourcePuzzle,
  type Suite,
  type Variant,
} from '../suite.ts';

/** Puzzles that are dug out of a solution; the one with the fewest givens is taken. */
const tries = 30;
/** Walls of sparse mazes. */
const sparseWallShare = 0.15;
/** Random grids that are tried for one of them. */
const mazeTries = 20_000;

export const fewerGivens: Suite = {
  sudoku: (lab) => [
    {
      variant: null,
      change: `the solution is dug out again, and of ${tries} puzzles the one with the fewest givens is taken${inTraining(lab)}`,
      right: 'the one solution that the fewer givens leave',
      make(puzzle, random) {
        const input = digAgain(lab, puzzle, random);
        return input && judgedByRules(lab, input, puzzle);
      },
    },
  ],
  maze: (lab) => sparseMazes(lab),
  arc: never('an input is given whole'),
  tokens: never('the domain does not say which tokens could be left out'),
};

function inTraining({ dataset }: SudokuLab): string {
  const clues = dataset.card?.splits.train.distributions.clues;
  return clues === undefined ? '' : `; training puzzles have ${clues.minimum} to ${clues.maximum}`;
}

function sparseMazes(lab: MazeLab): readonly Variant[] | DoesNotApply {
  const { rows, columns } = lab.shape;
  if (columns > mostGeneratedColumns) {
    return { doesNotApply: `no mazes of more than ${mostGeneratedColumns} columns are made` };
  }
  const generate = createMazeGenerator(lab.shape, {
    minimumPathLength: Math.max(rows, columns),
    minimumWallShare: sparseWallShare,
    maximumWallShare: sparseWallShare,
  });
  return [
    {
      variant: 'few walls',
      change: `new mazes with walls in about ${sparseWallShare * 100} % of the cells; the usual ones have 30 % or more`,
      right: 'any shortest path, every other cell as it was given',
      make(puzzle, random) {
        const maze = generate(random, mazeTries);
        return maze && judgedByRules(lab, Int32Array.from(maze), puzzle);
      },
    },
  ];
}

/** Undefined where no puzzle with fewer givens was found. */
function digAgain({ tokens, solve }: SudokuLab, { input }: SourcePuzzle, random: Random) {
  const { geometry, toDigits, fromDigits } = tokens;
  const digits = toDigits(input);
  const { grid } = solve(digits, { limit: 1 });
  if (grid === undefined) return undefined;
  let fewest = digits;
  for (let tried = 0; tried < tries; tried++) {
    const dug = digPuzzle(geometry, grid, 0, random, solve);
    if (countClues(dug) < countClues(fewest)) fewest = dug;
  }
  return fewest === digits ? undefined : fromDigits(fewest);
}
