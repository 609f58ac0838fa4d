import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { didYouMean, editDistances, nearest } from '../../common/nearest.ts';

test('slips of the keyboard are found, nearest first', () => {
  const names = ['hiddenSize', 'highCycles', 'lowCycles', 'layers', 'heads'];
  assert.deepEqual(nearest('hiddnSize', names), ['hiddenSize']);
  assert.deepEqual(nearest('HIDDENSIZE', names), ['hiddenSize']);
  assert.deepEqual(nearest('haeds', names), ['heads']);
  assert.deepEqual(nearest('Cycles', names, 3), ['lowCycles', 'highCycles']);
  assert.deepEqual(nearest('hiden', names), ['hiddenSize']);
  assert.deepEqual(nearest('colour', names), []);
  assert.equal(didYouMean('layer', names), 'did you mean layers?');
  assert.equal(didYouMean('colour', names), undefined);
});

test('a swap of neighbours is one edit, and distances to beginnings come along', () => {
  assert.deepEqual(editDistances('ab', 'bac'), [2, 1, 1, 2]);
  assert.deepEqual(editDistances('', 'abc'), [0, 1, 2, 3]);
});

test('the distance is a distance', () => {
  const word = fc.string({ maxLength: 8 });
  fc.assert(
    fc.property(word, word, (left, right) => {
      const distance = editDistances(left, right).at(-1);
      assert.equal(distance, editDistances(right, left).at(-1));
      assert.equal(distance === 0, left === right);
      assert.ok(Number(distance) <= Math.max(left.length, right.length));
    }),
  );
});
