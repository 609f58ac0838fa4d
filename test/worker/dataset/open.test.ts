import assert from 'node:assert/strict';
import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { UserError } from '../../../common/errors.ts';
import { npyTypes } from '../../../worker/dataset/npy-header.ts';
import { type Dataset, openDataset } from '../../../worker/dataset/open.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { type SmallSplit, smallSplit, writeSmallDataset, writeSplit } from './small-dataset.ts';

function readRows(dataset: Dataset, split: 'train' | 'test') {
  const { sequenceLength } = dataset.metadata;
  const { exampleCount, copyInputs, copyLabels } = dataset.split(split);
  const inputs: number[][] = [];
  const labels: number[][] = [];
  for (let example = 0; example < exampleCount; example++) {
    const row = new Int32Array(2 * sequenceLength + 2).fill(77);
    copyInputs(example, row, 1);
    copyLabels(example, row, 1 + sequenceLength);
    assert.deepEqual([row[0], row.at(-1)], [77, 77]);
    inputs.push([...row.subarray(1, 1 + sequenceLength)]);
    labels.push([...row.subarray(1 + sequenceLength, -1)]);
  }
  return { inputs, labels };
}

const ignored = (rows: number[][]) => rows.map((row) => row.map((label) => (label === 0 ? -100 : label)));

test('opens a dataset that another program wrote, from memory or from the file, whatever its number type', (context) => {
  const folder = temporaryFolder(context);
  writeSmallDataset(folder);
  for (const type of npyTypes) {
    writeSplit(folder, 'train', smallSplit(), type);
    for (const mostTokensInMemory of [2 ** 30, 0]) {
      const dataset = openDataset(folder, { mostTokensInMemory });
      assert.deepEqual(dataset.metadata, {
        vocabularySize: 5,
        sequenceLength: 3,
        padId: 0,
        ignoreLabelId: 0,
        blankIdentifierId: 0,
        puzzleIdentifierCount: 3,
      });
      assert.equal(dataset.card, undefined);
      assert.match(dataset.digest, /^[0-9a-f]{64}$/);
      const { exampleCount, puzzleCount, groupCount, puzzleIdentifiers, puzzleIndices, groupIndices } =
        dataset.split('train');
      assert.deepEqual(
        { exampleCount, puzzleCount, groupCount },
        { exampleCount: 4, puzzleCount: 3, groupCount: 2 },
      );
      assert.deepEqual(puzzleIdentifiers, Int32Array.from([0, 2, 1]));
      assert.deepEqual(puzzleIndices, Int32Array.from([0, 1, 3, 4]));
      assert.deepEqual(groupIndices, Int32Array.from([0, 2, 3]));
      const { inputs, labels } = smallSplit();
      assert.deepEqual(readRows(dataset, 'train'), { inputs, labels: ignored(labels) });
      dataset.close();
    }
  }
});

test('reads the arrays of the reference implementation as it does', (context) => {
  const folder = temporaryFolder(context);
  const file = new URL('../../golden/small/eval_batching.json', import.meta.url);
  const rows = z.array(z.array(z.number()));
  const numbers = z.array(z.number());
  const golden = z
    .object({
      arrays: z.object({
        inputs: rows,
        labels: rows,
        puzzle_identifiers: numbers,
        puzzle_indices: numbers,
        group_indices: numbers,
      }),
      dataset_json: z.record(z.string(), z.unknown()),
      batches: z.array(z.object({ effective_size: z.number(), inputs: rows, labels: rows })),
    })
    .parse(JSON.parse(readFileSync(file, 'utf8')));
  for (const split of ['train', 'test'] as const) {
    writeSplit(folder, split, { ...golden.arrays, metadata: golden.dataset_json });
  }
  const dataset = openDataset(folder);
  assert.deepEqual(readRows(dataset, 'test'), {
    inputs: golden.batches.flatMap((batch) => batch.inputs.slice(0, batch.effective_size)),
    labels: golden.batches.flatMap((batch) => batch.labels.slice(0, batch.effective_size)),
  });
  dataset.close();
});

