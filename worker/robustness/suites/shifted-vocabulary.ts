// Puzzles whose tokens mean something else than in training, or that use tokens which no puzzle has.

import { goal, open, start } from '../../../common/puzzles/maze/cells.ts';
import type { Random } from '../../../common/random.ts';
import {
  judgedByLabel,
  judgedByRules,
  type SourcePuzzle,
  type Suite,
  type SuitePuzzle,
  type Variant,
} from '../suite.ts';

/** The token that fills sequences up; inputs of Sudoku and mazes never have it. */
const padding = 0;

export const shiftedVocabulary: Suite = {
  sudoku: (lab) => {
    const { size } = lab.tokens.geometry;
    const digits = lab.tokens.fromDigits(Uint8Array.from({ length: size }, (_, index) => index + 1));
    const [blank = 0] = lab.tokens.fromDigits([0]);
    return [
      {
        variant: 'digits exchanged',
        change: 'every digit becomes another one, which the rules do not notice',
        right: 'a full grid that keeps the rules and every given: accuracy should be as on untouched puzzles',
        make: (puzzle, random) =>
          judgedByRules(lab, recode(puzzle.input, exchange([...digits], random)), puzzle),
      },
      foreign('the blanks are written as padding, a token that no puzzle has', blank, (puzzle, input) => ({
        ...judgedByRules(lab, puzzle.input, puzzle),
        input,
      })),
    ];
  },
  maze: (lab) => [
    {
      variant: 'start and goal exchanged',
      change: 'the start becomes the goal and the goal the start, which changes no path',
      right: 'any shortest path: accuracy should be as on untouched mazes',
      make: (puzzle) =>
        judgedByRules(
          lab,
          recode(
            puzzle.input,
            new Map([
              [start, goal],
              [goal, start],
            ]),
          ),
          puzzle,
        ),
    },
    foreign('the open cells are written as padding, a token that no maze has', open, (puzzle, input) => ({
      ...judgedByRules(lab, puzzle.input, puzzle),
      input,
    })),
  ],
  arc: (lab) => {
    const colours = lab.vocabulary.tokens.flatMap((name, token) => (/[1-9]$/.test(name) ? [token] : []));
    return [
      exchanged(
        'colours exchanged',
        'every colour but black becomes another one',
        colours,
        (puzzle, input, codes) => judgedByLabel(lab, input, puzzle, recode(puzzle.label, codes)),
      ),
    ];
  },
  tokens: (lab) => {
    const names = lab.vocabulary.tokens.map((_, token) => token).slice(1);
    return [
      exchanged('tokens exchanged', 'every token becomes another one', names, (puzzle, input, codes) =>
        judgedByLabel(lab, input, puzzle, recode(puzzle.label, codes)),
      ),
    ];
  },
};

function foreign(
  change: string,
  token: number,
  judged: (puzzle: SourcePuzzle, input: Int32Array) => SuitePuzzle,
): Variant {
  return {
    variant: 'a foreign token',
    change,
    right: 'an answer to the puzzle as it was meant',
    make: (puzzle) => judged(puzzle, recode(puzzle.input, new Map([[token, padding]]))),
  };
}

function exchanged(
  variant: string,
  change: string,
  tokens: readonly number[],
  judged: (puzzle: SourcePuzzle, input: Int32Array, codes: ReadonlyMap<number, number>) => SuitePuzzle,
): Variant {
  return {
    variant,
    change: `${change}, under the same puzzle identifier`,
    right: 'the known answer with the same exchange: a task that means certain tokens cannot be answered so',
    make(puzzle, random) {
      const codes = exchange([...tokens], random);
      const input = recode(puzzle.input, codes);
      return input.every((token, cell) => token === puzzle.input[cell])
        ? undefined
        : judged(puzzle, input, codes);
    },
  };
}

/** Each token becomes another one: a random cycle through all of them. */
function exchange(tokens: number[], random: Random): Map<number, number> {
  const order = random.shuffle([...tokens]);
  return new Map(order.map((token, index) => [token, order[(index + 1) % order.length] ?? token]));
}

function recode(tokens: Int32Array, codes: ReadonlyMap<number, number>): Int32Array {
  return tokens.map((token) => codes.get(token) ?? token);
}
