// Mazes as text: `#` wall, space open, `S` start, `G` goal, `o` path (in answers only), row by row. Spaces count.

import type { TextProblem } from '../sudoku/text.ts';
import { cellCharacters, cellName, type MazeShape, open, path } from './cells.ts';

/** Side of the largest maze that is read. */
export const mostSide = 64;

export type ParsedMaze = { shape: MazeShape; cells: Uint8Array } | { problem: TextProblem };

/**
 * The maze, or the answer, that `text` holds without line ends, or what is wrong with it. With `shape` only that
 * shape is right, without it any square. Whether there is one start, one goal and a way is not checked.
 */
export function parseMaze(
  text: string,
  options: { answer: boolean; shape?: MazeShape | undefined },
): ParsedMaze {
  const shape = options.shape ?? squareOf(text.length);
  if (shape === undefined || text.length !== shape.rows * shape.columns) {
    return { problem: { found: `${text.length} characters`, expected: expectedLength(options.shape) } };
  }
  const cells = new Uint8Array(text.length);
  for (let cell = 0; cell < cells.length; cell++) {
    const value = cellCharacters.indexOf(text.charAt(cell));
    if (value < 1 || (value === path && !options.answer)) {
      return { problem: wrongCharacter(text, cell, shape, options.answer) };
    }
    cells[cell] = value;
  }
  return { shape, cells };
}

/**
 * The maze that a user typed or a file holds: all characters in one line, or each row in a line of its own; a full
 * stop is an open cell too, for editors and mails strip spaces at line ends. Line ends around the maze do not count.
 */
export function parseMazeLines(text: string, shape: MazeShape): ParsedMaze {
  const lines = text
    .replaceAll('\r', '')
    .replace(/^\n+|\n+$/g, '')
    .split('\n');
  const isOneLine = lines.length === 1 && shape.rows > 1;
  if (!isOneLine && lines.length !== shape.rows) {
    return { problem: { found: `${lines.length} lines`, expected: `one line, or ${shape.rows} lines` } };
  }
  const row = isOneLine ? -1 : lines.findIndex((line) => line.length !== shape.columns);
  if (row >= 0) {
    const found = `${lines[row]!.length} characters in row ${row + 1}`;
    return { problem: { found, expected: `${shape.columns} in every row; a space or . is an open cell` } };
  }
  return parseMaze(lines.join('').replaceAll('.', ' '), { answer: false, shape });
}

/** One character a cell, row by row, in one line; `?` where there is no cell. */
export function formatMaze(cells: ArrayLike<number>): string {
  let text = '';
  for (let cell = 0; cell < cells.length; cell++) text += cellCharacters[cells[cell]!] ?? cellCharacters[0];
  return text;
}

/** The maze of an answer: the marks taken away. */
export function withoutPath(answer: Uint8Array): Uint8Array {
  return answer.map((value) => (value === path ? open : value));
}

function squareOf(cellCount: number): MazeShape | undefined {
  const side = Math.sqrt(cellCount);
  return Number.isInteger(side) && side >= 2 && side <= mostSide ? { rows: side, columns: side } : undefined;
}

function expectedLength(shape: MazeShape | undefined): string {
  if (shape === undefined) return `a square number of characters, from 4 (2×2) to ${mostSide ** 2} (64×64)`;
  return `${shape.rows * shape.columns} characters (${shape.rows}×${shape.columns}), spaces included`;
}

function wrongCharacter(text: string, cell: number, shape: MazeShape, answer: boolean): TextProblem {
  return {
    found: `${JSON.stringify(text.charAt(cell))} at character ${cell + 1} (${cellName(shape, cell)})`,
    expected: `# for a wall, a space for an open cell, S, G${answer ? ', or o for the path' : ''}`,
  };
}
