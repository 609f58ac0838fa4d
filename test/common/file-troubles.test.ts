import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { UserError } from '../../common/errors.ts';
import { errorCode, explainFileError } from '../../common/file-troubles.ts';

test('trouble with a real file becomes a message for people', () => {
  let error: unknown;
  try {
    readFileSync('no/such/file');
  } catch (caught) {
    error = caught;
  }
  assert.equal(errorCode(error), 'ENOENT');
  const explained = explainFileError(error, 'Cannot read the list', 'no/such/file');
  assert.ok(explained instanceof UserError);
  assert.equal(
    explained.message,
    [
      'Cannot read the list',
      '  where:    no/such/file',
      '  found:    there is no such file or folder',
      '  to do:    check the path',
    ].join('\n'),
  );
  assert.equal(explained.cause, error);
});

test('a full disk is called so, and other errors are left as they are', () => {
  const full = explainFileError(Object.assign(new Error(), { code: 'ENOSPC' }), 'Cannot save', 'x');
  assert.match(String(full), /found: {4}the disk is full\n {2}to do: {4}free some space/);
  const other = new Error('other');
  assert.equal(explainFileError(other, 'Cannot save', 'x'), other);
  assert.equal(errorCode(other), undefined);
  assert.equal(errorCode('text'), undefined);
});
