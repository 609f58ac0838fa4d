import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type SudokuBuild, sudokuBuildSchema } from '../../../common/config/dataset.ts';
import { datasetCardSchema } from '../../../common/dataset-card.ts';
import { UserError } from '../../../common/errors.ts';
import { createCanonicalizer } from '../../../common/puzzles/sudoku/canonical.ts';
import { checkAnswer } from '../../../common/puzzles/sudoku/check.ts';
import { sudokuGeometry } from '../../../common/puzzles/sudoku/geometry.ts';
import { createSolver } from '../../../common/puzzles/sudoku/solver.ts';
import { formatGrid } from '../../../common/puzzles/sudoku/text.ts';
import { buildDataset } from '../../../worker/dataset/build.ts';
import type { BuildProgress } from '../../../worker/dataset/builder.ts';
import { type Dataset, openDataset } from '../../../worker/dataset/open.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const sudoku = (settings: Partial<SudokuBuild> & Pick<SudokuBuild, 'size'>) =>
  sudokuBuildSchema.parse({ kind: 'sudoku', trainPuzzles: 20, testPuzzles: 10, ...settings });

/** Puzzles and solutions of a split as texts. */
function readPuzzles(dataset: Dataset, split: 'train' | 'test') {
  const { sequenceLength } = dataset.metadata;
  const tokens = new Int32Array(sequenceLength);
  const digits = () => Uint8Array.from(tokens, (token) => token - 1);
  const { exampleCount, copyInputs, copyLabels } = dataset.split(split);
  return Array.from({ length: exampleCount }, (_, example) => {
    copyInputs(example, tokens, 0);
    const puzzle = digits();
    copyLabels(example, tokens, 0);
    return { puzzle, solution: digits() };
  });
}

test('the 4×4 dataset of the demo: 200 and 88 grids, distinct puzzles with one solution', async (context) => {
  const folder = join(temporaryFolder(context), 'demo');
  const build = sudoku({ size: 4, trainPuzzles: 20_000, testPuzzles: 1000, testShare: 0.3056 });
  const card = await buildDataset({ build, name: 'demo', folder });
  const dataset = openDataset(folder);
  const geometry = sudokuGeometry(4);
  const solve = createSolver(geometry);
  const grids = { train: new Map<string, number>(), test: new Map<string, number>() };
  const puzzles = new Set<string>();
  for (const split of ['train', 'test'] as const) {
    for (const { puzzle, solution } of readPuzzles(dataset, split)) {
      assert.deepEqual(checkAnswer(geometry, puzzle, solution), { valid: true });
      assert.equal(solve(puzzle).solutionCount, 1);
      puzzles.add(formatGrid(puzzle));
      grids[split].set(formatGrid(solution), (grids[split].get(formatGrid(solution)) ?? 0) + 1);
    }
  }
  assert.equal(puzzles.size, 21_000);
  assert.equal(grids.train.size, 200);
  assert.deepEqual(new Set(grids.train.values()), new Set([100]));
  assert.equal(grids.test.size, 88);
  assert.deepEqual(new Set(grids.test.values()), new Set([11, 12]));
  assert.deepEqual(
    [...grids.test.keys()].filter((grid) => grids.train.has(grid)),
    [],
  );
  assert.deepEqual(card.leakageChecks, [
    {
      name: 'No solution grid in both splits',
      result: 'Training has 200 and testing 88 solution grids; 0 are in both.',
      passed: true,
    },
    {
      name: 'No puzzle twice',
      result: 'Of 20000 training and 1000 test puzzles, 0 and 0 come again in the same split; 0 are in both.',
      passed: true,
    },
  ]);
  assert.match(card.augmentation, /^None: 4×4 has only two solution grids up to symmetry/);
});

