// The halting and the rollouts job on a model of random weights: figures that agree with each other and with a run.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { readHalting } from '../../../worker/checkpoint/halting.ts';
import { haltingJob } from '../../../worker/halting/halting.ts';
import { rolloutsJob } from '../../../worker/rollouts/rollouts.ts';
import { startRuntime } from '../../../worker/runtime.ts';
import { makeTinyCheckpoint, type TinyCheckpoint } from '../export/tiny-checkpoint.ts';
import { testContext } from '../job-context.ts';
import { temporaryFolder } from '../tiny-experiment.ts';

let root: Awaited<ReturnType<typeof temporaryFolder>>;
let tiny: TinyCheckpoint;

before(async () => {
  await startRuntime();
  root = await temporaryFolder();
  tiny = await makeTinyCheckpoint(root.path);
});
after(() => root[Symbol.asyncDispose]());

const subjectOf = () => ({ checkpointFolder: tiny.folder, weights: 'ema' as const });

test('every setting is measured, and the recommended one is stored with the checkpoint', async () => {
  const result = await haltingJob(
    {
      kind: 'halting',
      subject: subjectOf(),
      label: 'tiny@24',
      datasetFolder: tiny.datasetFolder,
      count: 20,
      seed: 3,
      maximumSteps: 4,
      wish: { kind: 'loss', share: 0.01 },
      rules: ['q>=0.123'],
      store: true,
    },
    testContext(),
  );
  const rules = result.settings.map(({ rule }) => rule);
  assert.equal(result.puzzles, 20);
  assert.deepEqual(
    ['steps>=1', 'steps>=4', 'q>=0.5', 'stable>=2', 'valid', 'q>=0.123'].filter(
      (rule) => !rules.includes(rule),
    ),
    [],
  );
  const one = result.settings.find(({ rule }) => rule === 'steps>=1');
  assert.deepEqual([one?.meanSteps.value, one?.halted, one?.onFront], [1, 1, true]);
  assert.equal(result.recommended?.reportedOn, 10);
  assert.equal(result.stored, true);
  const stored = await readHalting(tiny.folder);
  assert.deepEqual(
    [stored?.rule, stored?.chosen, stored?.figures?.puzzleCount],
    [result.recommended?.rule, 'measured', 10],
  );
});

test('strategies are compared on the same puzzles, with their cost', async () => {
  const result = await rolloutsJob(
    {
      kind: 'rollouts',
      subject: subjectOf(),
      label: 'tiny@24',
      datasetFolder: tiny.datasetFolder,
      count: 10,
      seed: 3,
      maximumSteps: 3,
      halting: 'steps>=3',
      strategies: ['chains=4 noise=0.3', 'symmetries=3 choose=vote', 'steps=5'],
    },
    testContext(),
  );
  assert.deepEqual(
    result.figures.map(({ strategy, meanSteps, gain, won, lost }) => [
      strategy,
      meanSteps,
      gain === (won - lost) / 10,
    ]),
    [
      ['plain', 3, true],
      ['chains=4 noise=0.3', 12, true],
      ['symmetries=3 choose=vote', 9, true],
      ['steps=5', 3, true],
    ],
  );
  for (const { exactAccuracy, anyRight } of result.figures) assert.ok(anyRight.value >= exactAccuracy.value);
});
