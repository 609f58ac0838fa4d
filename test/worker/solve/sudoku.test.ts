// Sudoku as a domain: text to tokens and back, faults with their place, and the check by the rules.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type SudokuSize, sudokuGeometry, sudokuSizes } from '../../../common/puzzles/sudoku/geometry.ts';
import { sudokuVocabulary } from '../../../worker/dataset/sudoku-split.ts';
import { domainOf } from '../../../worker/solve/domains.ts';
import { createSudokuDomain } from '../../../worker/solve/sudoku.ts';
import { echoMetadata } from './echo-model.ts';

function domainOfSize(size: SudokuSize) {
  return createSudokuDomain(sudokuVocabulary(sudokuGeometry(size)));
}

describe('puzzles as text', () => {
  for (const size of sudokuSizes) {
    test(`${size}×${size}: what is read is shown again`, () => {
      const { parse, format } = domainOfSize(size);
      const digits = fc.array(fc.integer({ min: 0, max: size }), {
        minLength: size ** 2,
        maxLength: size ** 2,
      });
      fc.assert(
        fc.property(digits, (cells) => {
          const text = cells.map((digit) => (digit === 0 ? '.' : String(digit))).join('');
          const tokens = parse(text, 1);
          assert.deepEqual(
            [...tokens],
            cells.map((digit) => digit + 1),
          );
          assert.equal(format(tokens), text);
        }),
      );
    });
  }

  test('blanks may be 0, and spaces and line ends do not count', () => {
    const { parse, format } = domainOfSize(4);
    assert.equal(format(parse('1.0.\n..2.\n.3..\n 0 0 0 4', 1)), '1.....2..3.....4');
  });

  test('a token that is no digit shows as a blank', () => {
    const { format } = domainOfSize(4);
    assert.equal(format(Int32Array.of(0, 1, 2, 3, 4, 5, 6, -1, 99, 2, 2, 2, 2, 2, 2, 2)), '..1234...1111111');
  });

  const faults: [string, string, string, string][] = [
    ['too short', '1234', '4 characters', '16 characters (4×4)'],
    ['of another size', '.'.repeat(81), '81 characters', '16 characters (4×4)'],
    [
      'with a wrong digit',
      '1.........5.....',
      '"5" at character 11 (row 3, column 3)',
      'a digit from 1 to 4, or . or 0 for a blank',
    ],
    [
      'with a letter',
      'x'.repeat(16),
      '"x" at character 1 (row 1, column 1)',
      'a digit from 1 to 4, or . or 0 for a blank',
    ],
  ];
  for (const [name, text, found, expected] of faults) {
    test(`a puzzle ${name} is refused with its number and place`, () => {
      assert.throws(() => domainOfSize(4).parse(text, 7), {
        name: 'UserError',
        message: [
          'Puzzle 7 is no 4×4 Sudoku puzzle',
          `  where:    ${text}`,
          `  found:    ${found}`,
          `  expected: ${expected}`,
          '  to do:    give one character a cell, row by row; spaces and line ends do not count',
        ].join('\n'),
      });
    });
  }

  test('a very long text is shown shortened', () => {
    assert.throws(() => domainOfSize(4).parse('1'.repeat(500), 1), {
      message: /^Puzzle 1 is no 4×4 Sudoku puzzle\n {2}where: {4}1{97}…\n {2}found: {4}500 characters\n/,
    });
  });
});

test('answers are checked by the rules and the givens', () => {
  const { parse, check } = domainOfSize(4);
  const question = parse('12343412214343..', 1);
  const judge = (text: string) => check(question, parse(text, 1));
  assert.deepEqual(judge('1234341221434321'), { valid: true });
  assert.deepEqual(judge('2134341221434321'), {
    valid: false,
    reason: 'row 1, column 1 holds 2, but 1 is given there',
  });
  assert.deepEqual(judge('123434122143432.'), { valid: false, reason: 'row 4, column 4 holds no digit' });
  assert.deepEqual(judge('1234341221434312'), { valid: false, reason: 'digit 1 is twice in column 3' });
});

test('a wrong answer to a puzzle that is no puzzle says so', () => {
  const { parse, check } = domainOfSize(4);
  const judge = (question: string) => check(parse(question, 1), parse('1234341221434312', 1));
  const twice = 'digit 1 is twice in column 3';
  assert.deepEqual(judge('1...............'), {
    valid: false,
    reason: `${twice}; the puzzle has several solutions`,
  });
  assert.deepEqual(judge('11..............'), {
    valid: false,
    reason: 'row 1, column 2 holds 2, but 1 is given there; the puzzle has no solution',
  });
});

describe('models whose puzzles are not known', () => {
  const metadata = { ...echoMetadata, graphSha256: '' };

  test('without a vocabulary', () =>
    assert.throws(() => domainOf({ ...metadata, vocabulary: null }, 'model.onnx'), {
      name: 'UserError',
      message: [
        'The puzzles of this model cannot be read or written here',
        '  where:    model.onnx',
        '  found:    no vocabulary, since the dataset tiny had no card',
        '  expected: a vocabulary, which the card of a dataset gives to its models',
        '  to do:    use a model that was trained on a dataset built by TRM Studio',
      ].join('\n'),
    }));

  test('of a kind that is not known, whose token 0 is no padding', () => {
    const vocabulary = { domain: 'walls', gridRows: 4, gridColumns: 4, tokens: ['wall', 'floor'] };
    assert.throws(() => domainOf({ ...metadata, vocabulary }, 'model.onnx'), {
      name: 'UserError',
      message: [
        'Puzzles of the domain walls cannot be read or written here',
        '  found:    "wall" as token 0',
        '  expected: padding, as in datasets that were built from token grids',
      ].join('\n'),
    });
  });

  test('a Sudoku vocabulary without a digit', () => {
    const vocabulary = { domain: 'sudoku', gridRows: 4, gridColumns: 4, tokens: ['blank', '1', '2', '3'] };
    assert.throws(() => domainOf({ ...metadata, vocabulary }, 'model.onnx'), {
      message: [
        'The vocabulary of the model is not that of a Sudoku',
        '  found:    4×4 cells and the tokens blank 1 2 3',
        '  expected: 4×4, 6×6 or 9×9 cells and tokens for the blank and every digit',
        '  to do:    export the model again with `trm export`',
      ].join('\n'),
    });
  });
});
