import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type ArcBuild, arcBuildSchema } from '../../../common/config/dataset-arc.ts';
import type { DatasetCard } from '../../../common/dataset-card.ts';
import { UserError } from '../../../common/errors.ts';
import { parseIdentifierName, restoreGrid } from '../../../common/puzzles/arc/augmentation.ts';
import { gridToRows } from '../../../common/puzzles/arc/grid.ts';
import { decodeGrid } from '../../../common/puzzles/arc/tokens.ts';
import { buildDataset } from '../../../worker/dataset/build.ts';
import type { SplitName } from '../../../worker/dataset/layout.ts';
import { type Dataset, openDataset } from '../../../worker/dataset/open.ts';
import { verifyDataset } from '../../../worker/dataset/verify.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const samples = join(import.meta.dirname, '../../samples/arc');

type Rows = number[][];
interface Task {
  train: { input: Rows; output: Rows }[];
  test: { input: Rows; output: Rows }[];
}

const sampleNames = readdirSync(join(samples, 'data/training')).sort();
const sampleTasks: Record<string, Task> = Object.fromEntries(
  sampleNames.map((name) => [
    name.replace('.json', ''),
    JSON.parse(readFileSync(join(samples, 'data/training', name), 'utf8')),
  ]),
);

function arc(changes: Partial<ArcBuild> = {}): ArcBuild {
  return arcBuildSchema.parse({
    kind: 'arc',
    folder: samples,
    subsets: ['training'],
    testSubset: 'training',
    augmentations: 3,
    gridSide: 6,
    ...changes,
  });
}

/** Writes challenges and solutions of a subset into a folder. */
function writeTables(folder: string, subset: string, tasks: Record<string, Task>): void {
  mkdirSync(folder, { recursive: true });
  const entries = Object.entries(tasks);
  const challenges = entries.map(([id, { train, test }]) => [
    id,
    { train, test: test.map(({ input }) => ({ input })) },
  ]);
  const solutions = entries.map(([id, { test }]) => [id, test.map(({ output }) => output)]);
  const write = (name: string, table: unknown[]) =>
    writeFileSync(
      join(folder, `arc-agi_${subset}_${name}.json`),
      JSON.stringify(Object.fromEntries(table.filter(Array.isArray).map(([id, value]) => [id, value]))),
    );
  write('challenges', challenges);
  write('solutions', solutions);
}

async function build(context: TestContext, changes: Partial<ArcBuild> = {}) {
  const folder = join(temporaryFolder(context), 'data');
  const warnings: string[] = [];
  const onWarning = (message: string) => warnings.push(message);
  const card = await buildDataset({ build: arc(changes), name: 'data', folder, onWarning });
  return { folder, card, warnings };
}

interface Variant {
  name: string;
  pairs: { input: Rows; output: Rows }[];
  places: string[];
}

/** All puzzles of a split, brought back to how the task was. */
function readVariants(dataset: Dataset, name: SplitName, side: number): Variant[][] {
  const names: string[] = JSON.parse(readFileSync(join(dataset.folder, 'identifiers.json'), 'utf8'));
  const { groupCount, groupIndices, puzzleIndices, puzzleIdentifiers, copyInputs, copyLabels } =
    dataset.split(name);
  const tokens = new Int32Array(side * side);
  const readVariant = (puzzle: number): Variant => {
    const name = names[puzzleIdentifiers[puzzle] ?? 0] ?? '';
    const parsed = parseIdentifierName(name);
    assert.ok(parsed);
    const variant: Variant = { name, pairs: [], places: [] };
    for (let example = puzzleIndices[puzzle] ?? 0; example < (puzzleIndices[puzzle + 1] ?? 0); example++) {
      copyInputs(example, tokens, 0);
      const input = decodeGrid(tokens, side);
      copyLabels(example, tokens, 0);
      const output = decodeGrid(
        tokens.map((token) => Math.max(token, 0)),
        side,
      );
      assert.ok(input && output);
      assert.deepEqual([input.top, input.left], [output.top, output.left]);
      variant.places.push(`${input.top},${input.left}`);
      variant.pairs.push({
        input: gridToRows(restoreGrid(input, parsed.augmentation)),
        output: gridToRows(restoreGrid(output, parsed.augmentation)),
      });
    }
    return variant;
  };
  return Array.from({ length: groupCount }, (_, group) => {
    const [first = 0, end = 0] = groupIndices.subarray(group, group + 2);
    return Array.from({ length: end - first }, (_, index) => readVariant(first + index));
  });
}

