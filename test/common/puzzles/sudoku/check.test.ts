import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkAnswer, findConflict } from '../../../../common/puzzles/sudoku/check.ts';
import { sudokuGeometry } from '../../../../common/puzzles/sudoku/geometry.ts';
import { parsePuzzle } from '../../../../common/puzzles/sudoku/text.ts';

const geometry = sudokuGeometry(6);
const solution = '123456456123231564564231312645645312';

function check(puzzle: string, answer: string) {
  return checkAnswer(geometry, parsePuzzle(puzzle).cells, parsePuzzle(answer).cells);
}

test('a right answer is valid', () => {
  assert.deepEqual(check(`12${'.'.repeat(34)}`, solution), { valid: true });
});

test('the first reason against an answer is given', () => {
  const blank = '.'.repeat(36);
  assert.deepEqual(check(blank, `.${solution.slice(1)}`), {
    valid: false,
    reason: 'row 1, column 1 holds no digit',
  });
  assert.deepEqual(check(`.4${'.'.repeat(34)}`, solution), {
    valid: false,
    reason: 'row 1, column 2 holds 2, but 4 is given there',
  });
  assert.deepEqual(check(blank, `${solution.slice(0, 35)}3`), {
    valid: false,
    reason: 'digit 3 is twice in row 6',
  });
});

test('conflicts are found in rows, columns and boxes', () => {
  const conflict = (text: string) => findConflict(geometry, parsePuzzle(text).cells);
  assert.equal(conflict(solution), undefined);
  assert.equal(conflict(`1....1${'.'.repeat(30)}`), 'digit 1 is twice in row 1');
  assert.equal(conflict(`.5${'.'.repeat(29)}5....`), 'digit 5 is twice in column 2');
  assert.equal(conflict(`.....1...1${'.'.repeat(26)}`), 'digit 1 is twice in box 2');
});
