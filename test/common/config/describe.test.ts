import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeExpected, describeFields } from '../../../common/config/describe.ts';

const fields = describeFields();
const fieldAt = (path: string, kind?: string) =>
  fields.find((field) => field.path === path && (kind === undefined || field.when?.equals === kind));

test('every setting has a meaning, and numbers have a unit', () => {
  const nameless = fields.filter((field) => field.description === '').map(({ path }) => path);
  assert.deepEqual(nameless, []);
  assert.ok(fields.length > 50);
});

test('a setting is described in full', () => {
  assert.deepEqual(fieldAt('model.expansion'), {
    path: 'model.expansion',
    type: 'number',
    required: false,
    default: 4,
    unit: 'factor',
    description: 'Width of the SwiGLU blocks relative to their input.',
    emptyAllowed: true,
    choices: null,
    minimum: 0,
    maximum: 64,
    minimumExcluded: true,
    maximumExcluded: false,
    when: null,
  });
});

test('settings of a kind of build exist only with that kind', () => {
  const kinds = ['sudoku', 'sudoku-csv', 'maze', 'maze-csv', 'tokens', 'arc', 'reference'];
  assert.deepEqual(fieldAt('dataset.build.kind')?.choices, kinds);
  assert.deepEqual(fieldAt('dataset.build.size')?.when, { path: 'dataset.build.kind', equals: 'sudoku' });
  assert.equal(fieldAt('dataset.build.trainPuzzles', 'sudoku')?.required, true);
  assert.equal(fieldAt('dataset.build.trainPuzzles', 'sudoku-csv')?.default, 0);
});

test('what a setting accepts is said in words', () => {
  const expected = (path: string) => {
    const field = fieldAt(path);
    return field && describeExpected(field);
  };
  assert.equal(expected('model.expansion'), 'a number, above 0, at most 64');
  assert.equal(expected('model.layers'), 'a whole number, at least 1');
  assert.equal(expected('training.beta1'), 'a number, at least 0, below 1');
  assert.equal(expected('model.positions'), 'none, rope or learned');
  assert.equal(expected('dataset.build.size'), '4, 6 or 9');
  assert.equal(expected('training.ema'), 'true or false');
  assert.equal(expected('name'), 'text, not empty');
  assert.equal(expected('description'), 'text');
});
