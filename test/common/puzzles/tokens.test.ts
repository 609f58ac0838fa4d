// Grids of tokens as text: what is written is read again as the same, and faults name their cell.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  formatGridText,
  gridExtent,
  layoutOfNames,
  readGrid,
} from '../../../common/puzzles/tokens/layout.ts';

const plain = { ignoring: false, ignoredName: '' };

const vocabularies = fc.constantFrom(
  { style: 'characters' as const, names: ['padding', 'a', 'b', '#', '·'] },
  { style: 'characters' as const, names: ['padding', ' ', '0', '1', '/'] },
  { style: 'words' as const, names: ['padding', 'yes', 'no', 'n/a', '10'] },
);

/** A grid of a part of the canvas, without holes. */
const cases = fc
  .record({
    vocabulary: vocabularies,
    rows: fc.integer({ min: 1, max: 4 }),
    columns: fc.integer({ min: 1, max: 5 }),
  })
  .chain(({ vocabulary, rows, columns }) =>
    fc.record({
      vocabulary: fc.constant(vocabulary),
      rows: fc.constant(rows),
      columns: fc.constant(columns),
      height: fc.integer({ min: 1, max: rows }),
      width: fc.integer({ min: 1, max: columns }),
      cells: fc.array(fc.integer({ min: 1, max: 4 }), {
        minLength: rows * columns,
        maxLength: rows * columns,
      }),
    }),
  );

test('a grid as text is read as the same grid', () => {
  fc.assert(
    fc.property(cases, ({ vocabulary: { style, names }, rows, columns, height, width, cells }) => {
      const tokens = Uint8Array.from(cells, (token, cell) =>
        Math.floor(cell / columns) < height && cell % columns < width ? token : 0,
      );
      const layout = layoutOfNames(names, { rows, columns, style });
      assert.deepEqual(gridExtent(tokens, columns), { height, width });
      const text = formatGridText(tokens, layout, names);
      assert.deepEqual(readGrid(text, layout, plain), { tokens });
      const lists = text.split('\n').map((line) => (style === 'words' ? line.split(' ') : [...line]));
      assert.deepEqual(readGrid(lists, layout, plain), { tokens });
    }),
  );
});

test('padding inside a grid is shown by a sign that is no token', () => {
  const draw = (names: string[], style: 'characters' | 'words' = 'characters') => {
    const layout = layoutOfNames(names, { rows: 2, columns: 3, style });
    return formatGridText([1, 0, 1, 0, 0, 0], layout, names);
  };
  assert.equal(draw(['padding', 'a']), 'a·a');
  assert.equal(draw(['padding', '·']), '·_·');
  assert.equal(draw(['padding', 'yes'], 'words'), 'yes · yes');
});

test('rows end with a line end, a slash that is no token, or where the grid is full', () => {
  const layout = layoutOfNames(['padding', 'a', 'b'], { rows: 2, columns: 2, style: 'characters' });
  const full = { tokens: Uint8Array.of(1, 2, 2, 1) };
  for (const text of ['ab\nba', 'ab/ba', 'a b / b a', 'abba', 'ab\r\nba\n']) {
    assert.deepEqual(readGrid(text, layout, plain), full);
  }
  const words = layoutOfNames(['padding', 'n/a', 'b'], { rows: 2, columns: 2, style: 'words' });
  assert.deepEqual(readGrid('n/a b / b n/a', words, plain), full);
  const slashes = layoutOfNames(['padding', '/', 'b'], { rows: 2, columns: 2, style: 'characters' });
  assert.deepEqual(readGrid('/b\nb/', slashes, plain), full);
});

test('what does not fit is told with its place', () => {
  const layout = layoutOfNames(['padding', 'a', 'b'], { rows: 2, columns: 2, style: 'characters' });
  const problemOf = (value: unknown) => readGrid(value, layout, plain);
  const problem = (found: string, expected: string, cell?: string) => ({
    problem: { ...(cell === undefined ? {} : { cell }), found, expected },
  });
  assert.deepEqual(problemOf('ab\nbx'), problem('"x"', 'one of a b', 'row 2, column 2'));
  assert.deepEqual(problemOf('aba'), problem('3 tokens', 'at most 2 tokens, or 4'));
  assert.deepEqual(problemOf('ab\nb'), problem('1 tokens', '2, as in the first row', 'row 2'));
  assert.deepEqual(problemOf('a\nb\na'), problem('3×1 cells', 'at most 2×2 (rows × columns)'));
  assert.deepEqual(problemOf([['a'], 'b']), problem('"b"', 'a row, as the others are', 'row 2'));
  assert.deepEqual(problemOf(7), problem('7', 'a text, a list of tokens, or a list of rows'));
  assert.deepEqual(problemOf(undefined), problem('nothing', 'a text, a list of tokens, or a list of rows'));
  assert.deepEqual(problemOf(['padding']), problem('"padding"', 'one of a b', 'token 1'));
});