test('labels are kept where none is to be ignored', (context) => {
  const folder = temporaryFolder(context);
  const metadata = { ...smallSplit().metadata, ignore_label_id: null };
  writeSmallDataset(folder, { train: { metadata }, test: { metadata } });
  const dataset = openDataset(folder);
  assert.equal(dataset.metadata.ignoreLabelId, null);
  assert.deepEqual(readRows(dataset, 'train').labels, smallSplit().labels);
});

test('the digest depends on every file', (context) => {
  const folder = temporaryFolder(context);
  const digests = new Set<string>();
  const changes: { train?: Partial<SmallSplit>; test?: Partial<SmallSplit> }[] = [
    {},
    { train: { inputs: smallSplit().inputs.toReversed() } },
    { train: { puzzle_identifiers: [0, 0, 0] } },
    { test: { group_indices: [0, 1, 3] } },
    { test: { metadata: { ...smallSplit().metadata, mean_puzzle_examples: 1 } } },
  ];
  for (const change of changes) {
    writeSmallDataset(folder, change);
    digests.add(openDataset(folder).digest);
  }
  assert.equal(digests.size, changes.length);
});

interface WrongDataset {
  name: string;
  spoil: (folder: string) => void;
  what: string;
  where: string;
  found: string;
  expected?: string;
  remedy?: string;
}

const contradiction = 'The dataset contradicts itself';
const spoilTrain = (change: Partial<SmallSplit>) => (folder: string) =>
  writeSmallDataset(folder, { train: change });
const metadata = (change: Record<string, unknown>) => ({ metadata: { ...smallSplit().metadata, ...change } });