for (const size of [6, 9] as const) {
  test(`${size}×${size}: no symmetry class in both splits, augmentations are symmetric copies`, async (context) => {
    const folder = join(temporaryFolder(context), 'data');
    const build = sudoku({ size, trainPuzzles: 45, testPuzzles: 12, augmentations: 4, seed: 3 });
    const card = await buildDataset({ build, name: 'data', folder });
    const geometry = sudokuGeometry(size);
    const solve = createSolver(geometry);
    const canonicalize = createCanonicalizer(geometry);
    const dataset = openDataset(folder);
    const classes = { train: new Set<string>(), test: new Set<string>() };
    for (const split of ['train', 'test'] as const) {
      for (const [index, { puzzle, solution }] of readPuzzles(dataset, split).entries()) {
        assert.deepEqual(checkAnswer(geometry, puzzle, solution), { valid: true });
        assert.equal(solve(puzzle).solutionCount, 1);
        const name = formatGrid(canonicalize(solution).grid);
        if (split === 'train' && index % 5 !== 0) assert.ok(classes.train.has(name));
        classes[split].add(name);
      }
    }
    const { train, test: testSplit } = card.splits;
    assert.deepEqual(
      [train.counts['solution classes'], testSplit.counts['solution classes']],
      [classes.train.size, classes.test.size],
    );
    assert.deepEqual([classes.train.size, classes.test.size], size === 6 ? [39, 10] : [45, 12]);
    assert.deepEqual(
      [...classes.test].filter((name) => classes.train.has(name)),
      [],
    );
    const { exampleCount, puzzleCount, groupCount, groupIndices } = dataset.split('train');
    assert.deepEqual([exampleCount, puzzleCount, groupCount], [225, 225, 45]);
    assert.deepEqual(
      [...groupIndices],
      Array.from({ length: 46 }, (_, group) => 5 * group),
    );
    assert.deepEqual(
      new Set(readPuzzles(dataset, 'train').map(({ puzzle }) => formatGrid(puzzle))).size,
      225,
    );
  });
}

