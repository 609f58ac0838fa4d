// Questions of ARC tasks: each shows the demonstrations of its task and nothing of the answer.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { arcBuildSchema } from '../../../common/config/dataset-arc.ts';
import { createPuzzleText, readReply } from '../../../common/language-model/puzzle-text.ts';
import { takePuzzles } from '../../../common/solving/puzzles.ts';
import { readArcPuzzles } from '../../../worker/dataset/arc-puzzles.ts';
import { buildDataset } from '../../../worker/dataset/build.ts';
import { openDataset } from '../../../worker/dataset/open.ts';
import { makeQuestions } from '../../../worker/language-model/questions.ts';
import { drawPuzzles, judge } from '../../../worker/language-model/subjects.ts';
import { createArcDomain } from '../../../worker/solve/arc.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const samples = join(import.meta.dirname, '../../samples/arc');
const taskFiles = join(samples, 'data/training');

type Rows = number[][];
interface Pair {
  input: Rows;
  output: Rows;
}
const tasks: Record<string, { train: Pair[]; test: Pair[] }> = Object.fromEntries(
  readdirSync(taskFiles).map((name) => [
    name.replace('.json', ''),
    JSON.parse(readFileSync(join(taskFiles, name), 'utf8')),
  ]),
);

const written = (rows: Rows) => rows.map((row) => row.join(' ')).join('\n');

test('questions show the demonstrations of the task, and the right output is read as right', async (t) => {
  const folder = join(temporaryFolder(t), 'data');
  const subset = { subsets: ['training'], testSubset: 'training' };
  const build = arcBuildSchema.parse({
    kind: 'arc',
    folder: samples,
    ...subset,
    augmentations: 3,
    gridSide: 6,
  });
  const card = await buildDataset({ build, name: 'data', folder, onWarning: () => {} });
  const dataset = openDataset(folder);
  t.after(() => dataset.close());
  const text = createPuzzleText(card.vocabulary);
  const { puzzles, examples, available } = drawPuzzles({ dataset, identifierOffset: 0 }, 0, 0);
  const questions = makeQuestions(text, dataset, puzzles);
  const { variantOf } = readArcPuzzles(dataset);

  assert.deepEqual([questions.length, examples.length], [available, available]);
  assert.ok(available < dataset.split('test').exampleCount, 'augmented copies are left out');
  const seen = new Map<string, number>();
  for (const [row, question] of questions.entries()) {
    const { identifiers } = takePuzzles(puzzles, row, 1);
    const { task: id } = variantOf(identifiers[0] ?? 0);
    const task = tasks[id] ?? assert.fail(id);
    const index = seen.get(id) ?? 0;
    seen.set(id, index + 1);
    const { input, output } = task.test[index] ?? assert.fail(id);
    const user = question?.user ?? assert.fail(id);
    assert.ok(user.includes(`\nTest input:\n${written(input)}\n`), user);
    for (const pair of task.train) {
      assert.ok(
        user.includes(`input:\n${written(pair.input)}\n`) &&
          user.includes(`output:\n${written(pair.output)}\n`),
      );
    }
    assert.equal(user.match(/^Example \d+, output:$/gm)?.length, task.train.length);
    const read = readReply(text, `<answer>\n${written(output)}\n</answer>`);
    assert.ok('answer' in read);
    const bench = { domain: createArcDomain(card.vocabulary), dataset };
    assert.deepEqual(judge(bench, puzzles, row, read.answer), { exact: true, rules: null });
  }
  assert.deepEqual([...seen.keys()].sort(), Object.keys(tasks).sort());
});

test('a puzzle whose task is not known is not asked', async (t) => {
  const folder = join(temporaryFolder(t), 'data');
  const subset = { subsets: ['training'], testSubset: 'training' };
  const build = arcBuildSchema.parse({
    kind: 'arc',
    folder: samples,
    ...subset,
    augmentations: 0,
    gridSide: 6,
  });
  const card = await buildDataset({ build, name: 'data', folder, onWarning: () => {} });
  const dataset = openDataset(folder);
  t.after(() => dataset.close());
  const { puzzles } = drawPuzzles({ dataset, identifierOffset: 0 }, 1, 0);
  const blank = { ...puzzles, identifiers: new Int32Array(1) };
  assert.deepEqual(makeQuestions(createPuzzleText(card.vocabulary), dataset, blank), [null]);
});
