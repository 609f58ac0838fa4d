import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { UserError } from '../../../../common/errors.ts';
import {
  type Augmentation,
  augmentedName,
  drawAugmentation,
  parseIdentifierName,
  restoreGrid,
} from '../../../../common/puzzles/arc/augmentation.ts';
import { gridKey, gridToRows, readGrid } from '../../../../common/puzzles/arc/grid.ts';
import { readTask } from '../../../../common/puzzles/arc/task.ts';
import { cropGrid, decodeGrid, encodeGrid } from '../../../../common/puzzles/arc/tokens.ts';
import { makeSubmission, VoteBook } from '../../../../common/puzzles/arc/voting.ts';
import { applyDihedral, type Grid } from '../../../../common/puzzles/dihedral.ts';
import { createRandom } from '../../../../common/random.ts';

const gridOf = (rows: number, columns: number) =>
  fc
    .uint8Array({ minLength: rows * columns, maxLength: rows * columns, max: 9 })
    .map((grid): Grid => ({ grid, rows, columns }));
const side = fc.integer({ min: 1, max: 30 });
const anyGrid = fc.tuple(side, side).chain(([rows, columns]) => gridOf(rows, columns));
const augmentation = fc.nat().map((seed) => {
  const colours = new Uint8Array(10);
  return { transform: drawAugmentation(createRandom(seed, 'test'), colours), colours };
});

test('a grid anywhere on a frame is decoded to itself and its place', () => {
  const placed = anyGrid.chain((grid) => {
    const least = Math.max(grid.rows, grid.columns);
    return fc.integer({ min: least, max: 30 }).chain((frame) =>
      fc.record({
        grid: fc.constant(grid),
        frame: fc.constant(frame),
        top: fc.integer({ min: 0, max: frame - grid.rows }),
        left: fc.integer({ min: 0, max: frame - grid.columns }),
      }),
    );
  });
  fc.assert(
    fc.property(placed, ({ grid, frame, top, left }) => {
      const tokens = new Uint8Array(frame * frame);
      encodeGrid(grid, frame, tokens, top, left);
      assert.deepEqual(decodeGrid(tokens, frame), { ...grid, top, left });
      if (top === 0 && left === 0) assert.deepEqual(cropGrid(tokens, frame), grid);
    }),
  );
});

test('tokens that no grid gives are not decoded', () => {
  const tokens = new Uint8Array(9);
  assert.equal(decodeGrid(tokens, 3), undefined);
  encodeGrid({ grid: Uint8Array.of(4, 4), rows: 1, columns: 2 }, 3, tokens);
  assert.deepEqual([...tokens], [6, 6, 1, 1, 1, 0, 0, 0, 0]);
  for (const [place, token] of [
    [2, 0],
    [3, 7],
    [8, 5],
    [5, 1],
  ] as const) {
    const changed = tokens.slice();
    changed[place] = token;
    assert.equal(decodeGrid(changed, 3), undefined);
  }
});

function augment({ grid, rows, columns }: Grid, { transform, colours }: Augmentation): Grid {
  return applyDihedral(
    grid.map((colour) => colours[colour]!),
    rows,
    columns,
    transform,
  );
}

test('what an augmentation does, its name undoes', () => {
  fc.assert(
    fc.property(anyGrid, augmentation, (grid, augmentation) => {
      const parsed = parseIdentifierName(augmentedName('task', augmentation));
      assert.ok(parsed);
      assert.deepEqual(parsed, { task: 'task', augmentation });
      assert.deepEqual(restoreGrid(augment(grid, augmentation), parsed.augmentation), grid);
      assert.equal(augmentation.colours[0], 0);
      assert.equal(new Set(augmentation.colours).size, 10);
    }),
  );
});

test('names that are no identifier of a task are refused', () => {
  for (const name of ['a|||t8|||0123456789', 'a|||t1|||0123456788', 'a|||0123456789', 'a|||t1|||012345678']) {
    assert.equal(parseIdentifierName(name), undefined);
  }
});

test('equal grids have equal keys, other grids have others', () => {
  fc.assert(
    fc.property(anyGrid, anyGrid, (one, other) => {
      const equal = JSON.stringify(gridToRows(one)) === JSON.stringify(gridToRows(other));
      assert.equal(gridKey(one) === gridKey(other), equal);
      assert.deepEqual(readGrid(gridToRows(one)), one);
    }),
  );
});

