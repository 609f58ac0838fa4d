// The halting rule beside a checkpoint: written, read, and taken over by its exports.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { StoredHalting } from '../../../common/halting/stored.ts';
import { HALTING_FILE, readHalting, writeHalting } from '../../../worker/checkpoint/halting.ts';
import { loadCheckpoint } from '../../../worker/checkpoint/load.ts';
import { openSubject } from '../../../worker/solve/subject.ts';
import { makeTinyCheckpoint, type TinyCheckpoint } from '../export/tiny-checkpoint.ts';
import { temporaryFolder } from '../tiny-experiment.ts';

const stored: StoredHalting = {
  rule: 'q>=0.9 and stable>=2',
  chosen: 'given',
  figures: null,
  time: '2026-01-01T00:00:00Z',
};

let root: Awaited<ReturnType<typeof temporaryFolder>>;
let checkpoint: TinyCheckpoint;

before(async () => {
  root = await temporaryFolder();
  checkpoint = await makeTinyCheckpoint(root.path);
});
after(() => root[Symbol.asyncDispose]());

test('a checkpoint without a rule has that of its training; a stored one becomes its default', async () => {
  const { folder } = checkpoint;
  assert.equal(await readHalting(folder), null);
  const defaultRule = async () => {
    const model = await openSubject({ checkpointFolder: folder, weights: 'ema' });
    await model.close();
    return model.metadata.halting;
  };
  assert.equal(await defaultRule(), 'q>=0.5');
  await writeHalting(folder, stored);
  assert.deepEqual((await loadCheckpoint(folder)).halting, stored);
  assert.equal(await defaultRule(), stored.rule);
});

test('a damaged file is refused, with what to do', async () => {
  for (const text of ['{', JSON.stringify({ ...stored, rule: 'q>=2' }), JSON.stringify({ rule: 'q>=0.5' })]) {
    writeFileSync(join(checkpoint.folder, HALTING_FILE), text);
    await assert.rejects(readHalting(checkpoint.folder), {
      name: 'UserError',
      message: /The halting rule of the checkpoint is damaged/,
    });
  }
});
