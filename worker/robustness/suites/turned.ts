// Puzzles turned or mirrored. Where the rules know no direction, the answer turns with the puzzle.

import { cropGrid, encodeGrid } from '../../../common/puzzles/arc/tokens.ts';
import { applyDihedral, dihedralSource } from '../../../common/puzzles/dihedral.ts';
import { shapeTransforms } from '../../../common/puzzles/maze/layout.ts';
import { judgedByLabel, judgedByRules, never, type Suite } from '../suite.ts';

/** Numbers of dihedral.ts. */
const mirrored = 4;
const transposed = 6;

export const turned: Suite = {
  sudoku: (lab) => [
    {
      variant: null,
      change: 'mirrored left to right, which the rules do not notice',
      right: 'a full grid that keeps the rules and every given: accuracy should be as on untouched puzzles',
      make: (puzzle) => judgedByRules(lab, turn(puzzle.input, lab.vocabulary, mirrored), puzzle),
    },
  ],
  maze: (lab) => [
    {
      variant: null,
      change: 'turned or mirrored at random',
      right: 'any shortest path: accuracy should be as on untouched mazes',
      make(puzzle, random) {
        const transforms = shapeTransforms(lab.shape).slice(1);
        const transform = transforms[random.integer(transforms.length)] ?? 0;
        return judgedByRules(lab, turn(puzzle.input, lab.vocabulary, transform), puzzle);
      },
    },
  ],
  arc: (lab) => [
    {
      variant: null,
      change: 'the input is mirrored at the diagonal, under the same puzzle identifier',
      right: 'the known output, mirrored too: a task that knows a direction cannot be answered so',
      make(puzzle) {
        const [input, label] = [puzzle.input, puzzle.label].map((tokens) => transposeGrid(tokens, lab.side));
        return input && label && judgedByLabel(lab, input, puzzle, label);
      },
    },
  ],
  tokens: never('the domain does not say whether its puzzles can be turned'),
};

function turn(
  input: Int32Array,
  { gridRows, gridColumns }: { gridRows: number; gridColumns: number },
  transform: number,
): Int32Array {
  const { source } = dihedralSource(gridRows, gridColumns, transform);
  return Int32Array.from(source, (cell) => input[cell] ?? 0);
}

/** The grid in the first corner of the frame; undefined where none begins there. */
function transposeGrid(tokens: Int32Array, side: number): Int32Array | undefined {
  const { grid, rows, columns } = cropGrid(tokens, side);
  if (rows === 0) return undefined;
  const target = new Uint8Array(side * side);
  encodeGrid(applyDihedral(grid, rows, columns, transposed), side, target);
  return Int32Array.from(target);
}
