import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { sudokuBuildSchema } from '../../../common/config/dataset.ts';
import { type DatasetCard, datasetCardSchema, type LeakageCheck } from '../../../common/dataset-card.ts';
import { buildDataset } from '../../../worker/dataset/build.ts';
import { formatCard } from '../../../worker/dataset/card-text.ts';
import { datasetDigest } from '../../../worker/dataset/layout.ts';
import { openDataset } from '../../../worker/dataset/open.ts';
import { writeSamples } from '../../../worker/dataset/samples.ts';
import { type VerifyRequest, verifyDataset } from '../../../worker/dataset/verify.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { writeSmallDataset } from './small-dataset.ts';

const build = sudokuBuildSchema.parse({
  kind: 'sudoku',
  size: 6,
  trainPuzzles: 45,
  testPuzzles: 12,
  augmentations: 2,
});

/** A dataset of 45 groups of three training examples and 12 test puzzles, 6×6. */
async function builtDataset(t: TestContext): Promise<{ folder: string; card: DatasetCard }> {
  const folder = join(temporaryFolder(t), 'data');
  return { folder, card: await buildDataset({ build, name: 'data', folder }) };
}

/** What the dataset of `builtDataset` gives when nothing is wrong. */
function soundChecks(digest: string): LeakageCheck[] {
  const passed = (name: string, result: string) => ({ name, result, passed: true });
  const known = 'examples, puzzles, solution classes, clues, rating (guesses)';
  return [
    passed('Card', 'card.json agrees with itself and with CARD.md.'),
    passed('Checksums', '13 files compared with the card; none is wrong.'),
    passed(
      'Shapes, indices and tokens',
      `135 training and 12 test examples are whole and consistent; digest ${digest}.`,
    ),
    passed('Sample pictures', '6 pictures drawn again from the data; none is wrong.'),
    passed('One solution, train split', '135 of 135 examples solved; none is wrong.'),
    passed(
      'Augmentations, train split',
      '90 of 90 copies were compared with the original of their group: same clues, same class of solution grids; ' +
        'none is wrong.',
    ),
    passed('Numbers on the card, train split', `As on the card: ${known}.`),
    passed('One solution, test split', '12 of 12 examples solved; none is wrong.'),
    passed(
      'Augmentations, test split',
      '0 of 0 copies were compared with the original of their group: same clues, same class of solution grids; ' +
        'none is wrong.',
    ),
    passed('Numbers on the card, test split', `As on the card: ${known}.`),
    passed(
      'No symmetry class of solutions in both splits',
      'Training has 39 and testing 10 symmetry classes of solution grids (exact canonical form); 0 are in both.',
    ),
    passed(
      'No puzzle twice',
      'Of 45 training and 12 test puzzles, 0 and 0 come again in the same split; 0 are in both.',
    ),
    passed('Leakage checks on the card', '2 checks give what the card says.'),
  ];
}

async function failedChecks(folder: string, request: VerifyRequest = {}): Promise<[string, string][]> {
  const { checks } = await verifyDataset(folder, request);
  return checks.flatMap(({ name, result, passed }) => (passed ? [] : [[name, result]]));
}

/** Bytes of the arrays' headers, and cells of an example. */
const headerBytes = 128;
const cells = 36;

/** Changes one example in a file of tokens, stored as bytes. */
function changeExample(file: string, example: number, change: (row: Buffer) => void): void {
  const bytes = readFileSync(file);
  const start = headerBytes + example * cells;
  change(bytes.subarray(start, start + cells));
  writeFileSync(file, bytes);
}

function copyExample(folder: string, from: [file: string, example: number], to: [string, number]): void {
  for (const array of ['inputs', 'labels']) {
    const source = readFileSync(join(folder, from[0], `all__${array}.npy`));
    const start = headerBytes + from[1] * cells;
    changeExample(join(folder, to[0], `all__${array}.npy`), to[1], (row) => source.copy(row, 0, start));
  }
}

/** Writes the card as somebody would who wants the damage to go unnoticed: checksums, digest, pictures, CARD.md. */
async function mendCard(
  folder: string,
  change: (card: DatasetCard) => void = () => undefined,
): Promise<void> {
  const file = join(folder, 'card.json');
  const card = datasetCardSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  for (const entry of card.files) {
    const bytes = readFileSync(join(folder, entry.path));
    entry.sha256 = createHash('sha256').update(bytes).digest('hex');
    entry.sizeBytes = bytes.length;
  }
  card.digest = datasetDigest(card.files);
  rmSync(join(folder, 'samples'), { recursive: true });
  card.samples = await writeSamples(folder, card.vocabulary);
  change(card);
  writeFileSync(file, `${JSON.stringify(card, null, 2)}\n`);
  writeFileSync(join(folder, 'CARD.md'), formatCard(card));
}