test('each task is a group of variants; demonstrations are learned, test pairs tested', async (context) => {
  const { folder, card, warnings } = await build(context, { augmentations: 20 });
  const dataset = openDataset(folder);
  const train = readVariants(dataset, 'train', 6);
  const tested = readVariants(dataset, 'test', 6);
  dataset.close();
  assert.deepEqual(warnings, []);
  assert.deepEqual(
    train.map(([first]) => first?.name),
    Object.keys(sampleTasks),
  );
  for (const [group, variants] of train.entries()) {
    const task = sampleTasks[variants[0]?.name ?? ''];
    assert.ok(task);
    assert.equal(variants.length, 21);
    for (const { pairs, places } of variants) {
      assert.deepEqual(pairs, task.train);
      assert.ok(places.includes('0,0'));
    }
    assert.deepEqual(
      tested[group]?.map(({ name }) => name),
      variants.map(({ name }) => name),
    );
    for (const { pairs, places } of tested[group] ?? []) {
      assert.deepEqual(pairs, task.test);
      assert.deepEqual(new Set(places), new Set(['0,0']));
    }
  }
  const moved = train.flatMap((variants) => variants.flatMap(({ places }) => places));
  assert.ok(moved.filter((place) => place !== '0,0').length > moved.length / 4);
  assert.equal(new Set(train.flat().map(({ name }) => name)).size, 24 * 21);
  assert.deepEqual(card.splits.train.counts, {
    'tasks with their augmentations': 24 * 21,
    'original pairs': Object.values(sampleTasks).flatMap(({ train }) => train).length,
  });
});

test('the folder has the layout and the fields of the reference implementation', async (context) => {
  const { folder, card } = await build(context);
  const { groupCount, puzzleCount, exampleCount } = openDataset(folder).split('train');
  const files = card.files.map(({ path }) => path);
  assert.ok(files.includes('test_puzzles.json') && files.includes('identifiers.json'));
  assert.deepEqual(JSON.parse(readFileSync(join(folder, 'train', 'dataset.json'), 'utf8')), {
    pad_id: 0,
    ignore_label_id: 0,
    blank_identifier_id: 0,
    vocab_size: 12,
    seq_len: 36,
    num_puzzle_identifiers: puzzleCount + 1,
    total_groups: groupCount,
    mean_puzzle_examples: exampleCount / puzzleCount,
    total_puzzles: puzzleCount,
    sets: ['all'],
  });
  assert.deepEqual(JSON.parse(readFileSync(join(folder, 'test_puzzles.json'), 'utf8')), sampleTasks);
  const names: string[] = JSON.parse(readFileSync(join(folder, 'identifiers.json'), 'utf8'));
  assert.deepEqual([names.length, names[0], names[1]], [24 * 4 + 1, '<blank>', '0d3d703e']);
  assert.match(names[2] ?? '', /^0d3d703e\|\|\|t[0-7]\|\|\|0[1-9]{9}$/);
  assert.equal(card.sourceFiles.length, 24);
});

test('both layouts of the tasks and the same seed give the same data; another seed gives other data', async (context) => {
  const tables = temporaryFolder(context);
  writeTables(tables, 'training', sampleTasks);
  const first = await build(context);
  const second = await build(context, { folder: tables });
  const third = await build(context, { seed: 1 });
  assert.equal(first.card.digest, second.card.digest);
  assert.notEqual(first.card.digest, third.card.digest);
});

function resultsOf({ leakageChecks }: DatasetCard): string[] {
  return leakageChecks.map(({ passed, result }) => `${passed ? 'passed' : 'FAILED'} ${result}`);
}