test('the folder has the layout and the fields of the reference implementation, and a card', async (context) => {
  const folder = join(temporaryFolder(context), 'data');
  const build = sudoku({ size: 6, trainPuzzles: 10, testPuzzles: 4, augmentations: 2 });
  const card = await buildDataset({ build, name: 'data', folder });
  const arrays = ['group_indices', 'inputs', 'labels', 'puzzle_identifiers', 'puzzle_indices'].map(
    (name) => `all__${name}.npy`,
  );
  assert.deepEqual(readdirSync(folder).sort(), [
    'CARD.md',
    'card.json',
    'identifiers.json',
    'samples',
    'test',
    'train',
  ]);
  assert.deepEqual(readdirSync(join(folder, 'train')).sort(), [...arrays, 'dataset.json']);
  assert.deepEqual(readdirSync(join(folder, 'test')).sort(), [...arrays, 'dataset.json']);
  assert.equal(readFileSync(join(folder, 'identifiers.json'), 'utf8'), '["<blank>"]\n');
  assert.deepEqual(JSON.parse(readFileSync(join(folder, 'train', 'dataset.json'), 'utf8')), {
    pad_id: 0,
    ignore_label_id: 0,
    blank_identifier_id: 0,
    vocab_size: 8,
    seq_len: 36,
    num_puzzle_identifiers: 1,
    total_groups: 10,
    mean_puzzle_examples: 1,
    total_puzzles: 10,
    sets: ['all'],
  });
  const sha256 = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex');
  const paths = ['train', 'test'].flatMap((split) =>
    [...arrays, 'dataset.json'].map((name) => `${split}/${name}`),
  );
  const files = [...paths, 'identifiers.json'].sort().map((path) => {
    const bytes = readFileSync(join(folder, path));
    return { path, sha256: sha256(bytes), sizeBytes: bytes.length };
  });
  assert.deepEqual(card.files, files);
  const samples = ([0, 3, 6] as const).map((group, index) => {
    const path = `samples/train-${index + 1}.svg`;
    const bytes = readFileSync(join(folder, path));
    return { split: 'train', example: group * 3, path, sha256: sha256(bytes), sizeBytes: bytes.length };
  });
  assert.deepEqual(card.samples.slice(0, 3), samples);
  assert.deepEqual(
    card.samples.map(({ path, example }) => [path, example]),
    [
      ...samples.map(({ path, example }) => [path, example]),
      ...[0, 1, 2].map((example) => [`samples/test-${example + 1}.svg`, example]),
    ],
  );
  assert.deepEqual(
    readdirSync(join(folder, 'samples')).sort(),
    card.samples.map(({ path }) => path.slice(8)).sort(),
  );
  assert.deepEqual(card.sourceFiles, []);
  assert.equal(card.digest, sha256(files.map((file) => `${file.sha256}  ${file.path}\n`).join('')));
  assert.deepEqual(
    datasetCardSchema.parse(JSON.parse(readFileSync(join(folder, 'card.json'), 'utf8'))),
    card,
  );
  assert.deepEqual(openDataset(folder).card, card);
  assert.equal(openDataset(folder).digest, card.digest);
  const text = readFileSync(join(folder, 'CARD.md'), 'utf8');
  assert.match(text, /^# Sudoku 6×6: data\n/);
  assert.ok(text.includes('\n## Samples\n![Example 0 of the training split](samples/train-1.svg)\n\n!['));
  assert.ok(
    files.every((file) =>
      text.includes(`\n- ${file.path}: ${file.sizeBytes} bytes, SHA-256 ${file.sha256}\n`),
    ),
  );
  assert.deepEqual(card.vocabulary, {
    domain: 'sudoku',
    gridRows: 6,
    gridColumns: 6,
    tokens: ['padding', 'blank', '1', '2', '3', '4', '5', '6'],
  });
});

test('the same seed gives the same data, another seed gives other data', async (context) => {
  const folder = temporaryFolder(context);
  const digests: string[] = [];
  for (const [index, seed] of [1, 1, 2].entries()) {
    const build = sudoku({ size: 9, augmentations: 3, seed });
    const card = await buildDataset({ build, name: 'data', folder: join(folder, String(index)) });
    digests.push(card.digest);
  }
  assert.equal(digests[0], digests[1]);
  assert.notEqual(digests[0], digests[2]);
});

test('limits of clues and rating are kept and described', async (context) => {
  const folder = join(temporaryFolder(context), 'data');
  const build = sudoku({ size: 9, minimumClues: 24, maximumClues: 26, minimumRating: 2 });
  const { splits, filters } = await buildDataset({ build, name: 'data', folder });
  for (const { distributions } of [splits.train, splits.test]) {
    const { clues, 'rating (guesses)': rating } = distributions;
    assert.ok(clues && rating);
    assert.ok(clues.minimum >= 24 && clues.maximum <= 26 && rating.minimum >= 2);
  }
  assert.deepEqual(filters, [
    'At least 24 clues.',
    'At most 26 clues.',
    'A rating of at least 2 guesses.',
    'Puzzles that came up twice were drawn again.',
  ]);
});

test('progress counts up to the total in every phase', async (context) => {
  const folder = join(temporaryFolder(context), 'data');
  const reports: BuildProgress[] = [];
  await buildDataset({
    build: sudoku({ size: 4 }),
    name: 'data',
    folder,
    onProgress: (report) => reports.push(report),
  });
  assert.deepEqual(
    reports.slice(0, 30),
    Array.from({ length: 30 }, (_, index) => ({
      phase: 'generating puzzles',
      done: index + 1,
      total: 30,
      unit: 'puzzles',
    })),
  );
  assert.deepEqual(
    reports.slice(30),
    Array.from({ length: 13 }, (_, index) => ({
      phase: 'checksums',
      done: index + 1,
      total: 13,
      unit: 'files',
    })),
  );
});

test('impossible requests are refused with the numbers', async (context) => {
  const parent = temporaryFolder(context);
  const folder = join(parent, 'data');
  const tooMany = sudoku({ size: 4, trainPuzzles: 400, testPuzzles: 1, testShare: 287 / 288 });
  await assert.rejects(buildDataset({ build: tooMany, name: 'data', folder }), (error) => {
    assert.ok(error instanceof UserError);
    assert.equal(error.details.what, 'There are too few different 4×4 Sudoku puzzles with at least 0 clues');
    assert.match(error.details.where ?? '', /^solution grid [1-4]{16}$/);
    const found = '20000 of 20000 tries met the limits, but each gave a puzzle that the dataset already has';
    assert.equal(error.details.found, found);
    assert.equal(
      error.details.remedy,
      'ask for fewer puzzles, or widen minimumClues, maximumClues and minimumRating',
    );
    return true;
  });
  const tooHard = sudoku({ size: 4, minimumRating: 1 });
  await assert.rejects(buildDataset({ build: tooHard, name: 'data', folder }), {
    message: /^There are too few .*\n.*where: .*\n {2}found: {4}none of 20000 tries met the limits\n/,
  });
  const noTest = sudoku({ size: 6, testShare: 0.01 });
  await assert.rejects(
    buildDataset({ build: noTest, name: 'data', folder }),
    new UserError({
      what: 'testShare leaves no symmetry classes for testing',
      where: 'dataset.build.testShare',
      found: '0.01 of 49 symmetry classes',
      expected: 'a share between 0.0102 and 0.9898',
      remedy: 'change testShare',
    }),
  );
  assert.deepEqual(readdirSync(parent), []);
});

test('a cancelled build leaves nothing behind and the old dataset as it was', async (context) => {
  const parent = temporaryFolder(context);
  const folder = join(parent, 'data');
  const { digest } = await buildDataset({ build: sudoku({ size: 4 }), name: 'data', folder });
  const controller = new AbortController();
  const cancelled = buildDataset({
    build: sudoku({ size: 9, trainPuzzles: 1_000_000 }),
    name: 'data',
    folder,
    replace: true,
    signal: controller.signal,
    onProgress: ({ done }) => {
      if (done === 20) controller.abort();
    },
  });
  await assert.rejects(cancelled, (error) => error === controller.signal.reason);
  assert.deepEqual(readdirSync(parent), ['data']);
  assert.equal(openDataset(folder).digest, digest);
});

test('replaces a dataset only when asked to, and nothing but a dataset', async (context) => {
  const parent = temporaryFolder(context);
  const folder = join(parent, 'data');
  const first = await buildDataset({ build: sudoku({ size: 4 }), name: 'data', folder });
  const again = { build: sudoku({ size: 4, seed: 1 }), name: 'data', folder };
  await assert.rejects(buildDataset(again), { message: /^The dataset exists already\n/ });
  assert.equal(openDataset(folder).digest, first.digest);
  const second = await buildDataset({ ...again, replace: true });
  assert.notEqual(second.digest, first.digest);
  assert.equal(openDataset(folder).digest, second.digest);

  const other = join(parent, 'holiday pictures');
  mkdirSync(other);
  await assert.rejects(
    buildDataset({ ...again, folder: other, replace: true }),
    new UserError({
      what: 'Only a dataset can be replaced by a dataset',
      where: other,
      found: 'something else',
      expected: 'a dataset, or nothing at all',
      remedy: 'choose another folder',
    }),
  );
  assert.deepEqual(readdirSync(parent).sort(), ['data', 'holiday pictures']);
});

test('a changed file is found when the dataset is opened', async (context) => {
  const folder = join(temporaryFolder(context), 'data');
  const card = await buildDataset({ build: sudoku({ size: 4 }), name: 'data', folder });
  const path = join(folder, 'train', 'all__labels.npy');
  const bytes = readFileSync(path);
  bytes[200] = bytes[200] === 2 ? 3 : 2;
  writeFileSync(path, bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const expected = card.files.find((file) => file.path === 'train/all__labels.npy')?.sha256;
  assert.throws(
    () => openDataset(folder),
    new UserError({
      what: 'A file of the dataset is not as it was when its card was written',
      where: path,
      found: `448 bytes with SHA-256 ${sha256}`,
      expected: `448 bytes with SHA-256 ${expected}`,
      remedy: 'build the dataset again, or fetch it again from where it came',
    }),
  );
});