test('a dataset that was just built passes every check', async (t) => {
  const { folder, card } = await builtDataset(t);
  const reports: string[] = [];
  const verification = await verifyDataset(folder, {
    onProgress: ({ phase, done, total }) => void (done === total && reports.push(`${phase} ${done}`)),
  });
  assert.deepEqual(verification, { digest: card.digest, checks: soundChecks(card.digest) });
  assert.deepEqual(reports, [
    'solving train puzzles 135',
    'comparing train solutions 45',
    'solving test puzzles 12',
    'comparing test solutions 12',
  ]);
});

test('with a sample, what asks for all puzzles is not claimed', async (t) => {
  const { folder } = await builtDataset(t);
  const { checks } = await verifyDataset(folder, { sampleSize: 5 });
  assert.deepEqual(
    checks.filter(({ name }) => name.endsWith('train split')),
    [
      { name: 'One solution, train split', result: '5 of 135 examples solved; none is wrong.', passed: true },
      {
        name: 'Augmentations, train split',
        result:
          '45 of 90 copies were compared with the original of their group: same clues, same class of solution grids; ' +
          'none is wrong.',
        passed: true,
      },
      {
        name: 'Numbers on the card, train split',
        result:
          'As on the card: examples, puzzles, solution classes, clues. ' +
          'Not recomputed: rating (guesses) (only 5 puzzles were solved).',
        passed: true,
      },
    ],
  );
});

test('--quick compares the checksums of data and pictures, and the card with itself', async (t) => {
  const { folder, card } = await builtDataset(t);
  const sound = {
    digest: card.digest,
    checks: [
      { name: 'Card', result: 'card.json agrees with itself and with CARD.md.', passed: true },
      { name: 'Checksums', result: '19 files compared with the card; none is wrong.', passed: true },
    ],
  };
  assert.deepEqual(await verifyDataset(folder, { quick: true }), sound);
  const labels = join(folder, 'train', 'all__labels.npy');
  changeExample(labels, 3, (row) => row.fill(2));
  writeFileSync(join(folder, 'samples', 'test-1.svg'), 'changed');
  rmSync(join(folder, 'test', 'all__inputs.npy'));
  const sha256 = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');
  const expected = (path: string) => [...card.files, ...card.samples].find((file) => file.path === path);
  assert.deepEqual(await failedChecks(folder, { quick: true }), [
    [
      'Checksums',
      '19 files compared with the card; 3 are wrong: test/all__inputs.npy is missing; train/all__labels.npy has SHA-256 ' +
        `${sha256(labels)} instead of ${expected('train/all__labels.npy')?.sha256}; samples/test-1.svg has 7 bytes ` +
        `instead of ${expected('samples/test-1.svg')?.sizeBytes}, SHA-256 ` +
        `${sha256(join(folder, 'samples', 'test-1.svg'))} instead of ${expected('samples/test-1.svg')?.sha256}.`,
    ],
  ]);
});

test('a flipped label is found by its checksum and by solving', async (t) => {
  const { folder } = await builtDataset(t);
  const labels = join(folder, 'train', 'all__labels.npy');
  changeExample(labels, 4, (row) => {
    [row[0], row[1]] = [row[1]!, row[0]!];
  });
  const failed = await failedChecks(folder);
  assert.deepEqual(
    failed.map(([name]) => name),
    ['Checksums', 'One solution, train split', 'Augmentations, train split'],
  );
  assert.equal(failed[1]?.[1], '135 of 135 examples solved; 1 are wrong: example 4 has another solution.');
  await mendCard(folder);
  assert.deepEqual(
    (await failedChecks(folder)).map(([name]) => name),
    ['One solution, train split', 'Augmentations, train split'],
  );
  assert.deepEqual(await failedChecks(folder, { quick: true }), []);
});

test('a test puzzle among the copies of a training puzzle is found though all checksums were made to fit', async (t) => {
  const { folder } = await builtDataset(t);
  copyExample(folder, ['test', 3], ['train', 7]);
  await mendCard(folder);
  const failed = await failedChecks(folder);
  assert.deepEqual(
    failed.map(([name]) => name),
    ['Augmentations, train split'],
  );
  assert.match(failed[0]?.[1] ?? '', /; 1 are wrong: example 7 is no copy of example 6\.$/);
});

