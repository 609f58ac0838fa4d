// Mazes as datasets: generated and imported ones, the reference's tokens, and the verification of what is wrong.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { datasetBuildSchema } from '../../../common/config/dataset.ts';
import type { MazeCsvBuild } from '../../../common/config/dataset-maze.ts';
import type { DatasetCard } from '../../../common/dataset-card.ts';
import { UserError } from '../../../common/errors.ts';
import { createMazeGenerator } from '../../../common/puzzles/maze/generate.ts';
import { createLayoutKey } from '../../../common/puzzles/maze/layout.ts';
import { createMazeSolver } from '../../../common/puzzles/maze/solver.ts';
import { formatMaze, withoutPath } from '../../../common/puzzles/maze/text.ts';
import { createRandom } from '../../../common/random.ts';
import { buildDataset } from '../../../worker/dataset/build.ts';
import { type Dataset, openDataset } from '../../../worker/dataset/open.ts';
import { verifyDataset } from '../../../worker/dataset/verify.ts';
import { drawMaze } from '../../common/puzzles/maze/samples.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const golden = JSON.parse(readFileSync(new URL('../../golden/small/maze.json', import.meta.url), 'utf8'));
const header = 'source,question,answer,rating';

interface Imported {
  card: DatasetCard;
  dataset: Dataset;
  folder: string;
  warnings: string[];
}

/** Imports CSV lines, those of the test file after those of the training file. */
async function importLines(
  context: TestContext,
  train: string[],
  test: string[] | undefined,
  settings: Partial<MazeCsvBuild> = {},
): Promise<Imported> {
  const parent = temporaryFolder(context);
  const write = (name: string, lines: string[]) => {
    writeFileSync(join(parent, name), `${lines.join('\n')}\n`);
    return join(parent, name);
  };
  const trainFile = write('train.csv', train);
  const testFile = test === undefined ? {} : { testFile: write('test.csv', test) };
  const build = datasetBuildSchema.parse({ kind: 'maze-csv', trainFile, ...testFile, ...settings });
  const folder = join(parent, 'data');
  const warnings: string[] = [];
  const onWarning = (message: string) => warnings.push(message);
  const card = await buildDataset({ build, name: 'data', folder, onWarning });
  const dataset = openDataset(folder);
  context.after(() => dataset.close());
  return { card, dataset, folder, warnings };
}

async function generate(context: TestContext, settings: object) {
  const folder = join(temporaryFolder(context), 'data');
  const build = datasetBuildSchema.parse({ kind: 'maze', trainPuzzles: 12, testPuzzles: 5, ...settings });
  const card = await buildDataset({ build, name: 'data', folder });
  const dataset = openDataset(folder);
  context.after(() => dataset.close());
  return { card, dataset, folder };
}

function readRows(dataset: Dataset, split: 'train' | 'test', what: 'copyInputs' | 'copyLabels'): number[][] {
  const tokens = new Int32Array(dataset.metadata.sequenceLength);
  return Array.from({ length: dataset.split(split).exampleCount }, (_, example) => {
    dataset.split(split)[what](example, tokens, 0);
    return [...tokens];
  });
}

/** CSV lines of random 6×6 mazes with our answers. */
function randomLines(count: number, name: string): string[] {
  const shape = { rows: 6, columns: 6 };
  const limits = { minimumPathLength: 8, minimumWallShare: 0.3, maximumWallShare: 0.5 };
  const generateMaze = createMazeGenerator(shape, limits);
  const random = createRandom(0, name);
  return Array.from({ length: count }, () => {
    const { answer, steps } = createMazeSolver(shape)(generateMaze(random, 1_000_000)!)!;
    return `made,${formatMaze(withoutPath(answer))},${formatMaze(answer)},${steps + 1}`;
  });
}

