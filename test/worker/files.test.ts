import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../common/errors.ts';
import { digestFile, withFileErrors, withFileErrorsSync, writeFileAtomic } from '../../worker/files.ts';
import { temporaryFolder } from '../temporary-folder.ts';

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: as the operating system says it`), { code });
}

test('writes a new file, replaces an old one and leaves nothing else', async (context) => {
  const folder = temporaryFolder(context);
  const path = join(folder, 'new', 'a.bin');
  await writeFileAtomic(path, 'first');
  await writeFileAtomic(path, new Uint8Array([1, 2, 3]));
  assert.deepEqual([...readFileSync(path)], [1, 2, 3]);
  assert.deepEqual(readdirSync(join(folder, 'new')), ['a.bin']);
});

test('leaves the old file as it was when the new one cannot be put in place', async (context) => {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, 'file'), 'old');
  const path = join(folder, 'file', 'below');
  await assert.rejects(
    writeFileAtomic(path, 'new'),
    new UserError({
      what: 'Cannot write a file',
      where: path,
      found: 'a part of the path is a file, not a folder',
      remedy: 'check the path',
    }),
  );
  await assert.rejects(
    writeFileAtomic(folder, 'new'),
    new UserError({
      what: 'Cannot write a file',
      where: folder,
      found: 'this is a folder, not a file',
      remedy: 'check the path',
    }),
  );
  assert.deepEqual(readdirSync(folder), ['file']);
  assert.equal(readFileSync(join(folder, 'file'), 'utf8'), 'old');
});

test('explains trouble of the file system and passes on any other error', async () => {
  const troubles: [code: string, found: string, remedy: string][] = [
    ['ENOSPC', 'the disk is full', 'free some space on this disk or choose a folder on another one'],
    ['EROFS', 'the disk is read-only', 'choose a folder on a disk that can be written'],
    ['EACCES', 'permission denied', 'change the permissions or choose another folder'],
  ];
  for (const [code, found, remedy] of troubles) {
    const expected = new UserError({ what: 'Cannot save', where: 'place', found, remedy });
    await assert.rejects(
      withFileErrors('Cannot save', 'place', () => Promise.reject(systemError(code))),
      expected,
    );
    const fail = () => {
      throw systemError(code);
    };
    assert.throws(() => withFileErrorsSync('Cannot save', 'place', fail), expected);
  }
  const other = new Error('something else');
  await assert.rejects(
    withFileErrors('Cannot save', 'place', () => Promise.reject(other)),
    (error) => error === other,
  );
  assert.equal(await withFileErrors('Cannot save', 'place', async () => 7), 7);
});

test('a full disk is explained (only Linux has a file that is always full)', async () => {
  if (process.platform !== 'linux') return;
  await assert.rejects(
    withFileErrors('Cannot save', '/dev/full', async () => writeFileSync('/dev/full', 'x')),
    new UserError({
      what: 'Cannot save',
      where: '/dev/full',
      found: 'the disk is full',
      remedy: 'free some space on this disk or choose a folder on another one',
    }),
  );
});

test('digests a file', async (context) => {
  const path = join(temporaryFolder(context), 'a');
  writeFileSync(path, 'abc');
  assert.deepEqual(await digestFile(path), {
    sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    sizeBytes: 3,
  });
});
