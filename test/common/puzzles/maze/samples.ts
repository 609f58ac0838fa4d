// Mazes for tests: drawn as rows, and arbitrary ones.

import fc from 'fast-check';
import { goal, type MazeShape, open, start, wall } from '../../../../common/puzzles/maze/cells.ts';
import { parseMaze } from '../../../../common/puzzles/maze/text.ts';

/** The cells of rows such as `S #` and their shape. */
export function drawMaze(...rows: string[]): { shape: MazeShape; cells: Uint8Array } {
  const shape = { rows: rows.length, columns: rows[0]!.length };
  const parsed = parseMaze(rows.join(''), { answer: true, shape });
  if ('problem' in parsed) throw new Error(JSON.stringify(parsed.problem));
  return parsed;
}

/** Mazes of up to 9×9 with one start and one goal, which need not be connected. */
export const arbitraryMaze = fc
  .record({ rows: fc.integer({ min: 2, max: 9 }), columns: fc.integer({ min: 2, max: 9 }) })
  .chain((shape) => {
    const cellCount = shape.rows * shape.columns;
    const cell = fc.nat(cellCount - 1);
    return fc.record({
      shape: fc.constant(shape),
      walls: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: cellCount, maxLength: cellCount }),
      most: fc.integer({ min: 0, max: 6 }),
      ends: fc.tuple(cell, cell).filter(([from, to]) => from !== to),
    });
  })
  .map(({ shape, walls, most, ends: [from, to] }) => {
    const cells = Uint8Array.from(walls, (value) => (value < most ? wall : open));
    cells[from] = start;
    cells[to] = goal;
    return { shape, cells };
  });
