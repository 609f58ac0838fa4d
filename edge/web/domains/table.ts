// The kinds of puzzle by the name that a model's vocabulary gives.

import type { BundleModel } from '../../../common/bundle.ts';
import { createArc } from './arc.ts';
import type { EdgeDomain } from './domain.ts';
import { createMaze } from './maze.ts';
import { createSudoku } from './sudoku.ts';
import { createTokens } from './tokens.ts';

const domains: Readonly<Record<string, (model: BundleModel) => EdgeDomain | null>> = {
  arc: createArc,
  maze: createMaze,
  sudoku: createSudoku,
};

/** A vocabulary that is not what its name says is entered token by token. */
export function createDomain(model: BundleModel): EdgeDomain {
  return domains[model.domain]?.(model) ?? createTokens(model);
}
