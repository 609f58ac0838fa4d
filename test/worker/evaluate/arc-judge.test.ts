import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { type Experiment, experimentSchema } from '../../../common/config/experiment.ts';
import { UserError } from '../../../common/errors.ts';
import type { JobSpecOf } from '../../../common/jobs.ts';
import { VoteBook } from '../../../common/puzzles/arc/voting.ts';
import { EMA_FILE, MODEL_FILE, TRAINING_FILE } from '../../../worker/checkpoint/format.ts';
import { specificationOf } from '../../../worker/checkpoint/load.ts';
import type { StoredTensor } from '../../../worker/checkpoint/safetensors.ts';
import { saveCheckpoint } from '../../../worker/checkpoint/save.ts';
import { buildDataset } from '../../../worker/dataset/build.ts';
import { type Dataset, openDataset } from '../../../worker/dataset/open.ts';
import { evaluateJob } from '../../../worker/evaluate/evaluate.ts';
import { type JudgedAnswer, judgeOf } from '../../../worker/evaluate/judge.ts';
import { initialParameters, parameterShapes } from '../../../worker/model/parameters.ts';
import { startRuntime } from '../../../worker/runtime.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { testContext } from '../job-context.ts';

before(() => startRuntime());

const tries = [1, 2, 5, 10, 100, 1000];

function arcExperiment(): Experiment {
  return experimentSchema.parse({
    name: 'arc',
    dataset: {
      name: 'arc',
      build: {
        kind: 'arc',
        folder: join(import.meta.dirname, '../../samples/arc'),
        subsets: ['training'],
        testSubset: 'training',
        augmentations: 3,
        gridSide: 6,
      },
    },
    model: { hiddenSize: 16, highCycles: 1, lowCycles: 1, puzzleEmbeddingLength: 1 },
    halting: { maximumSteps: 2 },
  });
}

async function buildArc(folder: string): Promise<string> {
  const { build } = arcExperiment().dataset;
  assert.ok(build);
  await buildDataset({ build, name: 'arc', folder });
  return folder;
}

/** The answers to all test examples that `answer` gives from the labels. */
function* answersOf(dataset: Dataset, answer: (labels: Int32Array, example: number) => Int32Array) {
  const split = dataset.split('test');
  const cells = dataset.metadata.sequenceLength;
  for (let puzzle = 0; puzzle < split.puzzleCount; puzzle++) {
    const [first = 0, end = 0] = split.puzzleIndices.subarray(puzzle, puzzle + 2);
    for (let example = first; example < end; example++) {
      const [inputs, labels] = [new Int32Array(cells), new Int32Array(cells)];
      split.copyInputs(example, inputs, 0);
      split.copyLabels(example, labels, 0);
      const right = labels.map((token) => Math.max(0, token));
      const puzzleIdentifier = split.puzzleIdentifiers[puzzle] ?? 0;
      const judged: JudgedAnswer = {
        example,
        puzzleIdentifier,
        inputs,
        labels,
        answer: answer(right, example),
        haltLogit: 0,
      };
      yield judged;
    }
  }
}

function judgeAll(dataset: Dataset, answers: Iterable<JudgedAnswer>, votes?: VoteBook): number[] {
  const judge = judgeOf(dataset, dataset.split('test'), 0, votes)?.();
  assert.ok(judge);
  for (const answer of answers) judge.note(answer);
  const measures = judge.finish();
  assert.deepEqual(
    Object.keys(measures),
    tries.map((count) => `pass@${count}`),
  );
  return Object.values(measures).map(({ value }) => value);
}

/** An answer with its first cell changed, which is a colour. */
function spoil(right: Int32Array): Int32Array {
  return right.map((token, place) => (place === 0 ? 2 + ((token - 1) % 10) : token));
}

test('right answers pass, wrong ones do not, whatever stands around them; every evaluation counts afresh', async (context) => {
  const dataset = openDataset(await buildArc(join(temporaryFolder(context), 'arc')));
  const noisy = (right: Int32Array) => right.map((token) => (token === 0 ? 1 : token));
  assert.deepEqual(judgeAll(dataset, answersOf(dataset, noisy)), [1, 1, 1, 1, 1, 1]);
  assert.deepEqual(judgeAll(dataset, answersOf(dataset, spoil)), [0, 0, 0, 0, 0, 0]);
  // The blank identifier is no task's.
  const blank = [...answersOf(dataset, (right) => right)].map((each) => ({ ...each, puzzleIdentifier: 0 }));
  assert.deepEqual(judgeAll(dataset, blank), [0, 0, 0, 0, 0, 0]);
  assert.deepEqual(judgeAll(dataset, []), [0, 0, 0, 0, 0, 0]);
  dataset.close();
});

