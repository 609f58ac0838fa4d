// What suites work with, by domain: the tools of its rules, and facts of the model and its training data.

import type { Vocabulary } from '../../common/dataset-card.ts';
import type { MazeShape } from '../../common/puzzles/maze/cells.ts';
import { createMazeSolver, type MazeSolver } from '../../common/puzzles/maze/solver.ts';
import { createSolver, type Solver } from '../../common/puzzles/sudoku/solver.ts';
import type { SuiteDomain } from '../../common/robustness/result.ts';
import type { Dataset } from '../dataset/open.ts';
import { createArcDomain } from '../solve/arc.ts';
import type { Domain } from '../solve/domains.ts';
import { createMazeDomain } from '../solve/maze.ts';
import { createSudokuDomain, type SudokuTokens, sudokuTokens } from '../solve/sudoku.ts';
import { createTokenDomain } from '../solve/tokens.ts';
import type { LabOf } from './suite.ts';

export interface Lab {
  vocabulary: Vocabulary;
  domain: Domain;
  dataset: Dataset;
  /** Rows of the model's puzzle-embedding table; 1 where it knows no puzzle by name. */
  identifierCount: number;
}

export interface SudokuLab extends Lab {
  tokens: SudokuTokens;
  solve: Solver;
}

export interface MazeLab extends Lab {
  shape: MazeShape;
  solve: MazeSolver;
}

export interface ArcLab extends Lab {
  /** Cells in a row of the frame. */
  side: number;
}

export type TokenLab = Lab;

export type LabFacts = Omit<Lab, 'domain'>;

/** What makes the lab of each domain. */
export const labs: { [Domain in SuiteDomain]: (facts: LabFacts) => LabOf<Domain> } = {
  sudoku: (facts) => {
    const tokens = sudokuTokens(facts.vocabulary);
    const domain = createSudokuDomain(facts.vocabulary);
    return { ...facts, domain, tokens, solve: createSolver(tokens.geometry) };
  },
  maze: (facts) => {
    const shape = { rows: facts.vocabulary.gridRows, columns: facts.vocabulary.gridColumns };
    return { ...facts, domain: createMazeDomain(facts.vocabulary), shape, solve: createMazeSolver(shape) };
  },
  arc: (facts) => ({
    ...facts,
    domain: createArcDomain(facts.vocabulary),
    side: facts.vocabulary.gridRows,
  }),
  tokens: (facts) => ({ ...facts, domain: createTokenDomain(facts.vocabulary) }),
};
