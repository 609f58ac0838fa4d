// Training on several datasets at once: one model, one table of puzzle embeddings, each dataset evaluated by itself.

import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { tokensBuildSchema } from '../../../common/config/dataset-tokens.ts';
import { type Experiment, experimentSchema } from '../../../common/config/experiment.ts';
import { type JobSpecOf, jobSpecSchema } from '../../../common/jobs.ts';
import { loadCheckpoint } from '../../../worker/checkpoint/load.ts';
import { buildDataset } from '../../../worker/dataset/build.ts';
import { evaluateJob } from '../../../worker/evaluate/evaluate.ts';
import { startRuntime } from '../../../worker/runtime.ts';
import { trainJob } from '../../../worker/train/run.ts';
import { openTrainingData } from '../../../worker/train/training-data.ts';
import { testContext } from '../job-context.ts';
import { temporaryFolder } from '../tiny-experiment.ts';

let root: Awaited<ReturnType<typeof temporaryFolder>>;

before(async () => {
  await startRuntime();
  root = await temporaryFolder();
  await buildLetters('copy', (text) => text, ['copy-1', 'copy-2']);
  await buildLetters('reverse', (text) => [...text].reverse().join(''), [
    'reverse-1',
    'reverse-2',
    'reverse-3',
  ]);
  await buildLetters('long', (text) => text, ['long'], { columns: 4 });
  await buildLetters('other', (text) => text, ['other'], { tokens: ['a', 'c', 'b'] });
});
after(() => root[Symbol.asyncDispose]());

const datasetFolder = (name: string) => join(root.path, 'datasets', name);

/** All strings of three letters, each of one of the puzzles; every fourth is for testing. */
async function buildLetters(
  name: string,
  answer: (text: string) => string,
  puzzles: string[],
  settings: Record<string, unknown> = {},
): Promise<void> {
  const letters = ['a', 'b', 'c'];
  const inputs = letters.flatMap((one) =>
    letters.flatMap((two) => letters.map((three) => one + two + three)),
  );
  const rows = inputs.map((input, index) => ({
    input,
    output: answer(input),
    puzzle: puzzles[index % puzzles.length],
    split: index % 4 === 0 ? 'test' : 'train',
  }));
  const trainFile = join(root.path, `${name}.jsonl`);
  await writeFile(trainFile, rows.map((row) => JSON.stringify(row)).join('\n'));
  const build = tokensBuildSchema.parse({
    kind: 'tokens',
    domain: 'letters',
    trainFile,
    columns: 3,
    tokens: letters,
    ...settings,
  });
  await buildDataset({ build, name, folder: datasetFolder(name) });
}

function experimentOn(name: string, alsoTrainOn: string[], steps = 6): Experiment {
  return experimentSchema.parse({
    name: 'several',
    dataset: { name, ...(alsoTrainOn.length > 0 && { alsoTrainOn }) },
    model: { hiddenSize: 16, highCycles: 1, lowCycles: 1, puzzleEmbeddingLength: 1 },
    halting: { maximumSteps: 2 },
    training: { steps, batchSize: 8, warmupSteps: 0, checkpointEverySteps: 3, emaRate: 0.9 },
    evaluation: { everySteps: 3, batchSize: 8 },
  });
}

async function specOf(run: string, experiment: Experiment): Promise<JobSpecOf<'train'>> {
  const runFolder = join(root.path, 'runs', run);
  await mkdir(runFolder, { recursive: true });
  const { name, alsoTrainOn } = experiment.dataset;
  return {
    kind: 'train',
    runId: run,
    runFolder,
    experiment,
    datasetFolder: datasetFolder(name),
    ...(alsoTrainOn && {
      alsoTrainOn: alsoTrainOn.map((other) => ({ name: other.name, folder: datasetFolder(other.name) })),
    }),
  };
}

function evaluationSpec(checkpointFolder: string, name: string): JobSpecOf<'evaluate'> {
  const spec = jobSpecSchema.parse({
    kind: 'evaluate',
    checkpointFolder,
    datasetFolder: datasetFolder(name),
    split: 'test',
    weights: 'ema',
    batchSize: 8,
    maximumPuzzles: 0,
    maximumSteps: 0,
  });
  assert.ok(spec.kind === 'evaluate');
  return spec;
}