test('an imported maze has the tokens, copies and index arrays of the reference', async (context) => {
  const line = `golden,${golden.question},${golden.answer},7`;
  const { dataset, card, warnings } = await importLines(
    context,
    [header, line],
    [header, ...randomLines(1, 'test')],
  );
  const train = dataset.split('train');
  assert.deepEqual(readRows(dataset, 'train', 'copyInputs'), golden.inputs);
  assert.deepEqual(readRows(dataset, 'train', 'copyLabels'), golden.labels);
  assert.deepEqual(
    [[...train.puzzleIdentifiers], [...train.puzzleIndices], [...train.groupIndices]],
    [golden.puzzle_identifiers, golden.puzzle_indices, golden.group_indices],
  );
  const metadata = JSON.parse(readFileSync(join(dataset.folder, 'train', 'dataset.json'), 'utf8'));
  assert.deepEqual(metadata, golden.dataset_json);
  assert.deepEqual(card.vocabulary, {
    domain: 'maze',
    gridRows: 6,
    gridColumns: 6,
    tokens: ['padding', 'wall', 'open', 'start', 'goal', 'path'],
  });
  // The answer of the golden maze goes right first; our search would go down.
  assert.deepEqual(warnings, [
    '1 answers are shortest paths, but not the ones that the search finds first: exact accuracy compares with them',
  ]);
  assert.deepEqual(card.filters, [
    'The training file has 1 rows; 0 have the walls of an earlier row, turned or mirrored, and were left out.',
    'The test file has 1 rows; 0 have the walls of an earlier row, turned or mirrored, and were left out.',
    '2 mazes were imported; each has one start, one goal and an answer that was proven to be a shortest path.',
    '1 answers are shortest paths, but not the ones that the search finds first; they were kept as the file has them, ' +
      'and exact accuracy compares with them.',
  ]);
});

test('copies are on by default and can be left out; test mazes have none', async (context) => {
  const { dataset } = await generate(context, { rows: 6, columns: 6 });
  assert.deepEqual([dataset.split('train').exampleCount, dataset.split('test').exampleCount], [96, 5]);
  const { dataset: plain, card } = await generate(context, { rows: 6, columns: 6, dihedral: false });
  assert.deepEqual([plain.split('train').exampleCount, card.augmentation], [12, 'None.']);
  const { dataset: oblong } = await generate(context, { rows: 5, columns: 8 });
  assert.deepEqual([oblong.split('train').exampleCount, oblong.split('train').groupCount], [48, 12]);
});

test('generated mazes have our answer and layouts of their own, and pass the verification', async (context) => {
  const { card, dataset, folder } = await generate(context, { rows: 7, columns: 9, minimumPathLength: 12 });
  const shape = { rows: 7, columns: 9 };
  const keyOf = createLayoutKey(shape);
  const keys = new Set<string>();
  for (const split of ['train', 'test'] as const) {
    const labels = readRows(dataset, split, 'copyLabels');
    for (const [example, tokens] of readRows(dataset, split, 'copyInputs').entries()) {
      const maze = Uint8Array.from(tokens);
      keys.add(keyOf(maze));
      const solution = createMazeSolver(shape)(maze)!;
      assert.ok(solution.steps >= 11);
      if (split === 'test' || example % 4 === 0) assert.deepEqual([...solution.answer], labels[example]);
    }
  }
  assert.equal(keys.size, 17);
  assert.ok(card.leakageChecks.every(({ passed }) => passed));
  assert.deepEqual(card.splits.train.counts, {
    'wall layouts up to symmetry': 12,
    'answers that are another shortest path than the first': 0,
  });
  const { checks } = await verifyDataset(folder, { rebuild: true });
  assert.deepEqual(
    checks.filter(({ passed }) => !passed),
    [],
  );
  assert.deepEqual(
    checks.map(({ name }) => name),
    [
      'Card',
      'Checksums',
      'Shapes, indices and tokens',
      'Sample pictures',
      'Shortest paths, train split',
      'Augmentations, train split',
      'Numbers on the card, train split',
      'Shortest paths, test split',
      'Augmentations, test split',
      'Numbers on the card, test split',
      'No wall layout in both splits',
      'No wall layout twice',
      'Leakage checks on the card',
      'Built again',
    ],
  );
});

test('the same seed gives the same mazes, another seed others', async (context) => {
  const digestOf = async (seed: number) =>
    (await generate(context, { rows: 6, columns: 6, seed })).card.digest;
  const first = await digestOf(1);
  assert.equal(await digestOf(1), first);
  assert.notEqual(await digestOf(2), first);
});