test('a test puzzle in the place of a training puzzle is leakage, which the card denies', async (t) => {
  const { folder } = await builtDataset(t);
  for (const example of [6, 7, 8]) copyExample(folder, ['test', 3], ['train', example]);
  await mendCard(folder);
  const failed = new Map(await failedChecks(folder));
  assert.match(failed.get('No symmetry class of solutions in both splits') ?? '', /; 1 are in both\.$/);
  assert.match(failed.get('No puzzle twice') ?? '', /; 1 are in both\.$/);
  assert.match(
    failed.get('Leakage checks on the card') ?? '',
    /^No symmetry class of solutions in both splits: the card says passed, ".* 0 are in both\.", found failed, ".* 1 are in both\."; No puzzle twice: /,
  );
  assert.deepEqual([...failed.keys()].at(-1), 'Leakage checks on the card');
});

test('several solutions and puzzles without a solution are told apart', async (t) => {
  const { folder } = await builtDataset(t);
  const inputs = join(folder, 'test', 'all__inputs.npy');
  changeExample(inputs, 5, (row) => row.fill(1));
  changeExample(inputs, 7, (row) => row.fill(3));
  await mendCard(folder);
  const failed = new Map(await failedChecks(folder));
  assert.equal(
    failed.get('One solution, test split'),
    '12 of 12 examples solved; 2 are wrong: example 5 has several solutions; example 7 has no solution.',
  );
  assert.match(
    failed.get('Numbers on the card, test split') ?? '',
    /^clues: the card says .*, found 0 to 36, /,
  );
});

test('every number of the card is compared', async (t) => {
  const { folder, card } = await builtDataset(t);
  await mendCard(folder, ({ splits: { train, test } }) => {
    train.examples = 136;
    train.counts['solution classes'] = 40;
    train.counts['easy ones'] = 3;
    test.puzzles = 11;
    const { clues } = test.distributions;
    if (clues !== undefined) clues.mean += 1;
    delete test.distributions['rating (guesses)'];
  });
  const failed = new Map(await failedChecks(folder));
  assert.deepEqual(
    [...failed.keys()],
    ['Numbers on the card, train split', 'Numbers on the card, test split'],
  );
  assert.equal(
    failed.get('Numbers on the card, train split'),
    'examples: the card says 136, found 135. solution classes: the card says 40, found 39. ' +
      'easy ones: the card says 3, found nothing. As on the card: puzzles, clues, rating (guesses).',
  );
  const { clues } = card.splits.test.distributions;
  const words = `${clues?.minimum} to ${clues?.maximum}, median ${clues?.median}, mean `;
  const test = failed.get('Numbers on the card, test split') ?? '';
  assert.ok(test.startsWith(`puzzles: the card says 11, found 12. clues: the card says ${words}`), test);
  assert.match(test, /\. rating \(guesses\): the card says nothing, found 0 to /);
});

test('a card that contradicts itself or CARD.md fails', async (t) => {
  const { folder } = await builtDataset(t);
  await mendCard(folder, (card) => {
    card.seed = 5;
    card.digest = '0'.repeat(64);
    card.files.pop();
  });
  writeFileSync(join(folder, 'CARD.md'), '# Something else\n');
  const [[name, result] = []] = await failedChecks(folder);
  assert.equal(name, 'Card');
  assert.match(
    result ?? '',
    /^seed is 5, expected 0; digest is 0{64}, expected [0-9a-f]{64}; list of files is .*, expected .*; CARD\.md does not say what card\.json says\.$/,
  );
  rmSync(join(folder, 'CARD.md'));
  assert.match((await failedChecks(folder))[0]?.[1] ?? '', /; CARD\.md is missing\.$/);
});

test('changed, missing and invented sample pictures are found', async (t) => {
  const { folder } = await builtDataset(t);
  const picture = join(folder, 'samples', 'train-2.svg');
  writeFileSync(picture, readFileSync(picture, 'utf8').replace('>1<', '>2<'));
  rmSync(join(folder, 'samples', 'test-3.svg'));
  assert.deepEqual(await failedChecks(folder), [
    [
      'Sample pictures',
      '6 pictures drawn again from the data; 2 are wrong: samples/train-2.svg does not show example 45 of train; ' +
        'samples/test-3.svg is missing.',
    ],
  ]);
  await mendCard(folder, (card) => {
    card.samples[0]!.sha256 = 'a'.repeat(64);
    card.samples[5]!.path = 'samples/holiday.svg';
  });
  assert.deepEqual(await failedChecks(folder), [
    [
      'Sample pictures',
      '6 pictures drawn again from the data; 2 are wrong: the card lists samples/train-1.svg, samples/train-2.svg, ' +
        'samples/train-3.svg, samples/test-1.svg, samples/test-2.svg, samples/holiday.svg instead of ' +
        'samples/train-1.svg, samples/train-2.svg, samples/train-3.svg, samples/test-1.svg, samples/test-2.svg, ' +
        'samples/test-3.svg; samples/train-1.svg is not described by the card as it is drawn from the data.',
    ],
  ]);
});

