// Taking over datasets of the reference's layout: the data stays the same, sets become one, and what cannot be
// represented is refused.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { referenceBuildSchema } from '../../../common/config/dataset-reference.ts';
import { buildDataset } from '../../../worker/dataset/build.ts';
import { type Dataset, openDataset } from '../../../worker/dataset/open.ts';
import { verifyDataset } from '../../../worker/dataset/verify.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { type SmallSplit, smallSplit, writeSplit } from './small-dataset.ts';

async function takeOver(
  t: TestContext,
  source: string,
  changes: Record<string, unknown> = {},
): Promise<Dataset> {
  const folder = join(temporaryFolder(t), 'taken');
  const build = referenceBuildSchema.parse({
    kind: 'reference',
    folder: source,
    source: 'elsewhere',
    ...changes,
  });
  await buildDataset({ name: 'taken', build, folder });
  const dataset = openDataset(folder);
  t.after(() => dataset.close());
  return dataset;
}

function makeSource(
  t: TestContext,
  train: SmallSplit = smallSplit(),
  test: SmallSplit = smallSplit(),
): string {
  const folder = temporaryFolder(t);
  writeSplit(folder, 'train', train);
  writeSplit(folder, 'test', test);
  return folder;
}

/** All of a split as it is trained on. */
function contentOf(dataset: Dataset, name: 'train' | 'test') {
  const split = dataset.split(name);
  const rows = (copy: (example: number, target: Int32Array, offset: number) => void) =>
    Array.from({ length: split.exampleCount }, (_, example) => {
      const row = new Int32Array(dataset.metadata.sequenceLength);
      copy(example, row, 0);
      return [...row];
    });
  const { puzzleIdentifiers, puzzleIndices, groupIndices } = split;
  return {
    inputs: rows(split.copyInputs),
    labels: rows(split.copyLabels),
    puzzleIdentifiers: [...puzzleIdentifiers],
    puzzleIndices: [...puzzleIndices],
    groupIndices: [...groupIndices],
  };
}

test('the data stays as it was, and the card says what is known', async (t) => {
  const folder = makeSource(t);
  const original = openDataset(folder);
  t.after(() => original.close());
  const dataset = await takeOver(t, folder);
  assert.deepEqual(contentOf(dataset, 'train'), contentOf(original, 'train'));
  assert.deepEqual(contentOf(dataset, 'test'), contentOf(original, 'test'));
  assert.deepEqual(dataset.metadata, original.metadata);
  const { kind, title, vocabulary, source, splits, sourceFiles = [] } = dataset.card ?? {};
  const card = { examples: 4, puzzles: 2, counts: {}, distributions: {} };
  assert.deepEqual(
    { kind, title, vocabulary, source, splits, files: sourceFiles.length },
    {
      kind: 'reference',
      title: 'Taken over: plain puzzles of 1×3 cells',
      vocabulary: { domain: 'plain', gridRows: 1, gridColumns: 3, tokens: ['padding', '1', '2', '3', '4'] },
      source: 'elsewhere',
      splits: { train: card, test: card },
      files: 12,
    },
  );
  const { checks } = await verifyDataset(dataset.folder, { rebuild: true });
  assert.deepEqual(
    checks.filter(({ passed }) => !passed),
    [],
  );
});

test('several sets of a split become one', async (t) => {
  const folder = makeSource(t);
  const split = smallSplit();
  const sets = ['easy', 'hard'];
  for (const set of sets)
    writeSplit(folder, 'train', { ...split, metadata: { ...split.metadata, sets: [set] } });
  writeFileSync(
    join(folder, 'train', 'dataset.json'),
    JSON.stringify({ ...split.metadata, total_groups: 4, total_puzzles: 4, sets }),
  );
  const { inputs, ...lists } = contentOf(await takeOver(t, folder), 'train');
  assert.deepEqual(inputs, [...split.inputs, ...split.inputs]);
  assert.deepEqual(
    { puzzles: lists.puzzleIdentifiers, indices: lists.puzzleIndices, groups: lists.groupIndices },
    { puzzles: [0, 2, 1, 0, 2, 1], indices: [0, 1, 3, 4, 5, 7, 8], groups: [0, 2, 3, 5, 6] },
  );
});

describe('what cannot be taken over', () => {
  const cases: [string, Record<string, unknown>, string, string][] = [
    ['another padding', { pad_id: 1 }, 'pad_id 1', '0'],
    ['another blank identifier', { blank_identifier_id: 1 }, 'blank_identifier_id 1', '0'],
    ['more tokens than a byte holds', { vocab_size: 300 }, 'vocab_size 300', 'at most 256'],
    [
      'ignored labels that are no tokens',
      { ignore_label_id: -100 },
      'ignore_label_id -100',
      'a token from 0 to 255, or null',
    ],
  ];
  for (const [name, metadata, found, expected] of cases) {
    test(name, async (t) => {
      const split = smallSplit();
      Object.assign(split.metadata, metadata);
      const folder = makeSource(t, split, split);
      await assert.rejects(takeOver(t, folder), {
        message: [
          'The dataset cannot be taken over',
          `  where:    ${join(folder, 'train', 'dataset.json')}`,
          `  found:    ${found}`,
          `  expected: ${expected}`,
          '  to do:    change the program that wrote it',
        ].join('\n'),
      });
    });
  }
  test('another domain than it is', async (t) => {
    const folder = makeSource(t);
    await assert.rejects(takeOver(t, folder, { domain: 'sudoku' }), {
      message: [
        'The dataset is none of the domain sudoku',
        `  where:    ${join(folder, 'train', 'dataset.json')}`,
        '  found:    5 tokens, puzzles of 3 cells',
        '  expected: the sizes of that domain',
        '  to do:    leave the domain out, or take plain',
      ].join('\n'),
    });
  });
});
