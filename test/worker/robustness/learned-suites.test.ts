// The suites of domains whose answers only the dataset knows: ARC tasks and any tokens.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cropGrid, decodeGrid, encodeGrid } from '../../../common/puzzles/arc/tokens.ts';
import { countDifferences, openPuzzleSet } from './puzzle-sets.ts';

/** Answers may hold anything where a label counts for nothing. */
const answerOf = (label: Int32Array) => label.map((token) => Math.max(0, token));

test('ARC: what is as it was has the known output for an answer', async (t) => {
  const { make } = await openPuzzleSet(t, 'arc');
  const puzzles = [
    ...(await make('baseline')),
    ...(await make('noise', '20 % of the cells')),
    ...(await make('identifier', 'blank')),
    ...(await make('identifier', 'wrong')),
  ];
  for (const { made, source } of puzzles) {
    assert.deepEqual(made.judge(answerOf(source.label)), { valid: true });
    assert.equal(made.judge(new Int32Array(36)).valid, false);
  }
});

test('ARC: noise changes colours of the grid, as many as it says', async (t) => {
  const { make } = await openPuzzleSet(t, 'arc');
  for (const { made, source } of await make('noise', '20 % of the cells')) {
    const { rows, columns } = cropGrid(source.input, 6);
    const changed = Math.max(1, Math.round(0.2 * rows * columns));
    assert.equal(countDifferences(made.input, source.input), changed);
    assert.deepEqual([cropGrid(made.input, 6).rows, cropGrid(made.input, 6).columns], [rows, columns]);
  }
});

test('ARC: other identifiers are the blank one, or one of another puzzle', async (t) => {
  const { make } = await openPuzzleSet(t, 'arc');
  for (const { made, source } of await make('identifier', 'blank')) {
    assert.equal(made.identifier, 0);
    assert.deepEqual(made.input, source.input);
  }
  for (const { made, source } of await make('identifier', 'wrong')) {
    assert.ok(made.identifier > 0 && made.identifier !== source.identifier);
  }
});

test('ARC: a moved grid is the same grid elsewhere, and its answer moves with it', async (t) => {
  const { make } = await openPuzzleSet(t, 'arc');
  for (const { made, source } of await make('other-size', 'moved')) {
    const placed = decodeGrid(made.input, 6);
    assert.ok(placed !== undefined);
    const { top, left, ...grid } = placed;
    assert.deepEqual(grid, cropGrid(source.input, 6));
    assert.ok(top + left > 0);
    const answer = new Uint8Array(36);
    encodeGrid(cropGrid(answerOf(source.label), 6), 6, answer, top, left);
    assert.deepEqual(made.judge(Int32Array.from(answer)), { valid: true });
  }
});

test('ARC: exchanged colours and mirrored grids have the output changed in the same way', async (t) => {
  const { make, notApplicable } = await openPuzzleSet(t, 'arc');
  for (const { made, source } of await make('shifted-vocabulary', 'colours exchanged')) {
    const codes = new Map([...source.input].map((token, cell) => [token, made.input[cell] ?? 0]));
    assert.deepEqual(
      made.input,
      source.input.map((token) => codes.get(token) ?? -1),
    );
    assert.deepEqual(
      [0, 1, 2].map((token) => codes.get(token) ?? token),
      [0, 1, 2],
    );
    const answer = answerOf(source.label);
    if (answer.every((token) => codes.has(token))) {
      assert.deepEqual(made.judge(answer.map((token) => codes.get(token) ?? 0)), { valid: true });
    }
  }
  for (const { made, source } of await make('turned')) {
    const [before, after] = [cropGrid(source.input, 6), cropGrid(made.input, 6)];
    assert.deepEqual([after.rows, after.columns], [before.columns, before.rows]);
    const turned = answerOf(source.label).map((_, cell) => {
      return Math.max(0, source.label[(cell % 6) * 6 + Math.floor(cell / 6)] ?? 0);
    });
    assert.deepEqual(made.judge(turned), { valid: true });
  }
  assert.deepEqual(notApplicable, [
    'unsolvable',
    'several-solutions',
    'contradictory',
    'misleading',
    'fewer-givens',
  ]);
});

test('tokens: noise and exchanged tokens leave the padding as it is', async (t) => {
  const { make, variants, notApplicable } = await openPuzzleSet(t, 'tokens');
  for (const { made, source } of await make('noise', '20 % of the cells')) {
    const length = source.input.filter((token) => token !== 0).length;
    assert.equal(countDifferences(made.input, source.input), Math.max(1, Math.round(0.2 * length)));
    assert.deepEqual(made.judge(answerOf(source.label)), { valid: true });
  }
  for (const { made, source } of await make('shifted-vocabulary', 'tokens exchanged')) {
    const isPadding = (tokens: Int32Array) => [...tokens].map((token) => token === 0);
    assert.deepEqual(isPadding(made.input), isPadding(source.input));
    // A cycle through three tokens leaves none in its place.
    assert.ok(made.input.every((token, cell) => token === 0 || token !== source.input[cell]));
  }
  assert.deepEqual(
    [...new Set(variants.map(({ suite }) => suite))],
    ['baseline', 'noise', 'shifted-vocabulary'],
  );
  assert.ok(notApplicable.includes('identifier') && notApplicable.includes('unsolvable'));
});
