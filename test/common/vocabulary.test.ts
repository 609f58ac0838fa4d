import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findVocabularyDifference } from '../../common/vocabulary.ts';

test('two vocabularies are the same when domain, grid and every token are', () => {
  const vocabulary = { domain: 'letters', gridRows: 1, gridColumns: 4, tokens: ['padding', 'a', 'b'] };
  const differenceOf = (changes: Partial<typeof vocabulary>) =>
    findVocabularyDifference({ ...vocabulary, ...changes }, vocabulary);
  assert.equal(differenceOf({}), null);
  assert.deepEqual(differenceOf({ domain: 'words' }), {
    found: 'puzzles of the domain words',
    expected: 'puzzles of the domain letters',
  });
  assert.deepEqual(differenceOf({ gridRows: 2, gridColumns: 2 }), {
    found: 'grids of 2×2 cells',
    expected: 'grids of 1×4 cells',
  });
  assert.deepEqual(differenceOf({ tokens: ['padding', 'b', 'a'] }), {
    found: '"b" as token 1',
    expected: '"a" as token 1',
  });
  assert.deepEqual(differenceOf({ tokens: ['padding', 'a'] }), {
    found: 'only 2 tokens',
    expected: '"b" as token 2',
  });
});
