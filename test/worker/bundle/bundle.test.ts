// The bundle job: what is in the zip, that it says the truth about itself, and that nothing in it depends on the moment.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { unzipSync } from 'fflate';
import { bundleCardSchema, bundleSchema } from '../../../common/bundle.ts';
import { parseHaltingRule } from '../../../common/halting/rule.ts';
import { bundleJob } from '../../../worker/bundle/bundle.ts';
import { treeOf } from '../../../worker/bundle/model.ts';
import { unpack, writeTinyModel } from '../../edge/tiny-bundle.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { testContext } from '../job-context.ts';

const spec = { kind: 'bundle', examples: 4, runtime: false, replace: false } as const;

test('the zip holds models, cards, vocabulary and runners, and every hash is right', async (t) => {
  const root = temporaryFolder(t);
  const { modelFile, datasetFolder, bytes } = await writeTinyModel(root);
  const outputFile = path.join(root, 'tiny.zip');
  const result = await bundleJob(
    { ...spec, accuracies: [], modelFiles: [modelFile], datasetFolder, outputFile },
    testContext(),
  );
  const entries = unzipSync(readFileSync(outputFile));
  assert.deepEqual(Object.keys(entries), [
    'MODEL_CARD.md',
    'card.json',
    'models/tiny.onnx',
    'runners/node/run.mjs',
    'runners/package.json',
    'runners/python/requirements.txt',
    'runners/python/run.py',
    'runners/solve.js',
    'runners/web/index.html',
    'runners/web/run.js',
    'vocabulary.json',
  ]);
  assert.deepEqual(Buffer.from(entries['models/tiny.onnx'] as Uint8Array), Buffer.from(bytes));
  const sha256 = (value: Uint8Array) => createHash('sha256').update(value).digest('hex');
  const listed = Object.entries(entries).map(([name, data]) => {
    return { path: name, sizeBytes: data.length, sha256: sha256(data) };
  });
  assert.deepEqual(result.files, listed);
  assert.equal(result.sha256, sha256(readFileSync(outputFile)));
  const card = bundleCardSchema.parse(JSON.parse(Buffer.from(entries['card.json'] as Uint8Array).toString()));
  assert.deepEqual(
    card.files,
    listed.filter(({ path: name }) => !['card.json', 'MODEL_CARD.md'].includes(name)),
  );
  assert.deepEqual(card.models[0]?.accuracy, {
    exactAccuracy: { value: 0.5, low: 0.25, high: 0.75 },
    puzzleCount: 20,
    split: 'test',
    of: 'file',
    halting: 'q>=0.5',
  });
  const text = Buffer.from(entries['MODEL_CARD.md'] as Uint8Array).toString();
  const shown = '50.00 % (95 % interval 25.00 % to 75.00 %, 20 test puzzles)';
  assert.match(text, new RegExp(shown.replace(/[()]/g, '\\$&')));
  assert.match(text, /It knows Sudokus of 4×4 cells only/);
  const { models } = bundleSchema.parse(
    JSON.parse(Buffer.from(entries['vocabulary.json'] as Uint8Array).toString()),
  );
  assert.equal(models[0]?.examples.length, 4);
  assert.equal(models[0]?.characters?.slice(-5).join(' '), '.0 1 2 3 4');
});

test('the same exports give the same bytes', async (t) => {
  const root = temporaryFolder(t);
  const { modelFile, datasetFolder } = await writeTinyModel(root);
  const [first, second] = [path.join(root, 'a.zip'), path.join(root, 'b.zip')];
  for (const outputFile of [first, second]) {
    await bundleJob(
      { ...spec, accuracies: [], modelFiles: [modelFile], datasetFolder, outputFile },
      testContext(),
    );
  }
  assert.deepEqual(readFileSync(first), readFileSync(second));
});

test('without a dataset, puzzles are made', async (t) => {
  const root = temporaryFolder(t);
  const { modelFile } = await writeTinyModel(root);
  const outputFile = path.join(root, 'tiny.zip');
  await bundleJob(
    { ...spec, accuracies: [], modelFiles: [modelFile], datasetFolder: null, outputFile },
    testContext(),
  );
  unpack(outputFile, root);
  const { models } = bundleSchema.parse(JSON.parse(readFileSync(path.join(root, 'vocabulary.json'), 'utf8')));
  assert.equal(models[0]?.examples.length, 4);
  assert.equal(models[0]?.examplesSource, 'Made at random by TRM Studio');
});

test('exports of two checkpoints, a model twice and a file that is there are refused', async (t) => {
  const root = temporaryFolder(t);
  const { modelFile, datasetFolder } = await writeTinyModel(root);
  const outputFile = path.join(root, 'tiny.zip');
  const pack = (modelFiles: string[]) =>
    bundleJob({ ...spec, accuracies: [], modelFiles, datasetFolder, outputFile }, testContext());
  await assert.rejects(pack([modelFile, modelFile]), /Two models of the bundle have the same name/);
  const { modelFile: other } = await writeTinyModel(path.join(root, 'other'), 'raw');
  const renamed = path.join(root, 'raw.onnx');
  copyFileSync(other, renamed);
  await assert.rejects(pack([modelFile, renamed]), {
    message:
      /The exports of a bundle must come from one checkpoint\n.*\n.*raw weights\n.*ema weights, as tiny is/,
  });
  assert.equal(existsSync(outputFile), false);
  copyFileSync(modelFile, outputFile);
  await assert.rejects(pack([modelFile]), /The output file exists already/);
});

test('a halting rule as a tree', () => {
  assert.deepEqual(treeOf(parseHaltingRule('(q>=0.9 or halt>continue) and residual<=0.01')), {
    all: [
      {
        any: [
          { criterion: 'q', comparison: '>=', bound: 0.9 },
          { criterion: 'halt>continue', comparison: null, bound: 0 },
        ],
      },
      { criterion: 'residual', comparison: '<=', bound: 0.01 },
    ],
  });
});
