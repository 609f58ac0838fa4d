import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  type DatasetBuild,
  sudokuBuildSchema,
  sudokuCsvBuildSchema,
} from '../../../common/config/dataset.ts';
import type { DatasetCard, LeakageCheck } from '../../../common/dataset-card.ts';
import { buildDataset } from '../../../worker/dataset/build.ts';
import { verifyDataset } from '../../../worker/dataset/verify.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const generated = sudokuBuildSchema.parse({ kind: 'sudoku', size: 4, trainPuzzles: 30, testPuzzles: 10 });

async function builtDataset(
  t: TestContext,
  build: DatasetBuild,
): Promise<{ folder: string; card: DatasetCard }> {
  const folder = join(temporaryFolder(t), 'data');
  return { folder, card: await buildDataset({ build, name: 'data', folder }) };
}

/** The check of the second build; nothing but the dataset may lie in its folder's parent afterwards. */
async function rebuildCheck(folder: string): Promise<LeakageCheck | undefined> {
  const before = readdirSync(dirname(folder));
  const { checks } = await verifyDataset(folder, { rebuild: true });
  assert.deepEqual(readdirSync(dirname(folder)), before);
  return checks.find(({ name }) => name === 'Built again');
}

/** Changes the card as text, whatever else that breaks. */
function changeCard(folder: string, change: (card: DatasetCard) => void): void {
  const file = join(folder, 'card.json');
  const card = JSON.parse(readFileSync(file, 'utf8'));
  change(card);
  writeFileSync(file, JSON.stringify(card));
}

test('a generated dataset is the same when it is built again from its card', async (t) => {
  const { folder, card } = await builtDataset(t, generated);
  const result = `Building again gives the same data (digest ${card.digest}) and the same card.`;
  assert.deepEqual(await rebuildCheck(folder), { name: 'Built again', result, passed: true });
});

test('data that the seed on the card does not give are found, and claims that the build does not make', async (t) => {
  const { folder, card } = await builtDataset(t, generated);
  const other = join(dirname(folder), 'other');
  const { digest } = await buildDataset({ build: { ...generated, seed: 1 }, name: 'data', folder: other });
  changeCard(folder, (card) => {
    card.build.seed = 1;
    card.licence = 'MIT';
    card.generatorVersion = 'sudoku-0';
  });
  assert.deepEqual(await rebuildCheck(folder), {
    name: 'Built again',
    result:
      `the digest is ${digest} instead of ${card.digest}; it was built by sudoku-0, this is sudoku-1; ` +
      'the card differs in licence, splits, seed.',
    passed: false,
  });
});

test('imported files that were changed or are gone are named', async (t) => {
  const trainFile = join(temporaryFolder(t), 'train.csv');
  const sample = (split: string) =>
    fileURLToPath(new URL(`../../samples/sudoku-${split}.csv`, import.meta.url));
  writeFileSync(trainFile, readFileSync(sample('train')));
  const build = sudokuCsvBuildSchema.parse({ kind: 'sudoku-csv', trainFile, testFile: sample('test') });
  const { folder, card } = await builtDataset(t, build);
  const sha256 = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');
  const before = sha256(trainFile);
  assert.deepEqual(card.sourceFiles, [
    { path: 'train.csv', sha256: before, sizeBytes: readFileSync(trainFile).length },
    {
      path: 'sudoku-test.csv',
      sha256: sha256(sample('test')),
      sizeBytes: readFileSync(sample('test')).length,
    },
  ]);
  const text = readFileSync(join(folder, 'CARD.md'), 'utf8');
  assert.ok(
    text.includes(
      `\n## Imported files\n- train.csv: ${readFileSync(trainFile).length} bytes, SHA-256 ${before}\n`,
    ),
  );
  assert.equal((await rebuildCheck(folder))?.passed, true);

  appendFileSync(trainFile, '\n');
  assert.deepEqual(await rebuildCheck(folder), {
    name: 'Built again',
    result: `train.csv has SHA-256 ${sha256(trainFile)} instead of ${before}.`,
    passed: false,
  });
  rmSync(trainFile);
  assert.deepEqual(await rebuildCheck(folder), {
    name: 'Built again',
    result:
      `It cannot be built again: Cannot read the CSV file\n  where:    ${trainFile}\n` +
      '  found:    there is no such file or folder\n  to do:    check the path',
    passed: false,
  });
});

test('a dataset without a card cannot be built again', async (t) => {
  const { folder } = await builtDataset(t, generated);
  rmSync(join(folder, 'card.json'));
  assert.deepEqual(await rebuildCheck(folder), {
    name: 'Built again',
    result: 'There is no card that says how the dataset was built.',
    passed: false,
  });
});

test('a cancelled second build leaves nothing behind', async (t) => {
  const { folder } = await builtDataset(t, { ...generated, trainPuzzles: 3000 });
  const stopping = new AbortController();
  const reason = new Error('stopped');
  const verifying = verifyDataset(folder, {
    rebuild: true,
    signal: stopping.signal,
    onProgress: ({ phase, done }) => {
      if (phase === 'generating puzzles' && done === 10) stopping.abort(reason);
    },
  });
  await assert.rejects(verifying, reason);
  assert.deepEqual(readdirSync(dirname(folder)), ['data']);
});