test('votes decide before trust in the answer, and trust among equals', async (context) => {
  const dataset = openDataset(await buildArc(join(temporaryFolder(context), 'arc')));
  const perTask = 4;
  const withVotes = (rightVotes: number, rightLogit: number) =>
    [...answersOf(dataset, (right) => right)].flatMap((judged) => {
      const task = dataset.split('test').puzzleIdentifiers;
      const variant = task.indexOf(judged.puzzleIdentifier) % perTask;
      if (variant > 1) return [];
      const right = variant < rightVotes;
      const wrong = { ...judged, answer: Int32Array.of(...new Array(36).fill(1)), haltLogit: 0 };
      return [right ? { ...judged, haltLogit: rightLogit } : wrong];
    });
  const passes = (rightVotes: number, logit: number) =>
    judgeAll(dataset, withVotes(rightVotes, logit)).slice(0, 2);
  assert.deepEqual(passes(2, -5), [1, 1]);
  assert.deepEqual(passes(1, 2), [1, 1]);
  assert.deepEqual(passes(1, -2), [0, 1]);
  assert.deepEqual(passes(0, 0), [0, 0]);
  dataset.close();
});

test('votes go on in a book that is shared, not otherwise', async (context) => {
  const dataset = openDataset(await buildArc(join(temporaryFolder(context), 'arc')));
  const votes = new VoteBook();
  judgeAll(
    dataset,
    answersOf(dataset, (right) => right),
    votes,
  );
  judgeAll(
    dataset,
    answersOf(dataset, (right) => right),
    votes,
  );
  const [[id = '', pairs = []] = []] = Object.entries(readTestPuzzles(dataset.folder));
  const input = pairs[0]?.input ?? [];
  const grid = { grid: Uint8Array.from(input.flat()), rows: input.length, columns: input[0]?.length ?? 0 };
  assert.deepEqual(
    votes.rank(id, grid).map((candidate) => candidate.votes),
    [8],
  );
  dataset.close();
});

function readTestPuzzles(folder: string): Record<string, { input: number[][]; output: number[][] }[]> {
  const tasks: Record<string, { test: { input: number[][]; output: number[][] }[] }> = JSON.parse(
    readFileSync(join(folder, 'test_puzzles.json'), 'utf8'),
  );
  return Object.fromEntries(Object.entries(tasks).map(([id, task]) => [id, task.test]));
}

test('a dataset without a card is judged by its files; its training split and other datasets are not', async (context) => {
  const folder = await buildArc(join(temporaryFolder(context), 'arc'));
  rmSync(join(folder, 'card.json'));
  const dataset = openDataset(folder);
  assert.deepEqual(
    judgeAll(
      dataset,
      answersOf(dataset, (right) => right),
    ),
    [1, 1, 1, 1, 1, 1],
  );
  assert.equal(judgeOf(dataset, dataset.split('train')), null);
  dataset.close();
  rmSync(join(folder, 'test_puzzles.json'));
  const other = openDataset(folder);
  assert.equal(judgeOf(other, other.split('test')), null);
  other.close();
});

test('an identifier whose name says nothing is refused', async (context) => {
  const folder = await buildArc(join(temporaryFolder(context), 'arc'));
  rmSync(join(folder, 'card.json'));
  const path = join(folder, 'identifiers.json');
  const names: string[] = JSON.parse(readFileSync(path, 'utf8'));
  writeFileSync(path, JSON.stringify(names.map((name) => name.replace('|||t', '|||x'))));
  const dataset = openDataset(folder);
  assert.throws(
    () =>
      judgeAll(
        dataset,
        answersOf(dataset, (right) => right),
      ),
    new UserError({
      what: 'The name of a puzzle identifier does not say how its task was augmented',
      where: path,
      found: `${JSON.stringify(names[2]?.replace('|||t', '|||x'))} for identifier 2`,
      expected: 'the id of a task, or TASK|||t3|||0123456789',
      remedy: 'build the dataset again',
    }),
  );
  dataset.close();
});

