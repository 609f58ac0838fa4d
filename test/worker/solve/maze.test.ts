// Mazes as a domain of the solver: texts and files, the verdict, and fresh mazes.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { datasetBuildSchema } from '../../../common/config/dataset.ts';
import { UserError } from '../../../common/errors.ts';
import { createLayoutKey } from '../../../common/puzzles/maze/layout.ts';
import { createMazeSolver } from '../../../common/puzzles/maze/solver.ts';
import { buildDataset } from '../../../worker/dataset/build.ts';
import { mazeVocabulary } from '../../../worker/dataset/maze-split.ts';
import { openDataset } from '../../../worker/dataset/open.ts';
import { createMazeDomain } from '../../../worker/solve/maze.ts';
import { arbitraryMaze, drawMaze } from '../../common/puzzles/maze/samples.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { testContext } from '../job-context.ts';

const rows = ['S   ', '  # ', '   G'];
const maze = drawMaze(...rows).cells;
const domain = createMazeDomain(mazeVocabulary({ rows: 3, columns: 4 }));

describe('texts', () => {
  test('are read in one line, row by row and with points, and shown row by row', () => {
    for (const text of [rows.join(''), rows.join('\n'), `${rows.join('\r\n')}\r\n`, 'S.....#....G']) {
      assert.deepEqual(domain.parse(text, 1), Int32Array.from(maze));
    }
    assert.equal(domain.format(maze), rows.join('\n'));
    assert.equal(domain.format([0, 1, 2, 3, 4, 5, 0, 0, 0, 0, 0, 9]), '?# S\nGo??\n????');
  });

  test('that are no maze are refused', () => {
    const refuses = (text: string, found: string, expected: string, remedy?: string) =>
      assert.throws(
        () => domain.parse(text, 2),
        new UserError({ what: 'Puzzle 2 is no 3×4 maze', found, expected, ...(remedy && { remedy }) }),
      );
    const remedy =
      'give one character a cell, all in one line or each row in a line of its own; spaces count';
    refuses('S  G', '4 characters', '12 characters (3×4), spaces included', remedy);
    refuses(
      'S   \n  #\n   G',
      '3 characters in row 2',
      '4 in every row; a space or . is an open cell',
      remedy,
    );
    refuses(
      'S..S#......G',
      'S is at row 1, column 1 and again at row 1, column 4',
      'one S, one G and a way between them',
    );
    refuses('S#..##.....G', 'there is no way from S to G', 'one S, one G and a way between them');
  });

  test('of a file are mazes in a line each, or drawn with or without empty lines between', () => {
    const drawn = rows.join('\n');
    const line = rows.join('');
    const split = (text: string) => domain.split?.(text);
    assert.deepEqual(split(`${line}\n${line}\n`), [line, line]);
    assert.deepEqual(split(`\n${drawn}\n\n\n${drawn}\n`), [drawn, drawn]);
    assert.deepEqual(split(`${drawn}\n${drawn}\n`.replaceAll('\n', '\r\n')), [drawn, drawn]);
    assert.deepEqual(split(`${line}\n\n${drawn}`), [line, drawn]);
    assert.deepEqual(split('S  \nG'), ['S  \nG']);
    assert.deepEqual(split('\n\n'), []);
  });

  test('come back as they were', () => {
    fc.assert(
      fc.property(arbitraryMaze, ({ shape, cells }) => {
        if (createMazeSolver(shape)(cells) === undefined) return;
        const { parse, format } = createMazeDomain(mazeVocabulary(shape));
        assert.deepEqual(parse(format(cells), 1), Int32Array.from(cells));
      }),
    );
  });
});

test('any shortest path solves a maze; else the reason is told', () => {
  const check = (...answer: string[]) => domain.check(maze, drawMaze(...answer).cells);
  assert.deepEqual(check('S   ', 'o # ', 'oooG'), { valid: true });
  assert.deepEqual(check('Sooo', '  #o', '   G'), { valid: true });
  assert.deepEqual(check('So  ', 'oo# ', 'oooG'), {
    valid: false,
    reason: 'the path has 7 steps, a shortest one has 5',
  });
  assert.deepEqual(domain.check(new Int32Array(12), maze), {
    valid: false,
    reason: 'the maze itself is at fault: there is no S',
  });
});

test('a vocabulary of other tokens is refused', () => {
  assert.throws(
    () => createMazeDomain({ domain: 'maze', gridRows: 2, gridColumns: 2, tokens: ['padding', 'open'] }),
    new UserError({
      what: 'The vocabulary of the model is not that of mazes',
      found: 'the tokens padding open',
      expected: 'padding wall open start goal path',
      remedy: 'export the model again with `trm export`',
    }),
  );
});

test('fresh mazes are as long as those of the dataset, and their layouts are new', async (context) => {
  const folder = join(temporaryFolder(context), 'data');
  const settings = { kind: 'maze', rows: 6, columns: 6, trainPuzzles: 30, testPuzzles: 10 };
  await buildDataset({ build: datasetBuildSchema.parse(settings), name: 'data', folder });
  const dataset = openDataset(folder);
  context.after(() => dataset.close());
  const shape = { rows: 6, columns: 6 };
  const { generate } = createMazeDomain(mazeVocabulary(shape));
  const request = { count: 8, seed: 0, context: testContext() };
  const mazes = await generate(dataset, request);
  const keyOf = createLayoutKey(shape);
  const cells = new Int32Array(36);
  const known = (['train', 'test'] as const).flatMap((name) =>
    Array.from({ length: dataset.split(name).exampleCount }, (_, example) => {
      dataset.split(name).copyInputs(example, cells, 0);
      return keyOf(Uint8Array.from(cells));
    }),
  );
  const keys = new Set(mazes.map((tokens) => keyOf(Uint8Array.from(tokens))));
  assert.equal(keys.size, 8);
  assert.ok(known.every((key) => !keys.has(key)));
  for (const tokens of mazes) assert.ok(createMazeSolver(shape)(Uint8Array.from(tokens))!.steps + 1 >= 12);
  assert.deepEqual(await generate(dataset, request), mazes);
  assert.notDeepEqual(await generate(dataset, { ...request, seed: 1 }), mazes);
});
