// Puzzles under another puzzle identifier than their own: the blank one, or that of another puzzle.

import type { Lab } from '../labs.ts';
import { type DoesNotApply, judgedByLabel, type Suite, type Variant } from '../suite.ts';

export const identifier: Suite = {
  sudoku: underOthers,
  maze: underOthers,
  arc: underOthers,
  tokens: underOthers,
};

const right = 'the right answer under its own identifier: what the puzzle asks for has not changed';

function underOthers(lab: Lab): readonly Variant[] | DoesNotApply {
  const { identifierCount, dataset } = lab;
  if (identifierCount < 2) {
    return { doesNotApply: 'the model has one identifier, the blank one, for all puzzles' };
  }
  const blank = dataset.metadata.blankIdentifierId;
  return [
    {
      variant: 'blank',
      change: 'the identifier is the blank one',
      right,
      make: (puzzle) =>
        puzzle.identifier === blank
          ? undefined
          : judgedByLabel(lab, puzzle.input, { identifier: blank }, puzzle.label),
    },
    {
      variant: 'wrong',
      change: 'the identifier is that of another puzzle, drawn at random',
      right,
      make(puzzle, random) {
        const others = Array.from({ length: identifierCount }, (_, other) => other).filter(
          (other) => other !== blank && other !== puzzle.identifier,
        );
        const wrong = others[random.integer(Math.max(1, others.length))];
        if (wrong === undefined) return undefined;
        return judgedByLabel(lab, puzzle.input, { identifier: wrong }, puzzle.label);
      },
    },
  ];
}