test('limits that no maze of the size meets are refused, or end with a clear error', async (context) => {
  const messagesOf = (settings: object) => {
    const parsed = datasetBuildSchema.safeParse({
      kind: 'maze',
      trainPuzzles: 1,
      testPuzzles: 1,
      ...settings,
    });
    return parsed.error?.issues.map(({ path, message }) => [path.join('.'), message]);
  };
  assert.deepEqual(messagesOf({ minimumPathLength: 676 }), [
    ['minimumPathLength', 'at most 675: no shortest path in 30×30 cells is longer'],
  ]);
  assert.deepEqual(messagesOf({ minimumPathLength: 1 }), [
    ['minimumPathLength', '0, or at least 2: start and goal'],
  ]);
  assert.deepEqual(messagesOf({ minimumWallShare: 0.6 }), [
    ['maximumWallShare', 'at least minimumWallShare'],
  ]);
  await assert.rejects(
    generate(context, { rows: 5, columns: 5, minimumPathLength: 20 }),
    new UserError({
      what: 'There are too few different 5×5 mazes with a shortest path of at least 20 cells',
      where: 'dataset.build.minimumPathLength',
      found: 'none in 1,000,000 random grids, after 0 mazes',
      expected: 'limits that random mazes meet; the usual length for this size is 9 cells',
      remedy: 'lower minimumPathLength, ask for fewer mazes or widen the wall shares',
    }),
  );
});

test('wall layouts of the test file, turned, are left out of training; repeated ones too', async (context) => {
  const lines = randomLines(6, 'train');
  const turned = lines.slice(0, 2).map((line) => {
    const [source, question = '', answer = '', rating] = line.split(',');
    const reverse = (text: string) => [...text].reverse().join('');
    return [source, reverse(question), reverse(answer), rating].join(',');
  });
  const { card, dataset, folder } = await importLines(
    context,
    [header, ...turned, ...lines, lines[3]!],
    [header, ...lines.slice(0, 2)],
  );
  assert.deepEqual([card.splits.train.puzzles, card.splits.test.puzzles], [4, 2]);
  assert.equal(
    card.splitMethod,
    'Training and test mazes come from files of their own. 2 training mazes were left out since their wall layout, ' +
      'turned or mirrored, is in the test split.',
  );
  assert.equal(
    card.filters[0],
    'The training file has 9 rows; 3 have the walls of an earlier row, turned or mirrored, and were left out.',
  );
  assert.deepEqual(
    readRows(dataset, 'test', 'copyInputs').map((tokens) => formatMaze(tokens)),
    lines.slice(0, 2).map((line) => line.split(',')[1]),
  );
  const { checks } = await verifyDataset(folder);
  assert.ok(checks.every(({ passed }) => passed));
});

test('one file is divided, and subsets are drawn', async (context) => {
  const lines = [header, ...randomLines(20, 'one file')];
  const { card } = await importLines(context, lines, undefined, { testShare: 0.25, trainPuzzles: 7 });
  assert.deepEqual([card.splits.train.puzzles, card.splits.test.puzzles], [7, 5]);
  assert.equal(
    card.splitMethod,
    'Of the mazes of the file, a share of 0.25 was drawn for testing. A random 7 mazes were taken for training.',
  );
  await assert.rejects(
    importLines(context, lines, undefined, { trainPuzzles: 30 }),
    /There are too few training mazes\n.*\n {2}found: {4}18 that are different and share no wall layout with the other split\n {2}expected: 30, as dataset\.build\.trainPuzzles says/,
  );
  await assert.rejects(
    importLines(context, lines, undefined, { testShare: 0.01 }),
    /testShare leaves no mazes for testing/,
  );
});