test('a dataset without a card is verified as far as it goes', async (t) => {
  const { folder, card } = await builtDataset(t);
  copyExample(folder, ['train', 0], ['test', 3]);
  rmSync(join(folder, 'card.json'));
  const { checks } = await verifyDataset(folder);
  assert.deepEqual(
    checks.map(({ name, passed }) => `${passed ? 'passed' : 'failed'} ${name}`),
    [
      'passed Shapes, indices and tokens',
      'passed One solution, train split',
      'passed Augmentations, train split',
      'passed One solution, test split',
      'passed Augmentations, test split',
      'failed No symmetry class of solutions in both splits',
      'failed No puzzle twice',
    ],
  );
  assert.match(
    checks[0]?.result ?? '',
    /^There is no card with checksums\. 135 training and 12 test examples/,
  );
  assert.notEqual(openDataset(folder).digest, card.digest);
  assert.deepEqual(await verifyDataset(folder, { quick: true }), {
    digest: null,
    checks: [
      {
        name: 'Checksums',
        result:
          'There is no card with checksums: another program wrote this dataset. Verify it without --quick.',
        passed: false,
      },
    ],
  });
});

test('a dataset of no known domain is opened and no more', async (t) => {
  const folder = temporaryFolder(t);
  writeSmallDataset(folder);
  const { digest } = openDataset(folder);
  assert.deepEqual(await verifyDataset(folder), {
    digest,
    checks: [
      {
        name: 'Shapes, indices and tokens',
        result:
          'There is no card with checksums. 4 training and 4 test examples are whole and consistent; ' +
          `digest ${digest}.`,
        passed: true,
      },
    ],
  });
});

test('a dataset that cannot be opened gives a failed check, beside those that can be made', async (t) => {
  const nothing = temporaryFolder(t);
  assert.deepEqual(await verifyDataset(nothing), {
    digest: null,
    checks: [
      {
        name: 'Shapes, indices and tokens',
        result:
          `There is no dataset\n  where:    ${nothing}\n  found:    a folder without train/ and test/\n` +
          '  expected: a folder with train/ and test/, as `trm dataset build` or the reference implementation writes it\n' +
          '  to do:    build the dataset, or check the path',
        passed: false,
      },
    ],
  });
  const { folder } = await builtDataset(t);
  const labels = join(folder, 'test', 'all__labels.npy');
  writeFileSync(labels, readFileSync(labels).subarray(0, 200));
  const failed = await failedChecks(folder);
  assert.deepEqual(
    failed.map(([name]) => name),
    ['Checksums', 'Shapes, indices and tokens'],
  );
  assert.match(failed[1]?.[1] ?? '', /the file is truncated/);
});

test('a card of another version or without sense is a failed check that says what to do', async (t) => {
  const { folder, card } = await builtDataset(t);
  const file = join(folder, 'card.json');
  const remedy = '  to do:    build the dataset again, with the flags or the config of before and --replace';
  writeFileSync(file, JSON.stringify({ ...card, formatVersion: 1 }));
  assert.deepEqual(await failedChecks(folder), [
    [
      'Card',
      `The card of the dataset was written by another version of TRM Studio\n  where:    ${file}\n` +
        `  found:    a card of format 1\n  expected: a card of format 3\n${remedy}`,
    ],
  ]);
  writeFileSync(file, JSON.stringify({ ...card, seed: 'lucky' }));
  assert.deepEqual(await failedChecks(folder), [
    [
      'Card',
      `The card of the dataset cannot be read\n  where:    ${file}\n` +
        '  found:    seed: Invalid input: expected number, received string\n' +
        `  expected: the card.json that trm dataset build writes\n${remedy}`,
    ],
  ]);
  writeFileSync(file, '{"formatVersion":');
  assert.match((await failedChecks(folder))[0]?.[1] ?? '', /\n {2}found: {4}no valid JSON\n/);
});

test('verification can be cancelled', async (t) => {
  const { folder } = await builtDataset(t);
  const stopping = new AbortController();
  const reason = new Error('stopped');
  stopping.abort(reason);
  const slow = { ...build, trainPuzzles: 3000, augmentations: 0 };
  const large = join(temporaryFolder(t), 'large');
  await buildDataset({ build: slow, name: 'large', folder: large });
  await assert.rejects(verifyDataset(large, { signal: stopping.signal }), reason);
  assert.equal((await verifyDataset(folder)).checks.length, 13);
});
