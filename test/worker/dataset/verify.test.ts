import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { sudokuBuildSchema } from '../../../common/config/dataset.ts';
import { buildDataset } from '../../../worker/dataset/build.ts';
import { openDataset } from '../../../worker/dataset/open.ts';
import { verifyDataset } from '../../../worker/dataset/verify.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { writeSmallDataset } from './small-dataset.ts';

const build = sudokuBuildSchema.parse({
  kind: 'sudoku',
  size: 6,
  trainPuzzles: 45,
  testPuzzles: 12,
  augmentations: 2,
});

test('a dataset that was just built passes', async (context) => {
  const folder = join(temporaryFolder(context), 'data');
  const { digest } = await buildDataset({ build, name: 'data', folder });
  assert.deepEqual(await verifyDataset(folder), [
    {
      name: 'Files, checksums, shapes, indices and tokens',
      result: `147 examples read; 13 checksums equal those of the card; digest ${digest}.`,
      passed: true,
    },
    { name: 'One solution, train split', result: '135 of 135 examples solved; none is wrong.', passed: true },
    { name: 'One solution, test split', result: '12 of 12 examples solved; none is wrong.', passed: true },
    {
      name: 'No leakage between the splits',
      result:
        'Training has 39 and testing 10 symmetry classes of solution grids; 0 are in both. ' +
        'One copy of each group was compared with its original; none is wrong.',
      passed: true,
    },
  ]);
  const sampled = await verifyDataset(folder, { sampleSize: 5 });
  assert.equal(sampled[1]?.result, '5 of 135 examples solved; none is wrong.');
});

test('finds leakage, several solutions and wrong answers in a dataset without a card', async (context) => {
  const folder = join(temporaryFolder(context), 'data');
  await buildDataset({ build: { ...build, augmentations: 0 }, name: 'data', folder });
  rmSync(join(folder, 'card.json'));
  const copyRow = (array: string, from: number, to: number, change: (row: Buffer) => void) => {
    const train = readFileSync(join(folder, 'train', `all__${array}.npy`));
    const path = join(folder, 'test', `all__${array}.npy`);
    const bytes = readFileSync(path);
    const row = train.subarray(128 + from * 36, 128 + (from + 1) * 36);
    change(row);
    row.copy(bytes, 128 + to * 36);
    writeFileSync(path, bytes);
  };
  const unchanged = () => undefined;
  copyRow('inputs', 0, 3, unchanged);
  copyRow('labels', 0, 3, unchanged);
  copyRow('inputs', 1, 5, (row) => row.fill(1));
  copyRow('labels', 1, 5, unchanged);
  copyRow('labels', 2, 7, unchanged);
  const checks = await verifyDataset(folder);
  assert.deepEqual(checks.slice(1), [
    { name: 'One solution, train split', result: '45 of 45 examples solved; none is wrong.', passed: true },
    {
      name: 'One solution, test split',
      result:
        '12 of 12 examples solved; 2 are wrong: example 5 has several solutions; example 7 has another solution.',
      passed: false,
    },
    {
      name: 'No leakage between the splits',
      result:
        'Training has 39 and testing 10 symmetry classes of solution grids; 3 are in both. ' +
        'One copy of each group was compared with its original; none is wrong.',
      passed: false,
    },
  ]);
});

test('a dataset that cannot be opened gives one failed check', async (context) => {
  const folder = temporaryFolder(context);
  assert.deepEqual(await verifyDataset(folder), [
    {
      name: 'Files, checksums, shapes, indices and tokens',
      result:
        `There is no dataset\n  where:    ${folder}\n  found:    a folder without train/ and test/\n` +
        '  expected: a folder with train/ and test/, as `trm dataset build` or the reference implementation writes it\n' +
        '  to do:    build the dataset, or check the path',
      passed: false,
    },
  ]);
});

test('a dataset that is no Sudoku is opened and no more', async (context) => {
  const folder = temporaryFolder(context);
  writeSmallDataset(folder);
  assert.deepEqual(await verifyDataset(folder), [
    {
      name: 'Files, checksums, shapes, indices and tokens',
      result: `8 examples read; there is no card with checksums; digest ${openDataset(folder).digest}.`,
      passed: true,
    },
  ]);
});
