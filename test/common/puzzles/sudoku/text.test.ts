import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { UserError } from '../../../../common/errors.ts';
import { sudokuGeometry, sudokuSizes } from '../../../../common/puzzles/sudoku/geometry.ts';
import { formatGrid, gridKey, parseGrid, parsePuzzle } from '../../../../common/puzzles/sudoku/text.ts';

const anyGrid = fc.constantFrom(...sudokuSizes).chain((size) => {
  const { cellCount } = sudokuGeometry(size);
  return fc.array(fc.integer({ min: 0, max: size }), { minLength: cellCount, maxLength: cellCount });
});

test('formatting and parsing are inverse', () => {
  fc.assert(
    fc.property(anyGrid, (digits) => {
      const parsed = parseGrid(formatGrid(digits), { blanks: true });
      assert.deepEqual('cells' in parsed && [...parsed.cells], digits);
    }),
  );
});

test('grid keys are equal exactly when the grids are', () => {
  fc.assert(
    fc.property(anyGrid, anyGrid, (one, other) => {
      const isEqual = gridKey(Uint8Array.from(one)) === gridKey(Uint8Array.from(other));
      assert.equal(isEqual, formatGrid(one) === formatGrid(other));
    }),
  );
});

test('a puzzle may have dots, zeros, spaces and line ends', () => {
  const { geometry, cells } = parsePuzzle('1.3.\n 0..2\r\n....\t4..1\n');
  assert.equal(geometry, sudokuGeometry(4));
  assert.deepEqual([...cells], [1, 0, 3, 0, 0, 0, 0, 2, 0, 0, 0, 0, 4, 0, 0, 1]);
});

test('a wrong length names the right ones', () => {
  assert.deepEqual(parseGrid('1234', { blanks: true }), {
    problem: { found: '4 characters', expected: '16 (4×4), 36 (6×6) or 81 (9×9) characters' },
  });
  assert.deepEqual(parseGrid('1'.repeat(36), { blanks: true, geometry: sudokuGeometry(9) }), {
    problem: { found: '36 characters', expected: '81 characters (9×9)' },
  });
});

test('a wrong character is named with its place', () => {
  assert.deepEqual(parseGrid('1234.5..........', { blanks: true }), {
    problem: {
      found: '"5" at character 6 (row 2, column 2)',
      expected: 'a digit from 1 to 4, or . or 0 for a blank',
    },
  });
  assert.deepEqual(parseGrid('123412341234123.', { blanks: false }), {
    problem: { found: '"." at character 16 (row 4, column 4)', expected: 'a digit from 1 to 4' },
  });
  assert.throws(
    () => parsePuzzle('x'.repeat(81)),
    new UserError({
      what: 'This is not a Sudoku puzzle',
      found: '"x" at character 1 (row 1, column 1)',
      expected: 'a digit from 1 to 9, or . or 0 for a blank',
    }),
  );
});
