// Puzzles whose givens break the rules in plain sight. No answer to them is right.

import { goal, open, start } from '../../../common/puzzles/maze/cells.ts';
import type { Random } from '../../../common/random.ts';
import type { SudokuLab } from '../labs.ts';
import { cellsOfGivens, peers } from '../sudoku-givens.ts';
import { never, noneRight, noneRightText, type SourcePuzzle, type Suite, type Variant } from '../suite.ts';

export const contradictory: Suite = {
  sudoku: (lab) => [
    {
      variant: null,
      change: 'a given is repeated in a blank cell of its own row, column or box',
      right: noneRightText,
      make: (puzzle, random) => repeatGiven(lab, puzzle, random),
    },
  ],
  maze: () => [
    replaced('no start', 'the start becomes an open cell', start, open),
    replaced('no goal', 'the goal becomes an open cell', goal, open),
    replaced('two starts', 'an open cell becomes a second start', open, start),
    replaced('two goals', 'an open cell becomes a second goal', open, goal),
  ],
  arc: never(
    'what could contradict an input, the demonstrations of its task, is in the puzzle identifier only',
  ),
  tokens: never('the domain has no rules that givens could break'),
};

function repeatGiven({ tokens }: SudokuLab, { input, identifier }: SourcePuzzle, random: Random) {
  const digits = tokens.toDigits(input);
  for (const given of random.shuffle(cellsOfGivens(digits))) {
    const blanks = peers(tokens.geometry, given).filter((cell) => digits[cell] === 0);
    const cell = blanks[random.integer(Math.max(1, blanks.length))];
    if (cell === undefined) continue;
    digits[cell] = digits[given] ?? 0;
    return { input: tokens.fromDigits(digits), identifier, judge: noneRight('the givens break the rules') };
  }
  return undefined;
}

function replaced(variant: string, change: string, from: number, to: number): Variant {
  return {
    variant,
    change,
    right: noneRightText,
    make({ input, identifier }, random) {
      const cells = [...input.entries()].flatMap(([cell, value]) => (value === from ? [cell] : []));
      const cell = cells[random.integer(Math.max(1, cells.length))];
      if (cell === undefined) return undefined;
      return { input: input.with(cell, to), identifier, judge: noneRight(`the maze has ${variant}`) };
    },
  };
}
