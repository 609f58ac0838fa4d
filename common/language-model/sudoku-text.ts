// Sudoku puzzles as text: digits, and a full stop for a blank.

import type { Vocabulary } from '../dataset-card.ts';
import { geometryOfCellCount } from '../puzzles/sudoku/geometry.ts';
import { readTokens, writeCells } from './character-grid.ts';
import type { PuzzleText } from './puzzle-text.ts';

export function createSudokuText({ gridRows, gridColumns, tokens }: Vocabulary): PuzzleText {
  const size = gridRows;
  const { boxRows = 0, boxColumns = 0 } = geometryOfCellCount(gridRows * gridColumns) ?? {};
  const digits = Array.from({ length: size }, (_, index) => String(index + 1));
  const characterOf = (token: number) => tokens[token] ?? '';
  return {
    contents: `the rules of Sudoku and one ${size}×${size} puzzle, without its solution`,
    demonstrations: 'none',
    describe(input) {
      const characters = Array.from(input, (token) => {
        return digits.includes(characterOf(token)) ? characterOf(token) : '.';
      });
      return [
        `This is a Sudoku puzzle of ${size} rows and ${size} columns; a full stop is an empty cell.`,
        '',
        writeCells(characters, size),
        '',
        `Fill every empty cell with a digit from 1 to ${size}, so that each row, each column and each box of ` +
          `${boxRows} rows and ${boxColumns} columns holds every digit exactly once. Keep the digits that are given.`,
        `Write all ${size} rows of the solved grid with spaces between the digits.`,
      ].join('\n');
    },
    read(block) {
      return readTokens(block, { rows: size, columns: size }, (character) => {
        return digits.includes(character) ? tokens.indexOf(character) : undefined;
      });
    },
  };
}