/** A checkpoint of random weights for the dataset. */
async function makeCheckpoint(root: string, datasetFolder: string, seed: number): Promise<string> {
  const experiment = arcExperiment();
  const dataset = openDataset(datasetFolder);
  const { vocabularySize, sequenceLength, puzzleIdentifierCount } = dataset.metadata;
  const facts = {
    name: 'arc',
    digest: dataset.digest,
    vocabularySize,
    sequenceLength,
    puzzleIdentifierCount,
    card: dataset.card ?? null,
  };
  dataset.close();
  const shapes = parameterShapes(specificationOf({ experiment, dataset: facts }));
  const values = new Map(initialParameters(shapes, seed));
  const stored = new Map(
    [...shapes].map(([name, { shape }]): [string, StoredTensor] => {
      return [name, { shape, values: values.get(name) ?? new Float32Array() }];
    }),
  );
  const manifest = {
    formatVersion: 1,
    runId: 'arc',
    step: seed,
    segment: 1,
    trainingMs: 0,
    experiment,
    dataset: facts,
    cursor: { epoch: 0, position: 0 },
    best: null,
    evaluation: null,
  } as const;
  const files = { [MODEL_FILE]: stored, [EMA_FILE]: stored, [TRAINING_FILE]: new Map() };
  return (await saveCheckpoint(join(root, `checkpoints-${seed}`), manifest, files)).folder;
}

test('an evaluation writes a submission and counts the votes of other checkpoints apart', async (context) => {
  const root = temporaryFolder(context);
  const datasetFolder = await buildArc(join(root, 'arc'));
  const checkpointFolder = await makeCheckpoint(root, datasetFolder, 1);
  const other = await makeCheckpoint(root, datasetFolder, 2);
  const file = join(root, 'submission.json');
  const spec: JobSpecOf<'evaluate'> = {
    kind: 'evaluate',
    checkpointFolder,
    datasetFolder,
    split: 'test',
    weights: 'ema',
    batchSize: 64,
    maximumPuzzles: 0,
    maximumSteps: 1,
    mode: 'fixed',
    haltThreshold: 0.5,
  };
  const submission = { file, replace: false };
  const alone = await evaluateJob(spec, testContext());
  const together = await evaluateJob({ ...spec, votesOf: [other], submission }, testContext());
  assert.deepEqual(
    Object.keys(alone.puzzleMeasures),
    tries.map((count) => `pass@${count}`),
  );
  const shared = Object.entries(together.puzzleMeasures).filter(([name]) => name.includes('votes'));
  assert.deepEqual(
    { ...together, elapsedMs: 0 },
    {
      ...alone,
      elapsedMs: 0,
      puzzleMeasures: { ...alone.puzzleMeasures, ...Object.fromEntries(shared) },
    },
  );
  assert.deepEqual(
    shared.map(([name]) => name),
    tries.map((count) => `pass@${count}, votes of 2 checkpoints`),
  );
  const answers: Record<string, Record<string, unknown>[]> = JSON.parse(readFileSync(file, 'utf8'));
  const pairs = readTestPuzzles(datasetFolder);
  assert.deepEqual(
    Object.entries(answers).map(([id, attempts]) => [id, attempts.map((attempt) => Object.keys(attempt))]),
    Object.entries(pairs).map(([id, tests]) => [id, tests.map(() => ['attempt_1', 'attempt_2'])]),
  );

  await assert.rejects(
    evaluateJob({ ...spec, submission }, testContext()),
    new UserError({
      what: 'The submission file exists already',
      where: file,
      expected: 'a file that is free',
      remedy: 'choose another, or replace it with --replace',
    }),
  );
  await evaluateJob({ ...spec, submission: { file, replace: true } }, testContext());
  await assert.rejects(
    evaluateJob({ ...spec, votesOf: [checkpointFolder] }, testContext()),
    new UserError({
      what: 'The votes of a checkpoint would be counted twice',
      where: '--with-votes-of',
      found: checkpointFolder,
      expected: 'each checkpoint once; the one that is evaluated votes anyway',
      remedy: 'leave it out',
    }),
  );
  await assert.rejects(
    evaluateJob({ ...spec, split: 'train', submission: { file, replace: true } }, testContext()),
    new UserError({
      what: 'There is nothing to submit',
      where: datasetFolder,
      found: 'the train split of a dataset of arc',
      expected: 'the test split of a dataset of arc',
      remedy: 'leave --with-votes-of and --submission out, or choose another dataset',
    }),
  );
});
