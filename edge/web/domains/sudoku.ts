// Sudoku: digits, thick lines around boxes, equal digits in a unit as conflicts.

import type { BundleModel } from '../../../common/bundle.ts';
import { checkAnswer } from '../../../common/puzzles/sudoku/check.ts';
import { digPuzzle, randomGrid } from '../../../common/puzzles/sudoku/generate.ts';
import { type Geometry, geometryOfCellCount } from '../../../common/puzzles/sudoku/geometry.ts';
import { type Brush, type EdgeDomain, sentence } from './domain.ts';

/** Null where the vocabulary is not that of a Sudoku. */
export function createSudoku({ gridRows, gridColumns, tokens }: BundleModel): EdgeDomain | null {
  const geometry = gridRows === gridColumns ? geometryOfCellCount(gridRows * gridColumns) : undefined;
  if (geometry === undefined) return null;
  const names = ['blank', ...Array.from({ length: geometry.size }, (_, index) => String(index + 1))];
  const tokenOf = names.map((name) => tokens.indexOf(name));
  if (tokenOf.includes(-1)) return null;
  const digitOf = (token: number) => Math.max(0, tokenOf.indexOf(token));
  const toDigits = (cells: ArrayLike<number>) => Uint8Array.from(cells, digitOf);
  const brushes = names.map((name, digit): Brush => {
    const isBlank = digit === 0;
    const mark = isBlank ? '' : name;
    return { token: tokenOf[digit] as number, name, mark, look: 'digit', key: isBlank ? 'Backspace' : name };
  });
  const fromDigits = (digits: Uint8Array) => Int32Array.from(digits, (digit) => tokenOf[digit] as number);
  return {
    entry: 'digits',
    brushes,
    lookOf: (token) => brushes[digitOf(token)] as Brush,
    stride: gridColumns,
    sizeOf: () => ({ rows: gridRows, columns: gridColumns }),
    box: { rows: geometry.boxRows, columns: geometry.boxColumns },
    empty: () => new Int32Array(geometry.cellCount).fill(tokenOf[0] as number),
    conflicts: (cells) => findConflicts(geometry, toDigits(cells)),
    findProblem(cells) {
      const digits = toDigits(cells);
      if (findConflicts(geometry, digits).size > 0) return 'The marked digits contradict each other.';
      return digits.every((digit) => digit === 0) ? 'Enter some digits first.' : null;
    },
    check(question, answer) {
      const verdict = checkAnswer(geometry, toDigits(question), toDigits(answer));
      if (verdict.valid) return { valid: true, reason: 'Every rule and every given is kept.' };
      return { valid: false, reason: sentence(verdict.reason) };
    },
    make(random) {
      const clues = Math.round(geometry.cellCount * 0.4);
      return fromDigits(digPuzzle(geometry, randomGrid(geometry, random), clues, random));
    },
  };
}

function findConflicts(geometry: Geometry, digits: Uint8Array): Set<number> {
  const found = new Set<number>();
  for (const units of [geometry.rowUnit, geometry.columnUnit, geometry.boxUnit]) {
    const seen = new Map<string, number>();
    for (const [cell, digit] of digits.entries()) {
      if (digit === 0) continue;
      const key = `${units[cell]}:${digit}`;
      const other = seen.get(key);
      if (other !== undefined) found.add(other).add(cell);
      seen.set(key, cell);
    }
  }
  return found;
}
