import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../common/errors.ts';
import { writeFolderAtomic } from '../../worker/folders.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const fill = (text: string) => async (folder: string) => {
  mkdirSync(join(folder, 'inner'));
  writeFileSync(join(folder, 'inner', 'file'), text);
  return text.length;
};
const contentOf = (target: string) => readFileSync(join(target, 'inner', 'file'), 'utf8');

/** The number of a process that has ended. */
function deadProcessId(): number {
  return spawnSync(process.execPath, ['--version']).pid;
}

test('puts a folder in place and hands on the result', async (context) => {
  const parent = temporaryFolder(context);
  const target = join(parent, 'new', 'target');
  assert.equal(await writeFolderAtomic(target, { what: 'thing', replace: false }, fill('hello')), 5);
  assert.equal(contentOf(target), 'hello');
  assert.deepEqual(readdirSync(join(parent, 'new')), ['target']);
});

test('replaces only when asked to', async (context) => {
  const parent = temporaryFolder(context);
  const target = join(parent, 'target');
  await writeFolderAtomic(target, { what: 'thing', replace: true }, fill('first'));
  const taken = new UserError({
    what: 'The thing exists already',
    where: target,
    expected: 'a name that is not taken',
    remedy: 'choose another name, or ask for the old one to be replaced',
  });
  await assert.rejects(writeFolderAtomic(target, { what: 'thing', replace: false }, fill('second')), taken);
  assert.equal(contentOf(target), 'first');
  await writeFolderAtomic(target, { what: 'thing', replace: true }, fill('third'));
  assert.equal(contentOf(target), 'third');
  assert.deepEqual(readdirSync(parent), ['target']);
});

test('a folder that appears in the meantime is not overwritten', async (context) => {
  const parent = temporaryFolder(context);
  const target = join(parent, 'target');
  const race = writeFolderAtomic(target, { what: 'thing', replace: false }, async (folder) => {
    await writeFolderAtomic(target, { what: 'thing', replace: false }, fill('first'));
    return await fill('second')(folder);
  });
  await assert.rejects(race, { message: /^The thing exists already/ });
  assert.equal(contentOf(target), 'first');
  assert.deepEqual(readdirSync(parent), ['target']);
});

test('what fails leaves the old folder and nothing else', async (context) => {
  const parent = temporaryFolder(context);
  const target = join(parent, 'target');
  await writeFolderAtomic(target, { what: 'thing', replace: false }, fill('old'));
  const failure = new Error('failed on purpose');
  const failing = writeFolderAtomic(target, { what: 'thing', replace: true }, async (folder) => {
    await fill('new')(folder);
    throw failure;
  });
  await assert.rejects(failing, (error) => error === failure);
  assert.equal(contentOf(target), 'old');
  assert.deepEqual(readdirSync(parent), ['target']);
});

test('what a dead process left behind is removed, what a living one writes is not', async (context) => {
  const parent = temporaryFolder(context);
  const dead = `.partial-${deadProcessId()}-5-0123abcd-target`;
  const reused = `.partial-${process.ppid}-1-0123abcd-target`;
  const other = `.partial-${deadProcessId()}-5-0123abcd-other`;
  for (const name of [dead, reused, other]) mkdirSync(join(parent, name));
  await writeFolderAtomic(join(parent, 'target'), { what: 'thing', replace: false }, async (folder) => {
    await writeFolderAtomic(join(parent, 'target'), { what: 'thing', replace: false }, fill('inner'));
    await fill('outer')(folder);
  }).catch(() => undefined);
  const left = process.platform === 'linux' ? [other, 'target'] : [other, reused, 'target'].sort();
  assert.deepEqual(readdirSync(parent).sort(), left);
  assert.equal(contentOf(join(parent, 'target')), 'inner');
});

test('an old folder that was being replaced when the process died is put back', async (context) => {
  const parent = temporaryFolder(context);
  const target = join(parent, 'target');
  await writeFolderAtomic(
    join(parent, `.replaced-${deadProcessId()}-5-0123abcd-target`),
    { what: 'thing', replace: false },
    fill('old'),
  );
  await assert.rejects(writeFolderAtomic(target, { what: 'thing', replace: false }, fill('new')), {
    message: /^The thing exists already/,
  });
  assert.equal(contentOf(target), 'old');
  assert.deepEqual(readdirSync(parent), ['target']);
});
