// ARC: grids of any size up to the frame, in the ten colours of the corpus. What is asked for stands in the puzzle's
// identifier, so a grid belongs to one of the bundled tasks.

import type { BundleModel } from '../../../common/bundle.ts';
import { colourCount, gridKey } from '../../../common/puzzles/arc/grid.ts';
import { arcVocabularySize, colourTokens, cropGrid, encodeGrid } from '../../../common/puzzles/arc/tokens.ts';
import type { Grid } from '../../../common/puzzles/dihedral.ts';
import type { Brush, EdgeDomain, GridSize, Verdict } from './domain.ts';

const colourNames = [
  'black',
  'blue',
  'red',
  'green',
  'yellow',
  'grey',
  'pink',
  'orange',
  'light blue',
  'brown',
];

const brushes = colourNames.map((name, colour): Brush => {
  const key = String(colour);
  return { token: colourTokens[colour] as number, name, mark: '', look: `colour colour-${colour}`, key };
});
const outside: Brush = { token: 0, name: 'no colour', mark: '', look: 'unknown', key: '' };

/** Size of a grid that is begun anew. */
const firstSide = 5;

/** Null where the vocabulary is not that of ARC. */
export function createArc({ gridRows: side, gridColumns, tokens }: BundleModel): EdgeDomain | null {
  if (side !== gridColumns || tokens.length !== arcVocabularySize) return null;
  const encode = (grid: Grid) => {
    const frame = new Uint8Array(side * side);
    encodeGrid(grid, side, frame);
    return Int32Array.from(frame);
  };
  const resize = (cells: Int32Array, { rows, columns }: GridSize) => {
    const old = cropGrid(cells, side);
    const grid = new Uint8Array(rows * columns).map((_, cell) => {
      const [row, column] = [Math.floor(cell / columns), cell % columns];
      return row < old.rows && column < old.columns ? (old.grid[row * old.columns + column] as number) : 0;
    });
    return encode({ grid, rows, columns });
  };
  return {
    entry: 'paint',
    brushes: brushes.slice(0, colourCount),
    lookOf: (token) => brushes.find((brush) => brush.token === token) ?? outside,
    stride: side,
    sizeOf(cells) {
      const { rows, columns } = cropGrid(cells, side);
      return { rows, columns };
    },
    box: null,
    empty() {
      const begun = Math.min(firstSide, side);
      return encode({ grid: new Uint8Array(begun ** 2), rows: begun, columns: begun });
    },
    resize,
    conflicts: () => new Set(),
    findProblem: () => null,
    check: (_question, answer, known) =>
      compare(cropGrid(answer, side), known ? cropGrid(known, side) : null),
  };
}

function compare(found: Grid, wanted: Grid | null): Verdict {
  if (wanted === null) return { valid: null, reason: 'Nothing can tell whether this is right.' };
  if (gridKey(found) === gridKey(wanted)) return { valid: true, reason: 'It is the known output.' };
  if (found.rows !== wanted.rows || found.columns !== wanted.columns) {
    const sizes = `${found.rows}×${found.columns} instead of ${wanted.rows}×${wanted.columns}`;
    return { valid: false, reason: `The output has ${sizes} cells.` };
  }
  const wrong = found.grid.filter((colour, cell) => colour !== wanted.grid[cell]).length;
  return { valid: false, reason: `${wrong} of ${wanted.grid.length} cells have another colour.` };
}
