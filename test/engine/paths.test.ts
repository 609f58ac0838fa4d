import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { fromStoredPath, homeFolder, toStoredPath } from '../../engine/paths.ts';

test('the home is where TRM_HOME says, else where the platform keeps data', () => {
  assert.equal(homeFolder({ TRM_HOME: 'mine', XDG_DATA_HOME: '/data' }), resolve('mine'));
  if (process.platform !== 'win32') assert.equal(homeFolder({ XDG_DATA_HOME: '/data' }), '/data/trm-studio');
  if (process.platform === 'linux')
    assert.equal(homeFolder({}), join(homedir(), '.local', 'share', 'trm-studio'));
});

test('paths inside a folder are stored relative to it, with forward slashes', () => {
  const base = resolve('/home/of/trm');
  const inside = join(base, 'runs', 'one');
  assert.equal(toStoredPath(base, inside), 'runs/one');
  assert.equal(fromStoredPath(base, 'runs/one'), inside);
  for (const outside of [resolve('/home/of'), resolve('/home/of/trm-other/x'), resolve('/elsewhere')]) {
    assert.equal(toStoredPath(base, outside), outside);
    assert.equal(fromStoredPath(base, outside), outside);
  }
  assert.equal(toStoredPath(base, join(base, '..hidden')), '..hidden');
});