const wrongDatasets: WrongDataset[] = [
  {
    name: 'labels of another shape',
    spoil: spoilTrain({ labels: smallSplit().labels.slice(1) }),
    what: contradiction,
    where: 'train/all__labels.npy',
    found: 'shape (3, 3)',
    expected: 'shape (4, 3): the shape of all__inputs.npy',
  },
  {
    name: 'sequences of another length than dataset.json says',
    spoil: spoilTrain(metadata({ seq_len: 4 })),
    what: 'The training and the test split of the dataset do not fit each other',
    where: 'test/dataset.json',
    found: 'seq_len 3',
    expected: '4, as in train/dataset.json',
  },
  {
    name: 'sequences of another length than both dataset.json say',
    spoil: (folder) =>
      writeSmallDataset(folder, { train: metadata({ seq_len: 4 }), test: metadata({ seq_len: 4 }) }),
    what: contradiction,
    where: 'train/all__inputs.npy',
    found: 'shape (4, 3)',
    expected: 'shape (4, 4): seq_len in dataset.json',
  },
  {
    name: 'no examples',
    spoil: spoilTrain({ inputs: [], labels: [] }),
    what: contradiction,
    where: 'train/all__inputs.npy',
    found: 'no examples',
    expected: 'at least one example',
  },
  {
    name: 'too few puzzle indices',
    spoil: spoilTrain({ puzzle_indices: [0, 1, 4] }),
    what: contradiction,
    where: 'train/all__puzzle_indices.npy',
    found: 'shape (3)',
    expected: 'shape (4): one more than in all__puzzle_identifiers.npy',
  },
  {
    name: 'another number of groups',
    spoil: spoilTrain(metadata({ total_groups: 3 })),
    what: contradiction,
    where: 'train/all__group_indices.npy',
    found: 'shape (3)',
    expected: 'shape (4): one more than total_groups in dataset.json',
  },
  {
    name: 'another number of puzzles',
    spoil: spoilTrain(metadata({ total_puzzles: 7 })),
    what: contradiction,
    where: 'train/dataset.json',
    found: 'total_puzzles 7',
    expected: '2, the number of groups, or 3, the number of puzzles',
  },
  {
    name: 'indices that do not begin at 0',
    spoil: spoilTrain({ puzzle_indices: [1, 2, 3, 4] }),
    what: contradiction,
    where: 'train/all__puzzle_indices.npy',
    found: 'the first index is 1',
    expected: '0',
  },
  {
    name: 'indices that do not rise',
    spoil: spoilTrain({ puzzle_indices: [0, 3, 3, 4] }),
    what: contradiction,
    where: 'train/all__puzzle_indices.npy',
    found: 'index 2 is 3',
    expected: 'more than the one before it, 3',
  },
  {
    name: 'indices that end wrong',
    spoil: spoilTrain({ group_indices: [0, 1, 2] }),
    what: contradiction,
    where: 'train/all__group_indices.npy',
    found: 'the last index is 2',
    expected: '3, the number of puzzles',
  },
  {
    name: 'identifiers out of range',
    spoil: spoilTrain({ puzzle_identifiers: [0, 3, 1] }),
    what: contradiction,
    where: 'train/all__puzzle_identifiers.npy',
    found: 'puzzle 1 has the identifier 3',
    expected: '0 to 2, since num_puzzle_identifiers is 3',
  },
  {
    name: 'tokens out of range',
    spoil: spoilTrain({ inputs: smallSplit().inputs.with(2, [1, 5, 1]) }),
    what: 'The dataset has a token outside its vocabulary',
    where: 'train/all__inputs.npy',
    found: '5 at row 2, column 1 (both counted from 0)',
    expected: '0 to 4, since vocab_size is 5',
  },
  {
    name: 'negative labels',
    spoil: spoilTrain({ labels: smallSplit().labels.with(0, [1, 1, -1]) }),
    what: 'The dataset has a token outside its vocabulary',
    where: 'train/all__labels.npy',
    found: '-1 at row 0, column 2 (both counted from 0)',
    expected: '0 to 4, since vocab_size is 5',
  },
  {
    name: 'another number of names of identifiers',
    spoil: (folder) => writeFileSync(join(folder, 'identifiers.json'), '["<blank>"]'),
    what: contradiction,
    where: 'identifiers.json',
    found: '1 puzzle identifiers',
    expected: '3, which is num_puzzle_identifiers in train/dataset.json',
  },
  {
    name: 'a missing field',
    spoil: spoilTrain(metadata({ vocab_size: undefined })),
    what: 'A file of the dataset has wrong content',
    where: 'train/dataset.json',
    found: 'vocab_size: Invalid input: expected number, received undefined',
    expected: 'the fields that the reference implementation writes',
    remedy: 'build the dataset again, or fetch it again from where it came',
  },
  {
    name: 'several sets',
    spoil: spoilTrain(metadata({ sets: ['all', 'more'] })),
    what: 'A file of the dataset has wrong content',
    where: 'train/dataset.json',
    found: 'sets: a list with the name of one set',
    expected: 'the fields that the reference implementation writes',
    remedy: 'build the dataset again, or fetch it again from where it came',
  },
  {
    name: 'an array that is truncated',
    spoil: (folder) => truncateSync(join(folder, 'test', 'all__labels.npy'), 150),
    what: 'A NumPy array file cannot be read',
    where: 'test/all__labels.npy',
    found: '150 bytes: the file is truncated',
    expected: '224 bytes for the shape (4, 3)',
    remedy: 'save the array again in NumPy format 1.0, or build the dataset again',
  },
];

for (const { name, spoil, ...details } of wrongDatasets) {
  test(`refuses a dataset with ${name}`, (context) => {
    const folder = temporaryFolder(context);
    writeSmallDataset(folder);
    spoil(folder);
    const expected = new UserError({
      remedy: 'build the dataset again',
      ...details,
      where: join(folder, ...details.where.split('/')),
    });
    assert.throws(() => openDataset(folder), expected);
  });
}

test('refuses a folder without a dataset, and a dataset with a file missing', (context) => {
  const folder = temporaryFolder(context);
  assert.throws(
    () => openDataset(join(folder, 'nowhere')),
    new UserError({
      what: 'There is no dataset',
      where: join(folder, 'nowhere'),
      found: 'no such folder',
      expected:
        'a folder with train/ and test/, as `trm dataset build` or the reference implementation writes it',
      remedy: 'build the dataset, or check the path',
    }),
  );
  writeSmallDataset(folder);
  const path = join(folder, 'train', 'dataset.json');
  writeFileSync(path, '{');
  assert.throws(() => openDataset(folder), { message: /^A file of the dataset is no valid JSON\n/ });
  rmSync(path);
  assert.throws(
    () => openDataset(folder),
    new UserError({
      what: 'Cannot read a file of the dataset',
      where: path,
      found: 'there is no such file or folder',
      remedy: 'check the path',
    }),
  );
});
