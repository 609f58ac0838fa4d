// ARC as a domain of the solver: test inputs of a dataset, each with its own puzzle identifier, and the verdict by the
// known output. A grid alone is refused: what its task asks for stands in the identifier's embedding only.

import type { Vocabulary } from '../../common/dataset-card.ts';
import { UserError } from '../../common/errors.ts';
import { gridKey, gridToRows } from '../../common/puzzles/arc/grid.ts';
import { cropGrid } from '../../common/puzzles/arc/tokens.ts';
import type { Domain, Verdict } from './domains.ts';

/** What stands for an answer that begins with no colour. */
const noGrid = 'no grid';

export function createArcDomain({ gridRows: side }: Vocabulary): Domain {
  return {
    drawing: 'cells',
    parse(_text, number) {
      throw new UserError({
        what: `Puzzle ${number} cannot be solved: an input grid alone does not say what its ARC task asks for`,
        found: 'a grid without a puzzle identifier',
        expected:
          'test inputs of the dataset that the model was trained on, whose tasks it knows by their identifiers',
        remedy:
          'name that dataset with --dataset, or use trm evaluate --submission for votes over all variants',
      });
    },
    format(tokens) {
      const rows = gridToRows(cropGrid(tokens, side));
      return rows.length === 0 ? noGrid : rows.map((row) => row.join('')).join('\n');
    },
    check: (_question, answer, label) => compare(answer, label, side),
    generate() {
      throw new UserError({
        what: 'ARC tasks cannot be made here',
        found: '--generate',
        expected: 'a dataset whose test inputs are solved',
        remedy: 'leave out --generate: test inputs of the dataset are then drawn',
      });
    },
  };
}

function compare(answer: ArrayLike<number>, label: ArrayLike<number> | undefined, side: number): Verdict {
  if (label === undefined) return { valid: null, reason: 'the right output is not known' };
  const [found, wanted] = [cropGrid(answer, side), cropGrid(label, side)];
  if (gridKey(found) === gridKey(wanted)) return { valid: true };
  if (found.rows !== wanted.rows || found.columns !== wanted.columns) {
    const sizes = `${found.rows}×${found.columns} instead of ${wanted.rows}×${wanted.columns}`;
    return { valid: false, reason: `the output is ${sizes} cells` };
  }
  const wrong = found.grid.filter((colour, cell) => colour !== wanted.grid[cell]).length;
  return { valid: false, reason: `${wrong} of ${wanted.grid.length} cells have another colour` };
}
