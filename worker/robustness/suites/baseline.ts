// Test puzzles as they are: what the other suites are compared with.

import { judgedByLabel, judgedByRules, type Suite, type Variant } from '../suite.ts';

const change = 'none';

function alone(variant: Omit<Variant, 'variant' | 'change'>): readonly Variant[] {
  return [{ variant: null, change, ...variant }];
}

export const baseline: Suite = {
  sudoku: (lab) =>
    alone({
      right: 'a full grid that keeps the rules and every given',
      make: (puzzle) => judgedByRules(lab, puzzle.input, puzzle),
    }),
  maze: (lab) =>
    alone({
      right: 'any shortest path, every other cell as it was given',
      make: (puzzle) => judgedByRules(lab, puzzle.input, puzzle),
    }),
  arc: (lab) =>
    alone({
      right: 'the known output, of the same size and colours',
      make: (puzzle) => judgedByLabel(lab, puzzle.input, puzzle, puzzle.label),
    }),
  tokens: (lab) =>
    alone({
      right: 'the known answer in every cell that counts',
      make: (puzzle) => judgedByLabel(lab, puzzle.input, puzzle, puzzle.label),
    }),
};
