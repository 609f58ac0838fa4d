import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { studioPaths } from '../../../engine/paths.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { trm } from './trm.ts';

test('dataset verify shows each check and tells by its exit code whether all passed', async (t) => {
  const home = temporaryFolder(t);
  for (const name of ['sound', 'damaged'])
    mkdirSync(join(studioPaths(home).datasets, name), { recursive: true });
  const sound = await trm(t, home, ['dataset', 'verify', 'sound', '--sample', '7']);
  assert.deepEqual([sound.code, sound.stderr], [0, '']);
  assert.equal(
    sound.stdout,
    [
      'Verify dataset sound',
      'passed  Checksums     13 files compared with the card; none is wrong.',
      'passed  One solution  7 puzzles solved.',
      `digest  ${'d'.repeat(64)}`,
      'time    0:01',
      'sound: all 2 checks passed',
      '',
    ].join('\n'),
  );
  const damaged = await trm(t, home, ['dataset', 'verify', 'damaged', '--json']);
  assert.equal(damaged.code, 1);
  const { type, status, result } = JSON.parse(damaged.stdout.trimEnd().split('\n').at(-1) ?? '');
  assert.deepEqual([type, status], ['result', 'finished']);
  assert.deepEqual(result, {
    kind: 'verify',
    name: 'damaged',
    folder: join(studioPaths(home).datasets, 'damaged'),
    passed: false,
    digest: 'd'.repeat(64),
    checks: [
      { name: 'Checksums', result: '13 files compared with the card; none is wrong.', passed: true },
      { name: 'One solution', result: '0 puzzles solved.', passed: false },
    ],
    elapsedMs: 1000,
  });
});

test('a folder anywhere can be verified; what is no dataset, and impossible requests, are refused', async (t) => {
  const home = temporaryFolder(t);
  const elsewhere = temporaryFolder(t);
  const [found, missing, both] = [
    await trm(t, home, ['dataset', 'verify', elsewhere]),
    await trm(t, home, ['dataset', 'verify', 'nothing']),
    await trm(t, home, ['dataset', 'verify', elsewhere, '--quick', '--rebuild']),
  ];
  assert.deepEqual([found.code, found.stderr], [0, '']);
  assert.deepEqual(
    [missing.code, missing.stderr],
    [
      2,
      `There is no dataset "nothing"\n  where:    ${studioPaths(home).datasets}\n` +
        '  expected: the name of a dataset\n  to do:    trm dataset build nothing makes it\n',
    ],
  );
  assert.deepEqual(
    [both.code, both.stderr],
    [
      2,
      'The input of dataset.verify is not valid\n  where:    rebuild\n' +
        '  expected: rebuild: false where quick is true, which compares checksums only\n',
    ],
  );
});
