// The robustness job on a model of random weights: the changed puzzles are what their suite says, by the exact solver.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { findConflict } from '../../../common/puzzles/sudoku/check.ts';
import { sudokuGeometry } from '../../../common/puzzles/sudoku/geometry.ts';
import { createSolver } from '../../../common/puzzles/sudoku/solver.ts';
import { plotRobustness } from '../../../common/robustness/plot.ts';
import { type RobustnessResult, type SuiteName, suiteNames } from '../../../common/robustness/result.ts';
import { robustnessJob } from '../../../worker/robustness/robustness.ts';
import { startRuntime } from '../../../worker/runtime.ts';
import { makeTinyCheckpoint, type TinyCheckpoint } from '../export/tiny-checkpoint.ts';
import { testContext } from '../job-context.ts';
import { temporaryFolder } from '../tiny-experiment.ts';

let root: Awaited<ReturnType<typeof temporaryFolder>>;
let tiny: TinyCheckpoint;
let result: RobustnessResult;

const run = (suites: SuiteName[], seed = 5) =>
  robustnessJob(
    {
      kind: 'robustness',
      subject: { checkpointFolder: tiny.folder, weights: 'ema' },
      label: 'tiny@24',
      datasetFolder: tiny.datasetFolder,
      suites,
      perSuite: 12,
      seed,
      confident: 0.5,
      maximumSteps: 2,
      halting: 'steps>=2',
    },
    testContext(),
  );

before(async () => {
  await startRuntime();
  root = await temporaryFolder();
  tiny = await makeTinyCheckpoint(root.path);
  result = await run([]);
});
after(() => root[Symbol.asyncDispose]());

test('every suite is run or left out with a reason', () => {
  const named = new Set([...result.suites, ...result.notApplicable].map(({ suite }) => suite));
  assert.deepEqual(
    suiteNames.filter((name) => !named.has(name)),
    [],
  );
  assert.equal(result.suites[0]?.suite, 'baseline');
  for (const { reason } of result.notApplicable) assert.notEqual(reason, '');
  for (const { puzzles, leftOut, steps } of result.suites) {
    assert.equal(puzzles + leftOut, 12);
    assert.equal(steps.value, 2);
  }
});

test('changed puzzles are what their suite says', () => {
  const geometry = sudokuGeometry(4);
  const solve = createSolver(geometry);
  const { tokens } = result.vocabulary;
  const digitsOf = (input: number[]) => Uint8Array.from(input, (token) => Number(tokens[token]) || 0);
  const inputs = (suite: SuiteName) =>
    result.failures.filter((failure) => failure.suite === suite).map(({ input }) => digitsOf(input));
  const solutions = (suite: SuiteName) =>
    inputs(suite).map((digits) => solve(digits, { limit: 2 }).solutionCount);
  assert.ok(inputs('unsolvable').length > 0 && inputs('several-solutions').length > 0);
  assert.deepEqual(new Set(solutions('unsolvable')), new Set([0]));
  assert.deepEqual(new Set(solutions('several-solutions')), new Set([2]));
  assert.deepEqual(new Set(solutions('baseline')), new Set([1]));
  for (const digits of inputs('contradictory')) assert.notEqual(findConflict(geometry, digits), undefined);
  for (const digits of inputs('misleading')) assert.equal(findConflict(geometry, digits), undefined);
});

test('the same seed gives the same figures, and fewer suites leave those of the others as they are', async () => {
  const { suites } = await run(['unsolvable']);
  assert.deepEqual(
    suites,
    result.suites.filter(({ suite }) => suite === 'baseline' || suite === 'unsolvable'),
  );
});

test('the picture says in words what it shows', () => {
  const svg = plotRobustness(result);
  assert.match(svg, /<title id="title">Whether tiny@24 knows when it is wrong<\/title>/);
  assert.match(svg, /expected calibration error \d\.\d{3}\.<\/desc>/);
  assert.doesNotMatch(svg, /NaN/);
});
