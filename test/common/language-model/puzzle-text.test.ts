// Puzzles as text for language models: what is asked, and what counts as an answer.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Vocabulary } from '../../../common/dataset-card.ts';
import { askFor, createPuzzleText, readReply } from '../../../common/language-model/puzzle-text.ts';
import { encodeGrid } from '../../../common/puzzles/arc/tokens.ts';
import { cellNames } from '../../../common/puzzles/maze/cells.ts';

const vocabulary = (domain: string, side: number, tokens: string[]): Vocabulary => ({
  domain,
  gridRows: side,
  gridColumns: side,
  tokens,
});
const sudoku = createPuzzleText(vocabulary('sudoku', 4, ['padding', 'blank', '1', '2', '3', '4']));
const maze = createPuzzleText(vocabulary('maze', 3, cellNames));
const arcTokens = ['padding', 'edge', ...Array.from({ length: 10 }, (_, colour) => String(colour))];
const arc = createPuzzleText(vocabulary('arc', 4, arcTokens));
const letters = createPuzzleText(vocabulary('letters', 2, ['padding', 'a', 'b']));
const words = createPuzzleText(vocabulary('words', 2, ['padding', 'red', 'green']));

const answered = (...rows: string[]) => `I think so.\n<answer>\n${rows.join('\n')}\n</answer>`;
const solution = answered('1 2 3 4', '3 4 1 2', '2 1 4 3', '4 3 2 1');
const solutionTokens = [2, 3, 4, 5, 4, 5, 2, 3, 3, 2, 5, 4, 5, 4, 3, 2];

function frame(rows: number[][]): Int32Array {
  const tokens = new Uint8Array(16);
  const columns = rows[0]?.length ?? 0;
  encodeGrid({ grid: Uint8Array.from(rows.flat()), rows: rows.length, columns }, 4, tokens);
  return Int32Array.from(tokens);
}

describe('a question', () => {
  test('of a Sudoku', () => {
    const { system, user } = askFor(sudoku, [2, 1, 1, 5, ...new Array<number>(12).fill(1)], []);
    assert.equal(
      system,
      'You solve puzzles. Think as long as you need. Then write the whole final grid between <answer> and </answer>, ' +
        'one row a line, and nothing else between them.',
    );
    assert.equal(
      user,
      [
        'This is a Sudoku puzzle of 4 rows and 4 columns; a full stop is an empty cell.',
        '',
        '1 . . 4',
        '. . . .',
        '. . . .',
        '. . . .',
        '',
        'Fill every empty cell with a digit from 1 to 4, so that each row, each column and each box of 2 rows and 2 ' +
          'columns holds every digit exactly once. Keep the digits that are given.',
        'Write all 4 rows of the solved grid with spaces between the digits.',
      ].join('\n'),
    );
  });

  test('of a maze', () => {
    assert.ok(askFor(maze, [3, 2, 1, 1, 2, 1, 1, 4, 1], []).user.includes('\nS . #\n# . #\n# G #\n'));
  });

  test('of an ARC task, with its demonstrations but without frame and padding', () => {
    const [input, output] = [frame([[1, 2]]), frame([[2], [1]])];
    // Cells of a label that do not count are negative.
    const label = output.map((token) => (token === 0 ? -100 : token));
    const { user } = askFor(arc, frame([[3, 4]]), [{ input, label }]);
    assert.ok(
      user.includes('Example 1, input:\n1 2\nExample 1, output:\n2\n1\n\nTest input:\n3 4\n\nFind the rule'),
      user,
    );
  });

  test('of any other puzzle, by the names of its tokens', () => {
    const { user } = askFor(letters, [1, 2, 0, 0], [{ input: [1, 1, 2, 2], label: [2, -100, 1, 1] }]);
    assert.ok(
      user.includes(
        'Example 1, input:\naa\nbb\nExample 1, output:\nb·\naa\n\nInput:\nab\n\nWrite its output',
      ),
      user,
    );
  });
});

