// The zip reader on archives that the tests write themselves, whole and damaged.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { extractEntry, readEntryText } from '../../scripts/setup/zip.mjs';
import { readZipEntries, ZipError } from '../../scripts/setup/zip-directory.mjs';
import { temporaryFolder } from '../temporary-folder.ts';
import { makeZip, type ZipInput } from './zip-writer.ts';

function writeZip(context: TestContext, inputs: ZipInput[], options = {}): string {
  const file = path.join(temporaryFolder(context), 'archive.zip');
  writeFileSync(file, makeZip(inputs, options));
  return file;
}

test('any archive comes out as it went in', async (context) => {
  const folder = temporaryFolder(context);
  const file = path.join(folder, 'archive.zip');
  const inputs = fc.uniqueArray(
    fc.record({
      name: fc.stringMatching(/^[a-zé]{1,8}(\/[a-z.]{0,3}[a-z]{1,5}){0,3}$/),
      content: fc.uint8Array({ maxLength: 3000 }).map((bytes) => Buffer.from(bytes)),
      deflated: fc.boolean(),
      wide: fc.boolean(),
    }),
    { selector: ({ name }) => name, maxLength: 6 },
  );
  const options = fc.record({ zip64End: fc.boolean(), comment: fc.stringMatching(/^[a-z ]{0,40}$/) });
  await fc.assert(
    fc.asyncProperty(inputs, options, async (entries, archive) => {
      writeFileSync(file, makeZip(entries, archive));
      const found = await readZipEntries(file);
      assert.deepEqual(
        [...found.keys()],
        entries.map(({ name }) => name),
      );
      for (const { name, content } of entries) {
        const entry = found.get(name);
        assert.ok(entry);
        const place = path.join(folder, 'out');
        const sha256 = await extractEntry(file, entry, place);
        assert.deepEqual(readFileSync(place), content);
        assert.equal(sha256, createHash('sha256').update(content).digest('hex'));
      }
    }),
    { numRuns: 40 },
  );
});

test('an entry is described as the archive says, and folders are left out', async (context) => {
  const file = writeZip(context, [
    { name: 'bin/', content: Buffer.alloc(0) },
    { name: 'bin/tool', content: Buffer.from('#!'), mode: 0o755 },
    { name: 'a.txt', content: Buffer.from('text'), deflated: true },
  ]);
  const entries = await readZipEntries(file);
  assert.deepEqual(
    [...entries.values()],
    [
      { name: 'bin/tool', method: 0, compressedBytes: 2, sizeBytes: 2, headerOffset: 40, mode: 0o755 },
      { name: 'a.txt', method: 8, compressedBytes: 6, sizeBytes: 4, headerOffset: 86, mode: 0 },
    ],
  );
  const [tool, text] = [...entries.values()];
  assert.ok(tool && text);
  const place = path.join(temporaryFolder(context), 'deep', 'tool');
  const pieces: number[] = [];
  await extractEntry(file, tool, place, (bytes) => pieces.push(bytes));
  assert.deepEqual([statSync(place).mode & 0o777, pieces], [0o755, [2]]);
  assert.equal(await readEntryText(file, text), 'text');
});

for (const name of ['../out', '/etc/passwd', 'a/../../out', 'C:\\out', 'a\\..\\out']) {
  test(`an entry named ${name} is refused`, async (context) => {
    const file = writeZip(context, [{ name, content: Buffer.from('x') }]);
    await assert.rejects(
      readZipEntries(file),
      new ZipError(`archive.zip holds an entry that would leave its folder: ${name}`),
    );
  });
}

test('an archive that is cut off anywhere is an error, never a part of it', async (context) => {
  const whole = makeZip([{ name: 'a.txt', content: Buffer.from('some text'), deflated: true }]);
  const file = path.join(temporaryFolder(context), 'archive.zip');
  for (let sizeBytes = 0; sizeBytes < whole.length; sizeBytes += 1) {
    writeFileSync(file, whole.subarray(0, sizeBytes));
    await assert.rejects(readZipEntries(file), new ZipError('archive.zip is no zip archive or is cut off'));
  }
});

test('damaged data is an error that names the entry', async (context) => {
  const content = Buffer.from('some text '.repeat(50));
  const file = writeZip(context, [{ name: 'a.txt', content, deflated: true }]);
  const bytes = readFileSync(file);
  bytes.fill(0xff, 41, 46);
  writeFileSync(file, bytes);
  const entry = (await readZipEntries(file)).get('a.txt');
  assert.ok(entry);
  await assert.rejects(
    readEntryText(file, entry),
    new ZipError('archive.zip is damaged at a.txt (invalid block type)'),
  );
  await assert.rejects(
    readEntryText(file, { ...entry, method: 0 }),
    new ZipError(`archive.zip is damaged at a.txt (${entry.compressedBytes} bytes instead of 500)`),
  );
  await assert.rejects(
    readEntryText(file, { ...entry, headerOffset: 3 }),
    new ZipError('archive.zip is damaged: no header for a.txt'),
  );
});
