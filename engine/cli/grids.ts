// Draws puzzles as grids of text, a puzzle and its answers side by side.

import type { SolvedPuzzle, SolvedStep, SolveResult } from '../../common/results.ts';
import { formatShare } from './format.ts';
import { bold, dim, type Output } from './output.ts';

const gap = '   ';

/**
 * A puzzle, the grid after each supervision step with its halting probability, and the verdict. With a `drawing` the
 * texts are drawn as they stand, else as square grids.
 */
export function drawPuzzle(
  output: Output,
  puzzle: SolvedPuzzle,
  steps: SolvedStep[],
  drawing?: SolveResult['drawing'],
): string {
  const draw = drawing === undefined ? drawGrid : { lines: drawLines, cells: drawCells }[drawing];
  const drawings = [draw(output, puzzle.question, puzzle.question, 'puzzle', '')];
  let before = puzzle.question;
  for (const { step, answer, haltProbability, halted } of steps) {
    const caption = `halt ${formatShare(haltProbability)}`;
    drawings.push(draw(output, answer, before, `step ${step}${halted ? ' (halts)' : ''}`, caption));
    before = answer;
  }
  const title = `Puzzle ${puzzle.puzzle + 1}: ${describeVerdict(puzzle)} after ${puzzle.steps} ${puzzle.steps === 1 ? 'step' : 'steps'}`;
  return [bold(output, title), ...placeSideBySide(drawings, output.columns ?? 110)].join('\n');
}

/** `solved`, `not solved: …`, or `answered, not checked: …` */
export function describeVerdict({ valid, reason }: SolvedPuzzle): string {
  if (valid === null) return `answered, not checked (${reason ?? 'no rules are known'})`;
  return valid ? 'solved' : `not solved: ${reason ?? 'breaks the rules'}`;
}

/** One drawing: lines of equal visible width, which is known beside them because of colors. */
interface Drawing {
  lines: string[];
  width: number;
}

/** Cells that differ from `before` are bold, the others dim, where the terminal has colors. */
function drawGrid(output: Output, cells: string, before: string, head: string, caption: string): Drawing {
  const { size, boxRows, boxColumns } = shapeOf(cells);
  const rows: string[] = [];
  for (let row = 0; row < size; row++) {
    if (row > 0 && row % boxRows === 0) rows.push(ruler(size, boxColumns));
    let line = '';
    for (let column = 0; column < size; column++) {
      const index = row * size + column;
      const cell = cells[index] === '0' ? '.' : (cells[index] ?? '.');
      line += column > 0 && column % boxColumns === 0 ? ' | ' : column > 0 ? ' ' : '';
      line += cell !== before[index] ? bold(output, cell) : cells === before ? cell : dim(output, cell);
    }
    rows.push(line);
  }
  const gridWidth = ruler(size, boxColumns).length;
  const width = Math.max(gridWidth, head.length, caption.length);
  const padded = rows.map((row) => row + ' '.repeat(width - gridWidth));
  return { lines: [head.padEnd(width), ...padded, caption.padEnd(width)], width };
}

/** The text as it stands; rows that differ from those `before` are bold. */
function drawLines(output: Output, text: string, before: string, head: string, caption: string): Drawing {
  const rows = text.split('\n');
  const rowsBefore = before.split('\n');
  const width = Math.max(head.length, caption.length, ...rows.map((row) => row.length));
  const lines = rows.map((row, index) => {
    const padded = row.padEnd(width);
    return row === rowsBefore[index] ? padded : bold(output, padded);
  });
  return { lines: [head.padEnd(width), ...lines, caption.padEnd(width)], width };
}

/** Row by row, with a point for a space, so that the edge shows; cells that differ from those `before` are bold. */
function drawCells(output: Output, text: string, before: string, head: string, caption: string): Drawing {
  const rows = text.split('\n');
  const rowsBefore = before.split('\n');
  const width = Math.max(head.length, caption.length, ...rows.map((row) => row.length));
  const lines = rows.map((row, index) => {
    const cells = [...row].map((cell, column) => {
      const shown = cell === ' ' ? '.' : cell;
      if (text === before) return shown;
      return cell === rowsBefore[index]?.[column] ? dim(output, shown) : bold(output, shown);
    });
    return cells.join('') + ' '.repeat(width - row.length);
  });
  return { lines: [head.padEnd(width), ...lines, caption.padEnd(width)], width };
}

function ruler(size: number, boxColumns: number): string {
  return Array.from({ length: size / boxColumns }, () => '-'.repeat(2 * boxColumns - 1)).join('-+-');
}

/** A square grid and its boxes: 2×2, 2×3 or 3×3; other texts are one row. */
function shapeOf(cells: string): { size: number; boxRows: number; boxColumns: number } {
  const size = Math.sqrt(cells.length);
  if (size === 4) return { size, boxRows: 2, boxColumns: 2 };
  if (size === 6) return { size, boxRows: 2, boxColumns: 3 };
  if (size === 9) return { size, boxRows: 3, boxColumns: 3 };
  return { size: Math.ceil(size), boxRows: Math.ceil(size), boxColumns: Math.ceil(size) };
}

/** As many drawings in a row as the width holds. */
function placeSideBySide(drawings: Drawing[], columns: number): string[] {
  const lines: string[] = [];
  let row: Drawing[] = [];
  let width = 0;
  for (const drawing of [...drawings, null]) {
    if (drawing === null || (row.length > 0 && width + gap.length + drawing.width > columns)) {
      lines.push(...joinRow(row));
      row = [];
      width = 0;
    }
    if (drawing === null) break;
    row.push(drawing);
    width += drawing.width + (row.length > 1 ? gap.length : 0);
  }
  return lines;
}

function joinRow(row: Drawing[]): string[] {
  const height = Math.max(0, ...row.map((drawing) => drawing.lines.length));
  return Array.from({ length: height }, (_, line) =>
    row
      .map((drawing) => drawing.lines[line] ?? ' '.repeat(drawing.width))
      .join(gap)
      .trimEnd(),
  );
}