describe('an answer', () => {
  const read = (reply: string) => {
    const result = readReply(sudoku, reply);
    return 'answer' in result ? [...result.answer] : result.problem;
  };

  test('is what stands in the last block, with spaces or without, fenced or not', () => {
    const packed = '<answer>\n```text\n1234\n3412\r\n2143\n\n4321\n```\n</answer>';
    const draft =
      '<answer>\n1 1\n</answer> No: in <answer> tags now. <ANSWER>1234\n3412\n2143\n4321</ANSWER> Done.';
    assert.deepEqual([solution, packed, draft].map(read), Array(3).fill(solutionTokens));
  });

  test('is nothing else', () => {
    const empty = 'there is nothing between <answer> and </answer>';
    assert.deepEqual(
      [
        '',
        '1 2 3 4\n3 4 1 2\n2 1 4 3\n4 3 2 1',
        '</answer>',
        '<answer>\n \n</answer>',
        `${solution} Wait. <answer>\n1 2`,
        answered('1 2 3 4'),
        answered('1 2 3 4', '3 4 1', '2 1 4 3', '4 3 2 1'),
        answered('1 2 3 4', '3 4 . 2', '2 1 4 3', '4 3 2 1'),
        answered('1 2 3 5', '3 4 1 2', '2 1 4 3', '4 3 2 1'),
        answered('The grid is:', '1 2 3 4'),
      ].map(read),
      [
        empty,
        empty,
        empty,
        empty,
        'the last <answer> is not closed',
        'the grid has 1×4 cells instead of 4×4',
        'row 2 has 3 cells, row 1 has 4',
        'row 2, column 3 holds "."',
        'row 1, column 4 holds "5"',
        'row 2 has 4 cells, row 1 has 10',
      ],
    );
  });

  test('of a maze has its path', () => {
    const result = readReply(maze, answered('S o #', '# o #', '# G #'));
    assert.deepEqual(result, { answer: Int32Array.of(3, 5, 1, 1, 5, 1, 1, 4, 1) });
    assert.deepEqual(readReply(maze, answered('S ? #', '# o #', '# G #')), {
      problem: 'row 1, column 2 holds "?"',
    });
  });

  test('of an ARC task may have any size that the frame holds', () => {
    assert.deepEqual(readReply(arc, answered('4 3', '0 9', '1 1')), {
      answer: frame([
        [4, 3],
        [0, 9],
        [1, 1],
      ]),
    });
    assert.deepEqual(readReply(arc, answered('12345')), { problem: 'the grid has 1×5 cells, more than 4×4' });
    assert.deepEqual(readReply(arc, answered('1a')), { problem: 'row 1, column 2 holds "a"' });
  });

  test('of any other puzzle has the names of its tokens', () => {
    assert.deepEqual(readReply(letters, answered('ab', 'b·')), { answer: Int32Array.of(1, 2, 2, 0) });
    assert.deepEqual(readReply(words, answered('red green', 'green red')), {
      answer: Int32Array.of(1, 2, 2, 1),
    });
    assert.deepEqual(readReply(words, answered('red blue')), {
      problem: 'token 2: "blue" instead of one of red green',
    });
  });
});

describe('for any text and any grid', () => {
  test('reading never throws, and gives a grid of the right size with tokens of answers or a problem', () => {
    const pieces = fc.constantFrom(
      '<answer>',
      '</answer>',
      '1',
      '2',
      ' ',
      '\n',
      '```',
      'S',
      '#',
      'o',
      'İ',
      '<',
    );
    const anything = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.array(pieces).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(anything, (reply) => {
        for (const [text, cells] of [
          [sudoku, 16],
          [maze, 9],
          [arc, 16],
          [letters, 4],
          [words, 4],
        ] as const) {
          const result = readReply(text, reply);
          if ('problem' in result) assert.ok(result.problem.length > 0);
          else assert.equal(result.answer.length, cells);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('a grid that is written as it is asked for is read back', () => {
    const cells = (low: number, high: number, count: number) =>
      fc.array(fc.integer({ min: low, max: high }), { minLength: count, maxLength: count });
    fc.assert(
      fc.property(cells(2, 5, 16), cells(1, 5, 9), (grid, mazeCells) => {
        const rowsOf = (characters: string[], side: number) =>
          Array.from({ length: side }, (_, row) => characters.slice(row * side, (row + 1) * side).join(' '));
        const digits = grid.map((token) => String(token - 1));
        assert.deepEqual(readReply(sudoku, answered(...rowsOf(digits, 4))), {
          answer: Int32Array.from(grid),
        });
        const marks = mazeCells.map((value) => '?#.SGo'.charAt(value));
        assert.deepEqual(readReply(maze, answered(...rowsOf(marks, 3))), {
          answer: Int32Array.from(mazeCells),
        });
      }),
    );
  });
});