test('identifiers of the datasets stand one after the other in one table, the blank one shared', async () => {
  const data = openTrainingData(await specOf('open', experimentOn('copy', ['reverse'])));
  try {
    const { name, puzzleIdentifierCount, alsoTrainedOn } = data.facts;
    assert.deepEqual([name, puzzleIdentifierCount], ['copy', 6]);
    assert.deepEqual(
      alsoTrainedOn?.map(({ digest: _, ...facts }) => facts),
      [{ name: 'reverse', puzzleIdentifierCount: 4, identifierOffset: 2 }],
    );
    assert.deepEqual([...new Set(data.trainSource.puzzleIdentifiers)].sort(), [1, 2, 3, 4, 5]);
    assert.equal(data.trainSource.exampleCount, 40);
  } finally {
    data.close();
  }
});

describe('a run on two datasets', () => {
  test('evaluates each by itself, as an evaluation of its checkpoint does, and goes on after a stop', async () => {
    const experiment = experimentOn('copy', ['reverse']);
    const context = testContext();
    const result = await trainJob(await specOf('both', experiment), context);
    assert.ok(result.finished && result.lastCheckpoint !== null && result.evaluation !== null);
    const { otherDatasets = [], ...main } = result.evaluation;
    assert.deepEqual(
      otherDatasets.map(({ dataset, puzzleCount }) => [dataset, puzzleCount]),
      [['reverse', 7]],
    );
    for (const [name, measured] of [['copy', main] as const, ['reverse', otherDatasets[0]] as const]) {
      const { exactAccuracy, tokenAccuracy, answerLoss, datasetDigest } = await evaluateJob(
        evaluationSpec(result.lastCheckpoint, name),
        testContext(),
      );
      assert.deepEqual(
        { exactAccuracy, tokenAccuracy, answerLoss, datasetDigest },
        {
          exactAccuracy: measured?.exactAccuracy,
          tokenAccuracy: measured?.tokenAccuracy,
          answerLoss: measured?.answerLoss,
          datasetDigest: measured?.datasetDigest,
        },
      );
    }
    const { manifest } = await loadCheckpoint(result.lastCheckpoint);
    assert.deepEqual(manifest.evaluation?.otherDatasets, otherDatasets);
    const extended = await trainJob(
      await specOf('both', experimentOn('copy', ['reverse'], 9)),
      testContext(),
    );
    assert.deepEqual([extended.steps, extended.finished], [9, true]);
  });

  test('does not go on with other datasets than before', async () => {
    await assert.rejects(trainJob(await specOf('both', experimentOn('copy', [])), testContext()), {
      name: 'UserError',
      message:
        /^The run cannot go on: it has other datasets than its checkpoint\n.*found: {4}copy\n {2}expected: copy, reverse\n/s,
    });
    const spec = await specOf('both', experimentOn('copy', ['reverse']));
    const changed = { ...spec, alsoTrainOn: [{ name: 'reverse', folder: datasetFolder('copy') }] };
    await assert.rejects(trainJob(changed, testContext()), {
      name: 'UserError',
      message: /^The run cannot go on: the dataset reverse has changed since\n/,
    });
  });
});

describe('datasets that do not go together are named with the difference', () => {
  for (const [other, found, expected] of [
    ['long', 'grids of 1×4 cells', 'grids of 1×3 cells'],
    ['other', '"c" as token 2', '"b" as token 2'],
  ] as const) {
    test(other, async () => {
      const spec = await specOf(`with-${other}`, experimentOn('copy', [other]));
      assert.throws(() => openTrainingData(spec), {
        name: 'UserError',
        message: [
          `The datasets copy and ${other} cannot be trained on together`,
          `  where:    ${datasetFolder(other)}`,
          `  found:    ${found} in ${other}`,
          `  expected: ${expected}, as in copy`,
          '  to do:    leave one of them out, or build them with the same vocabulary and size',
        ].join('\n'),
      });
    });
  }

  test('a checkpoint is not evaluated on a dataset of another vocabulary either', async () => {
    const { lastCheckpoint } = await trainJob(
      await specOf('single', experimentOn('copy', [], 1)),
      testContext(),
    );
    assert.ok(lastCheckpoint !== null);
    await assert.rejects(evaluateJob(evaluationSpec(lastCheckpoint, 'other'), testContext()), {
      name: 'UserError',
      message:
        /^The dataset does not fit the model\n.*found: {4}"c" as token 2\n {2}expected: "b" as token 2, as in copy, /s,
    });
    const context = testContext();
    await assert.rejects(evaluateJob(evaluationSpec(lastCheckpoint, 'reverse'), context), {
      message: /found: {4}4 puzzle identifiers\n {2}expected: at most 3, /,
    });
  });
});