test('wrong rows are reported together, each with file, line, column and cell', async (context) => {
  const question = 'S   # # G';
  const row = (...fields: string[]) => `x,${fields.join(',')}`;
  const faults: [line: string, column: string, what: string, found: string, expected: string][] = [
    [
      row(question.slice(1), 'Soo # #oG', '4'),
      'question',
      'This is not a maze',
      '8 characters',
      '9 characters (3×3), spaces included',
    ],
    [
      row('S   # x G', 'Soo # #oG', '4'),
      'question',
      'This is not a maze',
      '"x" at character 7 (row 3, column 1)',
      '# for a wall, a space for an open cell, S, G',
    ],
    [
      row('S   # # S', 'Soo # #oG', '4'),
      'question',
      'A maze cannot be solved',
      'S is at row 1, column 1 and again at row 3, column 3',
      'one S, one G and a way between them',
    ],
    [
      row('    # # G', 'Soo # #oG', '4'),
      'question',
      'A maze cannot be solved',
      'there is no S',
      'one S, one G and a way between them',
    ],
    [
      row('S#  # # G', 'S#  # # G', '4'),
      'question',
      'A maze cannot be solved',
      'there is no way from S to G',
      'one S, one G and a way between them',
    ],
    [
      row(question, 'Soo # #o', '4'),
      'answer',
      'This is not the answer of a maze',
      '8 characters',
      '9 characters (3×3), spaces included',
    ],
    [
      row(question, 'So  #o# G', '4'),
      'answer',
      'The answer does not solve the question',
      'the marked cells do not lead from S to G',
      'the maze of the question with one of its shortest paths marked',
    ],
    [
      row(question, 'Soo #o#oG', '4'),
      'answer',
      'The answer does not solve the question',
      'row 3, column 2 is marked, but no path from S to G goes through it',
      'the maze of the question with one of its shortest paths marked',
    ],
    [row(question, 'Soo #o# G', 'x'), 'rating', 'This is not a rating', '"x"', 'a whole number, or nothing'],
  ];
  const good = row(question, 'Soo #o# G', '5');
  const parent = temporaryFolder(context);
  const trainFile = join(parent, 'train.csv');
  writeFileSync(trainFile, `${[header, good, ...faults.map(([line]) => line)].join('\n')}\n`);
  const build = datasetBuildSchema.parse({ kind: 'maze-csv', trainFile });
  const problems = faults.map(([, column, what, found, expected], index) => ({
    what,
    where: `${trainFile}:${index + 3}, column ${column}`,
    found,
    expected,
    remedy: 'correct or remove this line',
  }));
  await assert.rejects(
    buildDataset({ build, name: 'data', folder: join(parent, 'data') }),
    new UserError({ what: `${trainFile} has faults: ${faults.length} problems`, problems }),
  );
});

test('a detour and files without mazes are refused', async (context) => {
  await assert.rejects(
    importLines(context, [header, 'x,S      G ,SoooooooG,9'], undefined),
    /found: {4}row 3, column 2 holds the path, but the maze has G there/,
  );
  const longer = drawMaze('So  ', 'oo  ', 'oo  ', ' ooG').cells;
  await assert.rejects(
    importLines(context, [header, `x,${formatMaze(withoutPath(longer))},${formatMaze(longer)},9`], undefined),
    /found: {4}the path has 8 steps, a shortest one has 6/,
  );
  await assert.rejects(importLines(context, [header], undefined), /The file has no mazes to import/);
  await assert.rejects(
    importLines(context, ['a,b', 'c,d'], undefined),
    /The file does not begin with the names of its columns\n.*\n {2}found: {4}a,b\n/,
  );
});

test('the verification finds a wrong label, a copy that is none and a layout in both splits', async (context) => {
  const { folder, dataset } = await generate(context, { rows: 5, columns: 5, minimumPathLength: 6 });
  const cells = 25;
  const inputs = join(folder, 'train', 'all__inputs.npy');
  const labels = join(folder, 'train', 'all__labels.npy');
  const change = (file: string, edit: (rows: Buffer) => void) => {
    const bytes = readFileSync(file);
    edit(bytes.subarray(128));
    writeFileSync(file, bytes);
  };
  const original = readRows(dataset, 'test', 'copyInputs')[0]!;
  const answer = readRows(dataset, 'test', 'copyLabels')[0]!;
  change(labels, (rows) => {
    rows[rows.indexOf(5, cells)] = 2;
  });
  for (const [file, source] of [
    [inputs, original],
    [labels, answer],
  ] as const) {
    change(file, (rows) => rows.set(source, 8 * cells));
  }
  const { checks } = await verifyDataset(folder);
  const failed = checks.filter(({ passed }) => !passed).map(({ name }) => name);
  assert.deepEqual(failed, [
    'Checksums',
    'Shortest paths, train split',
    'Augmentations, train split',
    'Numbers on the card, train split',
    'No wall layout in both splits',
    'Leakage checks on the card',
  ]);
});
