// Sudoku as a domain of the solver: puzzles as text and tokens, and the check of an answer by the rules alone.

import type { Vocabulary } from '../../common/dataset-card.ts';
import { UserError } from '../../common/errors.ts';
import { checkAnswer } from '../../common/puzzles/sudoku/check.ts';
import { type Geometry, geometryOfCellCount } from '../../common/puzzles/sudoku/geometry.ts';
import { createSolver } from '../../common/puzzles/sudoku/solver.ts';
import { formatGrid, parseGrid } from '../../common/puzzles/sudoku/text.ts';
import type { Domain } from './domains.ts';
import { generateFreshSudoku } from './fresh-sudoku.ts';

/** Digits of tokens and back; 0 stands for a blank. */
export interface SudokuTokens {
  geometry: Geometry;
  toDigits(tokens: ArrayLike<number>): Uint8Array;
  fromDigits(digits: ArrayLike<number>): Int32Array;
}

/** @throws UserError when the vocabulary is not that of a Sudoku */
export function createSudokuDomain(vocabulary: Vocabulary): Domain {
  const tokens = sudokuTokens(vocabulary);
  const { geometry, toDigits, fromDigits } = tokens;
  const solve = createSolver(geometry);
  return {
    parse(text, number) {
      const parsed = parseGrid(text.replace(/\s+/g, ''), { blanks: true, geometry });
      if ('cells' in parsed) return fromDigits(parsed.cells);
      throw new UserError({
        what: `Puzzle ${number} is no ${geometry.size}×${geometry.size} Sudoku puzzle`,
        where: shorten(text),
        ...parsed.problem,
        remedy: 'give one character a cell, row by row; spaces and line ends do not count',
      });
    },
    format: (cells) => formatGrid(toDigits(cells)),
    check(question, answer) {
      const verdict = checkAnswer(geometry, toDigits(question), toDigits(answer));
      if (verdict.valid) return verdict;
      return { valid: false, reason: verdict.reason + puzzleFault(solve(toDigits(question), { limit: 2 })) };
    },
    generate: (dataset, request) => generateFreshSudoku(tokens, dataset, request),
  };
}

/** What is wrong with the puzzle itself, for a model cannot be blamed for that. */
function puzzleFault({ solutionCount }: { solutionCount: number }): string {
  if (solutionCount === 1) return '';
  return solutionCount === 0 ? '; the puzzle has no solution' : '; the puzzle has several solutions';
}

/** @throws UserError when the vocabulary is not that of a Sudoku */
export function sudokuTokens({ gridRows, gridColumns, tokens }: Vocabulary): SudokuTokens {
  const geometry = gridRows === gridColumns ? geometryOfCellCount(gridRows * gridColumns) : undefined;
  const names = ['blank', ...Array.from({ length: gridRows }, (_, index) => String(index + 1))];
  const tokenOfDigit = names.map((name) => tokens.indexOf(name));
  if (geometry === undefined || tokenOfDigit.includes(-1)) {
    throw new UserError({
      what: 'The vocabulary of the model is not that of a Sudoku',
      found: `${gridRows}×${gridColumns} cells and the tokens ${tokens.join(' ')}`,
      expected: '4×4, 6×6 or 9×9 cells and tokens for the blank and every digit',
      remedy: 'export the model again with `trm export`',
    });
  }
  const digitOfToken = tokens.map((name) => Math.max(0, names.indexOf(name)));
  return {
    geometry,
    toDigits: (cells) => Uint8Array.from(cells, (token) => digitOfToken[token] ?? 0),
    fromDigits: (digits) => Int32Array.from(digits, (digit) => tokenOfDigit[digit] as number),
  };
}

function shorten(text: string): string {
  return text.length <= 100 ? text : `${text.slice(0, 97)}…`;
}
