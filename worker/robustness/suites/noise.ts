// Puzzles in which a share of the cells is replaced at random.

import { open, wall } from '../../../common/puzzles/maze/cells.ts';
import type { Random } from '../../../common/random.ts';
import {
  judgedByLabel,
  judgedByRules,
  type SourcePuzzle,
  type Suite,
  type SuitePuzzle,
  type Variant,
} from '../suite.ts';

const rates = [0.02, 0.05, 0.1, 0.2];

export const noise: Suite = {
  sudoku: (lab) => {
    const tokens = lab.tokens.fromDigits(
      Uint8Array.from({ length: lab.tokens.geometry.size + 1 }, (_, d) => d),
    );
    return noisy(
      'a given or a blank becomes another one',
      'a full grid that keeps the rules and every given as it is now; where noise leaves no solution, no answer',
      (token) => (tokens.includes(token) ? [...tokens] : []),
      (puzzle, input) => judgedByRules(lab, input, puzzle),
    );
  },
  maze: (lab) =>
    noisy(
      'a wall becomes open, or an open cell a wall',
      'any shortest path of the changed maze; where noise leaves no way, no answer',
      (token) => (token === wall || token === open ? [wall, open] : []),
      (puzzle, input) => judgedByRules(lab, input, puzzle),
    ),
  arc: (lab) => {
    const colours = lab.vocabulary.tokens.flatMap((name, token) => (/[0-9]$/.test(name) ? [token] : []));
    return noisy(
      'a cell of the grid gets another colour',
      'the known output of the input without noise',
      (token) => (colours.includes(token) ? colours : []),
      (puzzle, input) => judgedByLabel(lab, input, puzzle, puzzle.label),
    );
  },
  tokens: (lab) => {
    const names = lab.vocabulary.tokens.map((_, token) => token).slice(1);
    return noisy(
      'a token becomes another one',
      'the known answer to the puzzle without noise',
      (token) => (token === 0 ? [] : names),
      (puzzle, input) => judgedByLabel(lab, input, puzzle, puzzle.label),
    );
  },
};

function noisy(
  change: string,
  right: string,
  /** What a token may become, itself included; none where it stays. */
  choices: (token: number) => readonly number[],
  judged: (puzzle: SourcePuzzle, input: Int32Array) => SuitePuzzle,
): readonly Variant[] {
  return rates.map((rate) => ({
    variant: `${Math.round(rate * 100)} % of the cells`,
    change: `in ${Math.round(rate * 100)} % of the cells, but at least in one, ${change}`,
    right,
    make(puzzle, random) {
      const input = addNoise(puzzle.input, rate, random, choices);
      return input && judged(puzzle, input);
    },
  }));
}

function addNoise(
  input: Int32Array,
  rate: number,
  random: Random,
  choices: (token: number) => readonly number[],
): Int32Array | undefined {
  const others = [...input].map((token) => choices(token).filter((choice) => choice !== token));
  const cells = others.flatMap((choice, cell) => (choice.length === 0 ? [] : [cell]));
  if (cells.length === 0) return undefined;
  const count = Math.max(1, Math.round(rate * cells.length));
  const changed = input.slice();
  for (const cell of random.shuffle(cells).slice(0, count)) {
    const choice = others[cell] ?? [];
    changed[cell] = choice[random.integer(choice.length)] ?? 0;
  }
  return changed;
}
