import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeError, errorDetailsSchema, formatErrorDetails, UserError } from '../../common/errors.ts';

const details = {
  what: 'The dataset cannot be read',
  where: 'datasets/puzzles/card.json',
  found: 'an empty file',
  expected: 'a card',
  remedy: 'build it again',
};

test('an error says what, where, found, expected and what to do, and leaves out what it does not know', () => {
  assert.equal(
    formatErrorDetails(details),
    [
      'The dataset cannot be read',
      '  where:    datasets/puzzles/card.json',
      '  found:    an empty file',
      '  expected: a card',
      '  to do:    build it again',
    ].join('\n'),
  );
  assert.equal(formatErrorDetails({ what: 'It broke', remedy: 'mend it' }), 'It broke\n  to do:    mend it');
});

test('several problems stand under one title', () => {
  const problems = [{ what: 'One is wrong', found: '1' }, { what: 'Two is missing' }];
  assert.equal(
    formatErrorDetails({ what: 'x.yaml has errors: 2 problems', problems }),
    'x.yaml has errors: 2 problems\n\n  One is wrong\n    found:    1\n\n  Two is missing',
  );
});

test('a UserError carries its details, which survive being sent', () => {
  const cause = new Error('ENOENT');
  const error = new UserError(details, { cause });
  assert.deepEqual(
    [error.name, error.message, error.cause],
    ['UserError', formatErrorDetails(details), cause],
  );
  assert.deepEqual(errorDetailsSchema.parse(JSON.parse(JSON.stringify(error.details))), details);
});

test('anything that is thrown can be described', () => {
  assert.deepEqual(describeError(new UserError(details)), details);
  assert.deepEqual(describeError(new TypeError('x is not a function')), { what: 'x is not a function' });
  assert.deepEqual(describeError('a text'), { what: 'a text' });
});
