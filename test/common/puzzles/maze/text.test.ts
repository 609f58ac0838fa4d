import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatMaze, parseMaze, parseMazeLines, withoutPath } from '../../../../common/puzzles/maze/text.ts';
import { arbitraryMaze, drawMaze } from './samples.ts';

const shape = { rows: 2, columns: 3 };
const cells = Uint8Array.from([3, 2, 1, 2, 2, 4]);

test('text and cells turn into each other, in one line and row by row', () => {
  fc.assert(
    fc.property(arbitraryMaze, ({ shape, cells }) => {
      const text = formatMaze(cells);
      assert.deepEqual(parseMaze(text, { answer: false, shape }), { shape, cells });
      assert.deepEqual(parseMazeLines(text, shape), { shape, cells });
      const rows = Array.from({ length: shape.rows }, (_, row) =>
        text.slice(row * shape.columns, (row + 1) * shape.columns),
      );
      assert.deepEqual(parseMazeLines(`${rows.join('\n')}\n`, shape), { shape, cells });
      const dotted = rows.join('\r\n').replaceAll(' ', '.');
      assert.deepEqual(parseMazeLines(dotted, shape), { shape, cells });
    }),
  );
});

test('without a shape any square is read', () => {
  assert.deepEqual(parseMaze('S oG', { answer: true }), {
    shape: { rows: 2, columns: 2 },
    cells: Uint8Array.from([3, 2, 5, 4]),
  });
});

test('says what is wrong with a text', () => {
  const problems: [text: string, answer: boolean, found: string, expected: string][] = [
    ['S #  ', false, '5 characters', '6 characters (2×3), spaces included'],
    ['S x  G', false, '"x" at character 3 (row 1, column 3)', '# for a wall, a space for an open cell, S, G'],
    ['S #o G', false, '"o" at character 4 (row 2, column 1)', '# for a wall, a space for an open cell, S, G'],
    [
      'S #? G',
      true,
      '"?" at character 4 (row 2, column 1)',
      '# for a wall, a space for an open cell, S, G, or o for the path',
    ],
  ];
  for (const [text, answer, found, expected] of problems) {
    assert.deepEqual(parseMaze(text, { answer, shape }), { problem: { found, expected } });
  }
  assert.deepEqual(parseMaze('S G', { answer: false }), {
    problem: {
      found: '3 characters',
      expected: 'a square number of characters, from 4 (2×2) to 4096 (64×64)',
    },
  });
});

test('says which line of a drawn maze is too short', () => {
  assert.deepEqual(parseMazeLines('S #\n  G', shape), { shape, cells });
  assert.deepEqual(parseMazeLines('\nS #\n G\n', shape), {
    problem: { found: '2 characters in row 2', expected: '3 in every row; a space or . is an open cell' },
  });
  assert.deepEqual(parseMazeLines('S #\n  G\n   ', shape), {
    problem: { found: '3 lines', expected: 'one line, or 2 lines' },
  });
});

test('the maze of an answer has no marks', () => {
  assert.deepEqual(withoutPath(drawMaze('So#', ' oG').cells), drawMaze('S #', '  G').cells);
});
