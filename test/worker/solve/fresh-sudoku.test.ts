// Fresh puzzles share no solution with training, up to symmetry where that counts, and no puzzle with the test split.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { SudokuBuild } from '../../../common/config/dataset.ts';
import { createCanonicalizer } from '../../../common/puzzles/sudoku/canonical.ts';
import { type SudokuSize, sudokuGeometry } from '../../../common/puzzles/sudoku/geometry.ts';
import { createSolver } from '../../../common/puzzles/sudoku/solver.ts';
import { gridKey } from '../../../common/puzzles/sudoku/text.ts';
import { buildDataset } from '../../../worker/dataset/build.ts';
import { type Dataset, openDataset } from '../../../worker/dataset/open.ts';
import { sudokuVocabulary } from '../../../worker/dataset/sudoku-split.ts';
import { JobCancelled } from '../../../worker/job.ts';
import { createSudokuDomain } from '../../../worker/solve/sudoku.ts';
import { testContext } from '../job-context.ts';
import { temporaryFolder } from '../tiny-experiment.ts';

let root: Awaited<ReturnType<typeof temporaryFolder>>;
before(async () => {
  root = await temporaryFolder();
});
after(() => root[Symbol.asyncDispose]());

const builds: Readonly<Record<SudokuSize, Partial<SudokuBuild>>> = {
  4: { trainPuzzles: 500, testPuzzles: 40, testShare: 0.3 },
  6: {
    trainPuzzles: 60,
    testPuzzles: 20,
    testShare: 0.3,
    augmentations: 2,
    minimumClues: 10,
    maximumClues: 20,
  },
  9: { trainPuzzles: 10, testPuzzles: 5, augmentations: 1 },
};

async function makeDataset(size: SudokuSize, changes: Partial<SudokuBuild> = {}): Promise<Dataset> {
  const build: SudokuBuild = {
    kind: 'sudoku',
    size,
    trainPuzzles: 1,
    testPuzzles: 1,
    testShare: 0.2,
    minimumClues: 0,
    maximumClues: 0,
    minimumRating: 0,
    augmentations: 0,
    seed: 3,
    ...builds[size],
    ...changes,
  };
  const folder = join(root.path, `${size}-${JSON.stringify(changes).length}`);
  await buildDataset({ build, name: 'fresh', folder, replace: true });
  return openDataset(folder);
}

function readGrids(
  dataset: Dataset,
  split: 'train' | 'test',
  what: 'copyInputs' | 'copyLabels',
): Uint8Array[] {
  const opened = dataset.split(split);
  const cells = new Int32Array(dataset.metadata.sequenceLength);
  return Array.from({ length: opened.exampleCount }, (_, example) => {
    opened[what](example, cells, 0);
    return Uint8Array.from(cells, (token) => token - 1);
  });
}

for (const size of [4, 6, 9] as const) {
  test(`${size}×${size}: fresh puzzles are new, have one solution, and are the same for the same seed`, async () => {
    const geometry = sudokuGeometry(size);
    const canonicalize = createCanonicalizer(geometry);
    const keyOf = (grid: Uint8Array) => gridKey(size === 4 ? grid : canonicalize(grid).grid);
    const solve = createSolver(geometry);
    const dataset = await makeDataset(size);
    const { generate } = createSudokuDomain(sudokuVocabulary(geometry));
    const count = 12;
    const puzzles = await generate(dataset, { count, seed: 5, context: testContext() });

    const training = new Set(readGrids(dataset, 'train', 'copyLabels').map(keyOf));
    const known = new Set(readGrids(dataset, 'test', 'copyInputs').map(gridKey));
    const digits = puzzles.map((tokens) => Uint8Array.from(tokens, (token) => token - 1));
    assert.equal(new Set(digits.map(gridKey)).size, count);
    for (const puzzle of digits) {
      const { solutionCount, grid } = solve(puzzle);
      assert.equal(solutionCount, 1);
      assert.ok(!training.has(keyOf(grid as Uint8Array)));
      assert.ok(!known.has(gridKey(puzzle)));
      const clues = puzzle.filter((digit) => digit !== 0).length;
      if (size === 6) assert.ok(clues >= 10 && clues <= 20);
    }
    assert.deepEqual(await generate(dataset, { count, seed: 5, context: testContext() }), puzzles);
    assert.notDeepEqual(await generate(dataset, { count, seed: 6, context: testContext() }), puzzles);
    dataset.close();
  });
}

describe('fresh puzzles that cannot be made', () => {
  test('because training leaves too few: a clear error', async () => {
    const dataset = await makeDataset(4, {
      testShare: 0.01,
      testPuzzles: 3,
      minimumClues: 15,
      maximumClues: 16,
    });
    const { generate } = createSudokuDomain(sudokuVocabulary(sudokuGeometry(4)));
    await assert.rejects(
      generate(dataset, { count: 1000, seed: 0, context: testContext() }),
      (error: Error) => {
        assert.equal(error.name, 'UserError');
        assert.match(error.message, /^There are too few puzzles that are new to the dataset\n/);
        assert.match(error.message, /found: {4}\d+ puzzles, and none in the next 20000 tries\n/);
        assert.match(error.message, /expected: 1000 puzzles whose solutions are not in the training split\n/);
        return true;
      },
    );
    dataset.close();
  });

  test('because the job is cancelled', async () => {
    const dataset = await makeDataset(4);
    const { generate } = createSudokuDomain(sudokuVocabulary(sudokuGeometry(4)));
    const context = testContext('generating puzzles 0/1000000 puzzles');
    await assert.rejects(generate(dataset, { count: 1_000_000, seed: 0, context }), JobCancelled);
    dataset.close();
  });
});