test('tested tasks that are learned from another subset are counted and warned of', async (context) => {
  const folder = temporaryFolder(context);
  const entries = Object.entries(sampleTasks);
  const [one, two, three, four, five] = entries;
  assert.ok(one && two && three && four && five);
  const tested = Object.fromEntries([one, two, three, four]);
  const corrected = { ...two[1], train: two[1].train.slice(1) };
  const learned = { [one[0]]: one[1], [two[0]]: corrected, renamed: three[1], [five[0]]: five[1] };
  writeTables(folder, 'evaluation', tested);
  writeTables(folder, 'training2', learned);
  const built = await build(context, {
    folder,
    subsets: ['training2', 'evaluation'],
    testSubset: 'evaluation',
  });
  assert.deepEqual(resultsOf(built.card), [
    `FAILED Of 4 tested tasks, 2 have the id of another task that is learned with its answers (${one[0]}, ${two[0]}).`,
    `FAILED Of 4 tested tasks, 2 have the same pairs as another task that is learned with its answers (${one[0]}, ${three[0]}).`,
    `FAILED Of 4 tested tasks, 3 have a test pair that is learned (${one[0]}, ${two[0]}, ${three[0]}).`,
  ]);
  assert.deepEqual(built.warnings, [
    'Tasks of the test subset evaluation that are also in training2, where their answers are learned: 3 ' +
      `(${one[0]}, ${two[0]}, ${three[0]}). Scores on evaluation will be too high`,
  ]);
  const names: string[] = JSON.parse(readFileSync(join(built.folder, 'identifiers.json'), 'utf8'));
  assert.equal(new Set(names).size, names.length);
  const { puzzleIdentifiers, groupCount } = openDataset(built.folder).split('train');
  const first = names.indexOf(one[0]);
  assert.equal(groupCount, 8);
  assert.equal(puzzleIdentifiers.filter((identifier) => identifier === first).length, 2);
  const { checks } = await verifyDataset(built.folder);
  assert.deepEqual(
    checks.filter(({ passed }) => !passed).map(({ name }) => name),
    built.card.leakageChecks.map(({ name }) => name),
  );
});

test('a build is verified from its arrays, with and without its card', async (context) => {
  const { folder } = await build(context, { augmentations: 5 });
  const withCard = await verifyDataset(folder);
  assert.deepEqual(
    withCard.checks.filter(({ passed }) => !passed),
    [],
  );
  const variants = withCard.checks.find(({ name }) => name === 'Grids and variants, train split');
  assert.deepEqual(
    variants?.result,
    '24 tasks read, and 120 of 120 variants compared with their task after undoing ' +
      'the augmentation; none is wrong.',
  );
  rmSync(join(folder, 'card.json'));
  const { checks } = await verifyDataset(folder);
  assert.deepEqual(
    checks.map(({ name, passed }) => [name, passed]),
    [
      ['Shapes, indices and tokens', true],
      ['Grids and variants, train split', true],
      ['Grids and variants, test split', true],
      ['Tasks for the evaluator', true],
      ['No tested task in another subset, by id', true],
      ['No tested task in another subset, by its pairs', true],
      ['No test pair among the learned pairs', true],
    ],
  );
});

test('verification finds a changed cell, a wrong name and other test pairs', async (context) => {
  const { folder } = await build(context, { augmentations: 2 });
  rmSync(join(folder, 'card.json'));
  const failed = async () => {
    const { checks } = await verifyDataset(folder);
    return checks.filter(({ passed }) => !passed).map(({ name }) => name);
  };
  const edit = async (path: string, change: (bytes: Buffer) => Buffer) => {
    const before = readFileSync(join(folder, path));
    writeFileSync(join(folder, path), change(Buffer.from(before)));
    const found = await failed();
    writeFileSync(join(folder, path), before);
    return found;
  };
  const changeCell = (bytes: Buffer) => {
    // The last example is a variant; its first cell is a colour, or the grid would not begin there.
    const first = bytes.length - 36;
    bytes[first] = bytes[first] === 11 ? 10 : 11;
    return bytes;
  };
  assert.deepEqual(await edit('test/all__labels.npy', changeCell), ['Grids and variants, test split']);
  const rename = (bytes: Buffer) =>
    Buffer.from(bytes.toString('utf8').replace('"0d3d703e|||t', '"25d8a9c8|||t'));
  assert.deepEqual(await edit('identifiers.json', rename), [
    'Grids and variants, train split',
    'Grids and variants, test split',
  ]);
  const dropTask = (bytes: Buffer) => {
    const { '0d3d703e': _dropped, ...rest } = JSON.parse(bytes.toString('utf8'));
    return Buffer.from(JSON.stringify(rest));
  };
  assert.deepEqual(await edit('test_puzzles.json', dropTask), ['Tasks for the evaluator']);
  assert.deepEqual(await failed(), []);
});

test('tasks that are too large for the frame are left out, and that is said', async (context) => {
  const { card, warnings } = await build(context, { gridSide: 3 });
  const { filters, splits } = card;
  assert.equal(splits.test.puzzles, 12);
  assert.deepEqual(filters, ['training: 12 of 24 tasks; 12 have a grid that is longer than 3 cells.']);
  assert.deepEqual(warnings, ['Left out since a grid has more than 3 rows or columns: 12 of 24 tasks']);
  await assert.rejects(build(context, { gridSide: 1 }), {
    message:
      /^No task of the test subset training fits on the frame\n.*\n {2}found: {4}1, while each of the 24 tasks/,
  });
});

