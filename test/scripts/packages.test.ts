// Whether node_modules is what the lock says, and whether the set-up has anything to do.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstDifference, packagesProblem } from '../../scripts/setup/packages.mjs';
import { whatChanged } from '../../scripts/setup/up-to-date.mjs';
import { readStamp } from '../../scripts/system/stamp.mjs';

const lock = {
  '': { name: 'project' },
  'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
  'node_modules/for-another-system': { version: '1.0.0', integrity: 'sha512-b', optional: true },
  'node_modules/a/node_modules/c': { version: '2.0.0', integrity: 'sha512-c', dev: true },
};
const { '': _, 'node_modules/for-another-system': __, ...installed } = lock;

test('installed as locked; an optional package may be absent', () => {
  assert.equal(firstDifference(lock, installed), null);
});

test('each kind of difference', () => {
  const [a, c] = ['node_modules/a', 'node_modules/a/node_modules/c'] as const;
  const differences = [
    firstDifference(lock, { [a]: lock[a] }),
    firstDifference(lock, { ...installed, [a]: { ...lock[a], version: '1.0.1' } }),
    firstDifference(lock, { ...installed, [c]: { ...lock[c], integrity: 'sha512-other' } }),
    firstDifference(lock, { ...installed, 'node_modules/d': { version: '1.0.0' } }),
    firstDifference(lock, {}),
  ];
  assert.deepEqual(differences, [
    'node_modules/a/node_modules/c is missing',
    'node_modules/a is not in the locked version',
    'node_modules/a/node_modules/c is not in the locked version',
    'node_modules/d is not in package-lock.json',
    'node_modules/a is missing',
  ]);
});

test('this project is set up, and every change to the record is noticed', async () => {
  assert.equal(packagesProblem(), null);
  const stamp = readStamp();
  assert.ok(stamp, 'run the tests with npm test, which sets the project up first');
  const { requested, tensorflow } = stamp;
  const changes = await Promise.all([
    whatChanged({ ...stamp, tensorflow: { ...tensorflow, retry: false } }, requested),
    whatChanged(null, requested),
    whatChanged({ ...stamp, lockHash: 'other' }, requested),
    whatChanged({ ...stamp, node: { ...stamp.node, path: '/elsewhere/node' } }, requested),
    whatChanged(stamp, requested === 'gpu' ? 'cpu' : 'gpu'),
    whatChanged({ ...stamp, tensorflow: { ...tensorflow, retry: true } }, requested),
    whatChanged({ ...stamp, machineKey: 'other', tensorflow: { ...tensorflow, retry: false } }, requested),
  ]);
  assert.deepEqual(changes, [
    null,
    'nothing is set up yet',
    'package-lock.json changed',
    "the project's Node changed",
    'another TensorFlow is asked for',
    'the better TensorFlow failed last time',
    'the machine changed',
  ]);
});
