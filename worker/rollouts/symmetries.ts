// The symmetries of a domain on tokens: what may be done to a puzzle so that the answer, turned back, answers the puzzle.

import type { Vocabulary } from '../../common/dataset-card.ts';
import { UserError } from '../../common/errors.ts';
import { dihedralSource } from '../../common/puzzles/dihedral.ts';
import { fillCellSources, randomSymmetry } from '../../common/puzzles/sudoku/symmetry.ts';
import { createRandom, type Random } from '../../common/random.ts';
import type { TokenSymmetry } from '../../common/solving/chains.ts';
import { sudokuTokens } from '../solve/sudoku.ts';

const identity: TokenSymmetry = { apply: (tokens) => tokens, undo: (tokens) => tokens };

/**
 * `count` of them, the identity first, the others drawn with the seed and different from each other where that many exist.
 * @throws UserError for a domain without symmetries
 */
export function symmetriesOf(vocabulary: Vocabulary, count: number, seed: number): TokenSymmetry[] {
  if (count === 1) return [identity];
  const { domain } = vocabulary;
  if (domain === 'sudoku')
    return [identity, ...sudokuSymmetries(vocabulary, count - 1, createRandom(seed, 'symmetries'))];
  if (domain === 'maze') return mazeSymmetries(vocabulary, count);
  throw new UserError({
    what: `Puzzles of the domain ${domain} have no symmetries that are known here`,
    found: `symmetries=${count}`,
    expected: 'symmetries=1, or a Sudoku or a maze',
    remedy:
      domain === 'arc'
        ? 'trm evaluate votes over the augmentations of ARC datasets'
        : 'use chains and noise instead',
  });
}

function sudokuSymmetries(vocabulary: Vocabulary, count: number, random: Random): TokenSymmetry[] {
  const { geometry, toDigits, fromDigits } = sudokuTokens(vocabulary);
  return Array.from({ length: count }, () => {
    const symmetry = randomSymmetry(geometry, random);
    const source = new Uint8Array(geometry.cellCount);
    fillCellSources(geometry, symmetry, source);
    const digitBefore = new Uint8Array(geometry.size + 1);
    for (const [before, after] of symmetry.digits.entries()) digitBefore[after] = before;
    return {
      apply(tokens) {
        const digits = toDigits(tokens);
        return fromDigits(source.map((cell) => symmetry.digits[digits[cell] ?? 0] ?? 0));
      },
      undo(tokens) {
        const digits = toDigits(tokens);
        const back = new Uint8Array(geometry.cellCount);
        for (const [place, cell] of source.entries()) back[cell] = digitBefore[digits[place] ?? 0] ?? 0;
        return fromDigits(back);
      },
    };
  });
}

/** The turns and mirrors that keep the shape. */
function mazeSymmetries({ gridRows, gridColumns }: Vocabulary, count: number): TokenSymmetry[] {
  const transforms = gridRows === gridColumns ? [0, 1, 2, 3, 4, 5, 6, 7] : [0, 2, 4, 5];
  if (count > transforms.length) {
    throw new UserError({
      what: `A maze of ${gridRows}×${gridColumns} cells has fewer symmetries`,
      found: `symmetries=${count}`,
      expected: `at most ${transforms.length}`,
    });
  }
  return transforms.slice(0, count).map((transform) => {
    const { source } = dihedralSource(gridRows, gridColumns, transform);
    return {
      apply: (tokens) => Int32Array.from(source, (cell) => tokens[cell] ?? 0),
      undo(tokens) {
        const back = new Int32Array(tokens.length);
        for (const [place, cell] of source.entries()) back[cell] = tokens[place] ?? 0;
        return back;
      },
    };
  });
}