test('no variants are wanted, or there are not as many', async (context) => {
  const plain = await build(context, { augmentations: 0 });
  assert.equal(openDataset(plain.folder).metadata.puzzleIdentifierCount, 25);
  const folder = temporaryFolder(context);
  const cell = { input: [[0]], output: [[0]] };
  writeTables(folder, 'training', { black: { train: [cell], test: [cell] } });
  const black = await build(context, { folder, augmentations: 100 });
  assert.equal(openDataset(black.folder).metadata.puzzleIdentifierCount, 2);
  assert.match(
    black.card.augmentation,
    / Tasks that are too symmetric or have too few colours for as many: 1\. /,
  );
});

async function refusal(context: TestContext, changes: Partial<ArcBuild>): Promise<UserError['details']> {
  const error = await build(context, changes).then(
    () => assert.fail('it was built'),
    (error: unknown) => error,
  );
  assert.ok(error instanceof UserError);
  return error.details;
}

test('missing, ambiguous and broken files are refused with their path', async (context) => {
  const folder = temporaryFolder(context);
  const [one] = Object.entries(sampleTasks);
  assert.ok(one);
  writeTables(folder, 'training', { [one[0]]: one[1] });
  assert.deepEqual(await refusal(context, { folder, subsets: ['trainign'], testSubset: 'trainign' }), {
    what: 'There is no ARC subset "trainign"',
    where: folder,
    found: 'training',
    expected: 'trainign/*.json, data/trainign/*.json or *_trainign_challenges.json',
    remedy: 'change subsets, or folder',
  });
  const solutions = join(folder, 'arc-agi_training_solutions.json');
  writeFileSync(solutions, '{}');
  const missing = await refusal(context, { folder });
  assert.deepEqual([missing.where, missing.found], [`${solutions}, task ${one[0]}`, 'nothing']);
  rmSync(solutions);
  assert.deepEqual(await refusal(context, { folder }), {
    what: 'The test outputs of ARC tasks are missing',
    where: solutions,
    found: 'no such file',
    expected: 'a file with the test outputs of the tasks in arc-agi_training_challenges.json',
    remedy: 'fetch it from where the challenges came, or leave this subset out',
  });
  mkdirSync(join(folder, 'training', 'deeper'), { recursive: true });
  assert.match((await refusal(context, { folder })).what, /^There are several ARC subsets "training"$/);
  rmSync(join(folder, 'arc-agi_training_challenges.json'));
  assert.deepEqual((await refusal(context, { folder })).what, 'There are no ARC tasks');
  writeFileSync(join(folder, 'training', 'a.json'), '{"train": [');
  const broken = await refusal(context, { folder });
  assert.deepEqual(
    [broken.what, broken.where],
    ['A file of ARC tasks is no valid JSON', join(folder, 'training', 'a.json')],
  );
  const pair = { input: [[1, 2]], output: [[1], [2, 3]] };
  writeFileSync(join(folder, 'training', 'a.json'), JSON.stringify({ train: [pair], test: [pair] }));
  assert.deepEqual(await refusal(context, { folder }), {
    what: 'An ARC task is malformed',
    where: `${join(folder, 'training', 'a.json')}, task a, train pair 1, output, row 2`,
    found: '2 cells',
    expected: '1 cells, as in row 1',
    remedy: 'correct the task, or take it out of the file (pairs, rows and columns are counted from 1)',
  });
  writeFileSync(join(folder, 'training', 'a.json'), JSON.stringify(one[1]));
  writeFileSync(join(folder, 'training', 'deeper', 'a.json'), JSON.stringify(one[1]));
  assert.equal((await refusal(context, { folder })).what, 'Two files of one subset hold a task a');
});

test('settings that make no dataset are refused', () => {
  const problemsOf = (changes: Record<string, unknown>) =>
    arcBuildSchema
      .safeParse({ kind: 'arc', folder: 'x', subsets: 'a, b', testSubset: 'b', ...changes })
      .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  assert.equal(problemsOf({}), undefined);
  assert.deepEqual(problemsOf({ testSubset: 'c' }), [
    'testSubset: one of dataset.build.subsets, since the demonstrations of its tasks are learned',
  ]);
  assert.deepEqual(problemsOf({ subsets: 'b,b' }), ['subsets: each subset once']);
});