const good = [[1, 2]];

/** The message of a task with one training pair and one test pair, of which a part is replaced. */
function faultOf(changes: { input?: unknown; train?: unknown; test?: unknown }, solutions?: unknown): string {
  const pair = { input: 'input' in changes ? changes.input : good, output: good };
  const task = {
    train: 'train' in changes ? changes.train : [{ input: good, output: good }, pair],
    test: 'test' in changes ? changes.test : [{ input: good, output: good }],
  };
  const place = { file: 'a.json', ...(solutions === undefined ? {} : { solutionsFile: 'b.json' }) };
  try {
    readTask('t1', task, place, solutions);
  } catch (error) {
    assert.ok(error instanceof UserError);
    const { what, where, found, expected } = error.details;
    assert.equal(what, 'An ARC task is malformed');
    return `${where}: ${found}, not ${expected}`;
  }
  return 'no fault';
}

test('malformed tasks are refused with file, task, pair and cell', () => {
  const row = Array.from({ length: 31 }, () => 0);
  const cases: [string, string][] = [
    [faultOf({}), 'no fault'],
    [
      faultOf({ input: [[1, 2], [3]] }),
      'a.json, task t1, train pair 2, input, row 2: 1 cells, not 2 cells, as in row 1',
    ],
    [
      faultOf({ input: [[1, 10]] }),
      'a.json, task t1, train pair 2, input, row 1, column 2: 10, not a colour: a whole number from 0 to 9',
    ],
    [
      faultOf({ input: [['1']] }),
      'a.json, task t1, train pair 2, input, row 1, column 1: "1", not a colour: a whole number from 0 to 9',
    ],
    [
      faultOf({ input: [[1.5]] }),
      'a.json, task t1, train pair 2, input, row 1, column 1: 1.5, not a colour: a whole number from 0 to 9',
    ],
    [
      faultOf({ input: [row] }),
      'a.json, task t1, train pair 2, input, row 1: 31 cells, not at most 30 cells',
    ],
    [
      faultOf({ input: row.map(() => [0]) }),
      'a.json, task t1, train pair 2, input: 31 rows, not at most 30 rows',
    ],
    [faultOf({ input: [] }), 'a.json, task t1, train pair 2, input: an empty grid, not at least one row'],
    [
      faultOf({ input: [[]] }),
      'a.json, task t1, train pair 2, input, row 1: an empty row, not at least one cell',
    ],
    [
      faultOf({ input: undefined }),
      'a.json, task t1, train pair 2, input: nothing, not a grid: a list of rows',
    ],
    [faultOf({ train: [] }), 'a.json, task t1, train: an empty list, not at least one pair'],
    [
      faultOf({ test: { output: good } }),
      'a.json, task t1, test: an object with output, not a list of pairs',
    ],
    [
      faultOf({ test: [{ input: good }] }),
      'a.json, task t1, test pair 1, output: nothing, not a grid: a list of rows',
    ],
    [
      faultOf({ test: [{ input: good }] }, [good, good]),
      'b.json, task t1: 2 outputs, not 1, one for each test input in a.json',
    ],
    [
      faultOf({ test: [{ input: good }] }, [[[77]]]),
      'b.json, task t1, test pair 1, output, row 1, column 1: 77, not a colour: a whole number from 0 to 9',
    ],
    [
      faultOf({ test: [{ input: good }] }, null),
      'b.json, task t1: null, not a list with one output for each test input',
    ],
  ];
  for (const [found, expected] of cases) assert.equal(found, expected);
  assert.throws(() => readTask('t2', [1], { file: 'a.json' }), {
    message: /^An ARC task is malformed\n {2}where: {4}a\.json, task t2\n {2}found: {4}a list\n/,
  });
});

test('a submission has an entry for every test input', () => {
  const grid = (colour: number): Grid => ({ grid: Uint8Array.of(colour), rows: 1, columns: 1 });
  const pair = (colour: number) => ({ input: grid(colour), output: grid(colour) });
  const book = new VoteBook();
  book.add('a', grid(2), grid(7), 0.5);
  const puzzles = new Map([['a', [pair(1), pair(2)]]]);
  assert.deepEqual(makeSubmission(book, puzzles), {
    a: [
      { attempt_1: [[0]], attempt_2: [[0]] },
      { attempt_1: [[7]], attempt_2: [[7]] },
    ],
  });
});
