// Sizes of datasets that are not built, against what building gives.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { datasetBuildSchema } from '../../../common/config/dataset.ts';
import { sizesOfBuild, sizesOfFolder } from '../../../worker/estimate/sizes.ts';
import { buildTinyDataset, temporaryFolder, tinyExperiment } from '../tiny-experiment.ts';

const sizesOf = (build: Record<string, unknown>) => sizesOfBuild(datasetBuildSchema.parse(build));
const one = { puzzleIdentifierCount: 1, remark: null };

test('generated puzzles have the sizes that the build says', () => {
  assert.deepEqual(
    [
      sizesOf({ kind: 'sudoku', size: 6, trainPuzzles: 10, testPuzzles: 4 }),
      sizesOf({ kind: 'maze', rows: 7, columns: 9, trainPuzzles: 10, testPuzzles: 5 }),
    ],
    [
      { vocabularySize: 8, sequenceLength: 36, testExamples: 4, ...one },
      { vocabularySize: 6, sequenceLength: 63, testExamples: 5, ...one },
    ],
  );
});

test('the first row of a CSV file tells the size; where there is no file it is assumed, and said so', async () => {
  await using folder = await temporaryFolder();
  const trainFile = join(folder.path, 'train.csv');
  await writeFile(trainFile, `source,question,answer,rating\nx,${'.'.repeat(36)},${'1'.repeat(36)},0\n`);
  assert.deepEqual(sizesOf({ kind: 'sudoku-csv', trainFile }), {
    ...{ vocabularySize: 8, sequenceLength: 36, testExamples: null },
    ...one,
  });
  assert.deepEqual(sizesOf({ kind: 'maze-csv', trainFile: 'absent.csv', testPuzzles: 3 }), {
    ...{ vocabularySize: 6, sequenceLength: 900, puzzleIdentifierCount: 1, testExamples: 3 },
    remark: 'mazes of 30×30 cells are assumed: absent.csv is not there',
  });
});

test('ARC tasks are counted in their files, each with its variants', async () => {
  await using folder = await temporaryFolder();
  const pair = { input: [[1]], output: [[2]] };
  const table = { aaaaaaaa: { train: [pair], test: [{ input: [[1]] }] } };
  await writeFile(join(folder.path, 'arc_training_challenges.json'), JSON.stringify(table));
  await writeFile(join(folder.path, 'arc_training_solutions.json'), JSON.stringify({ aaaaaaaa: [[[2]]] }));
  const build = { kind: 'arc', folder: folder.path, subsets: ['training'], testSubset: 'training' };
  assert.deepEqual(sizesOf({ ...build, augmentations: 9, gridSide: 10 }), {
    vocabularySize: 12,
    sequenceLength: 100,
    puzzleIdentifierCount: 11,
    testExamples: 10,
    remark: 'tasks with fewer different variants make the puzzle table smaller than this',
  });
});

test('a dataset that exists tells its sizes itself, the same as its build section', async () => {
  await using folder = await temporaryFolder();
  const experiment = tinyExperiment();
  const built = sizesOfFolder(await buildTinyDataset(experiment, join(folder.path, 'tiny')));
  assert.deepEqual(built, sizesOf({ ...experiment.dataset.build }));
  assert.equal(sizesOfFolder(join(folder.path, 'absent')), null);
});
