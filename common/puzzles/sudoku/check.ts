// Whether a grid keeps the Sudoku rules, and whether an answer solves a puzzle, with the reason in words.

import type { Geometry } from './geometry.ts';

/** The first pair of equal digits in a row, column or box, in words; undefined when there is none. */
export function findConflict(geometry: Geometry, cells: ArrayLike<number>): string | undefined {
  const seen = new Uint16Array(geometry.unitCount);
  for (let cell = 0; cell < geometry.cellCount; cell++) {
    const digit = cells[cell] ?? 0;
    if (digit === 0) continue;
    for (const units of [geometry.rowUnit, geometry.columnUnit, geometry.boxUnit]) {
      const unit = units[cell] ?? 0;
      const bit = 1 << digit;
      if (((seen[unit] ?? 0) & bit) !== 0) return `digit ${digit} is twice in ${unitName(geometry, unit)}`;
      seen[unit] = (seen[unit] ?? 0) | bit;
    }
  }
  return undefined;
}

export type AnswerCheck = { valid: true } | { valid: false; reason: string };

/** Whether `answer` is complete, keeps the rules and keeps the givens of `puzzle`; else the first reason why not. */
export function checkAnswer(
  geometry: Geometry,
  puzzle: ArrayLike<number>,
  answer: ArrayLike<number>,
): AnswerCheck {
  for (let cell = 0; cell < geometry.cellCount; cell++) {
    const digit = answer[cell] ?? 0;
    const place = cellName(geometry, cell);
    if (!(digit >= 1 && digit <= geometry.size)) return { valid: false, reason: `${place} holds no digit` };
    const given = puzzle[cell] ?? 0;
    if (given !== 0 && given !== digit) {
      return { valid: false, reason: `${place} holds ${digit}, but ${given} is given there` };
    }
  }
  const conflict = findConflict(geometry, answer);
  return conflict === undefined ? { valid: true } : { valid: false, reason: conflict };
}

/** `row 3, column 5`: counted from 1, as people do. */
export function cellName(geometry: Geometry, cell: number): string {
  return `row ${Math.floor(cell / geometry.size) + 1}, column ${(cell % geometry.size) + 1}`;
}

function unitName(geometry: Geometry, unit: number): string {
  const kind = ['row', 'column', 'box'][Math.floor(unit / geometry.size)];
  return `${kind} ${(unit % geometry.size) + 1}`;
}
