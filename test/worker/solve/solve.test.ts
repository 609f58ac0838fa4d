// The solving job: with a model whose every answer is known, and with one of random weights.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { JobSpecOf } from '../../../common/jobs.ts';
import { checkAnswer } from '../../../common/puzzles/sudoku/check.ts';
import { sudokuGeometry } from '../../../common/puzzles/sudoku/geometry.ts';
import { parsePuzzle } from '../../../common/puzzles/sudoku/text.ts';
import type { SolvedStep } from '../../../common/results.ts';
import { emptyLatents } from '../../../common/solving/step-model.ts';
import { exportJob } from '../../../worker/export/export.ts';
import { JobCancelled } from '../../../worker/job.ts';
import { startRuntime } from '../../../worker/runtime.ts';
import { openModel } from '../../../worker/solve/model.ts';
import { solveJob } from '../../../worker/solve/solve.ts';
import { makeTinyCheckpoint, type TinyCheckpoint } from '../export/tiny-checkpoint.ts';
import { type TestContext, testContext } from '../job-context.ts';
import { temporaryFolder } from '../tiny-experiment.ts';
import { writeEchoModel } from './echo-model.ts';

let root: Awaited<ReturnType<typeof temporaryFolder>>;
let checkpoint: TinyCheckpoint;
let echoFile: string;
let modelFile: string;

before(async () => {
  await startRuntime();
  root = await temporaryFolder();
  checkpoint = await makeTinyCheckpoint(root.path);
  echoFile = join(root.path, 'echo.onnx');
  writeEchoModel(echoFile);
  modelFile = join(root.path, 'model.onnx');
  const { folder: checkpointFolder, datasetFolder } = checkpoint;
  const options = { weights: 'ema', opset: 18, tolerance: 1e-4, checkPuzzles: 1, replace: false } as const;
  const spec = {
    kind: 'export',
    checkpointFolder,
    datasetFolder,
    outputFile: modelFile,
    evaluation: null,
  } as const;
  await exportJob({ ...spec, ...options }, testContext());
});
after(() => root[Symbol.asyncDispose]());

type SolveSpec = JobSpecOf<'solve'>;

function specification(changes: Partial<SolveSpec>): SolveSpec {
  return {
    kind: 'solve',
    subject: { modelFile: echoFile },
    puzzles: [],
    datasetFolder: null,
    generate: false,
    count: 1,
    seed: 0,
    maximumSteps: 0,
    halting: null,
    confidences: false,
    provider: 'cpu',
    ...changes,
  };
}

function stepsOf({ events }: TestContext): SolvedStep[] {
  return events.flatMap((event) => (event.type === 'solved-step' ? [event.solved] : []));
}

const noLatent = new Float32Array();

function distance(one: Float32Array, other: Float32Array = noLatent): number {
  return Math.hypot(...one.map((value, index) => value - (other[index] ?? 0)));
}

/** Of 16 cells and 6 tokens, with the weights of stablemax. */
function meanOfLargest(logits: Float32Array): number {
  const weights = Array.from(logits, (logit) => (logit >= 0 ? logit + 1 : 1 / (1 - logit)));
  const largest = Array.from({ length: 16 }, (_, cell) => {
    const own = weights.slice(cell * 6, cell * 6 + 6);
    return Math.max(...own) / own.reduce((total, weight) => total + weight, 0);
  });
  return largest.reduce((total, value) => total + value, 0) / 16;
}

/** Sums in another order differ in their last digits. */
function withoutLastDigits(step: SolvedStep): SolvedStep {
  const round = (value: number) => Number(value.toPrecision(5));
  const { latentResidual, confidence } = step;
  return { ...step, confidence: round(confidence), latentResidual: latentResidual && round(latentResidual) };
}

const sigmoid = (logit: number) => 1 / (1 + Math.exp(-logit));

describe('a model that echoes the puzzle and halts at the step of its first digit', () => {
  const solved = '2143432112343412';
  const twice = '3333333333333333';
  const blank = '.143432112343412';

  test('puzzles leave as they halt, and the rules decide what is solved', async () => {
    const context = testContext();
    const spec = specification({ puzzles: [solved, twice, blank] });
    const { elapsedMs, ...result } = await solveJob(spec, context);
    assert.ok(elapsedMs > 0);
    assert.deepEqual(result, {
      kind: 'solve',
      halting: 'q>=0.5',
      maximumSteps: 3,
      puzzlesTried: 3,
      puzzlesSolved: 1,
      meanSteps: 2,
      puzzles: [
        { puzzle: 0, question: solved, answer: solved, steps: 2, haltProbability: sigmoid(0.5), valid: true },
        {
          puzzle: 1,
          question: twice,
          answer: twice,
          steps: 3,
          haltProbability: sigmoid(0.5),
          valid: false,
          reason: 'digit 3 is twice in row 1; the puzzle has no solution',
        },
        {
          puzzle: 2,
          question: blank,
          answer: blank,
          steps: 1,
          haltProbability: sigmoid(1.5),
          valid: false,
          reason: 'row 1, column 1 holds no digit',
        },
      ],
    });
    const step = (puzzle: number, number: number, answer: string, logit: number, halted: boolean) => {
      const latentResidual = number === 1 ? null : 1 / (number - 1);
      // The echo gives its token the logit 4 and the five others 0.
      const signals = { haltProbability: sigmoid(logit), changedCells: 0, latentResidual, confidence: 0.5 };
      return { puzzle, step: number, answer, ...signals, halted };
    };
    assert.deepEqual(stepsOf(context), [
      step(0, 1, solved, -0.5, false),
      step(1, 1, twice, -1.5, false),
      step(2, 1, blank, 1.5, true),
      step(0, 2, solved, 0.5, true),
      step(1, 2, twice, -0.5, false),
      step(1, 3, twice, 0.5, true),
    ]);
    assert.deepEqual(context.reports, ['solving 0/3 puzzles', 'solving 3/3 puzzles']);
  });

  test('the rule and the maximum of steps are as asked for', async () => {
    const stepsWith = async (changes: Partial<SolveSpec>) => {
      const { puzzles } = await solveJob(
        specification({ puzzles: [solved, twice, blank], ...changes }),
        testContext(),
      );
      return puzzles.map(({ steps }) => steps);
    };
    assert.deepEqual(await stepsWith({ halting: 'q>=0' }), [1, 1, 1]);
    assert.deepEqual(await stepsWith({ halting: 'q>=1', maximumSteps: 5 }), [5, 5, 5]);
    assert.deepEqual(await stepsWith({ maximumSteps: 2 }), [2, 2, 1]);
    assert.deepEqual(await stepsWith({ maximumSteps: 9, halting: 'q>=0.8' }), [3, 4, 1]);
    assert.deepEqual(await stepsWith({ maximumSteps: 9, halting: 'stable>=2' }), [2, 2, 2]);
    assert.deepEqual(await stepsWith({ maximumSteps: 9, halting: 'residual<=0.25' }), [5, 5, 5]);
    assert.deepEqual(await stepsWith({ maximumSteps: 9, halting: 'steps>=4 or valid' }), [1, 4, 4]);
  });

  test('the puzzles of a file come after those given one by one', async () => {
    const [first, second, third] = ['1', '2', '3'].map((digit) => `${digit}${'.'.repeat(15)}`);
    const text = `# two puzzles\n\n${second}\n  ${third}  \n`;
    const { puzzles } = await solveJob(specification({ puzzles: [first ?? ''], text }), testContext());
    assert.deepEqual(
      puzzles.map(({ question }) => question),
      [first, second, third],
    );
  });

  test('more puzzles than a batch holds keep their numbers', async () => {
    const context = testContext();
    const puzzles = Array.from({ length: 130 }, (_, index) => [solved, twice, blank][index % 3] as string);
    const result = await solveJob(specification({ puzzles }), context);
    assert.deepEqual(
      result.puzzles.map(({ puzzle, question }) => [puzzle, question]),
      puzzles.map((text, index) => [index, text]),
    );
    assert.equal(result.puzzlesSolved, 44);
    assert.deepEqual(context.reports, [
      'solving 0/130 puzzles',
      'solving 64/130 puzzles',
      'solving 128/130 puzzles',
      'solving 130/130 puzzles',
    ]);
  });
});

describe('a model of random weights', () => {
  test('each puzzle of a batch gets what it gets alone', async () => {
    const spec = specification({
      subject: { modelFile },
      datasetFolder: checkpoint.datasetFolder,
      count: 7,
      halting: 'q>=1',
    });
    const together = await solveJob(spec, testContext());
    assert.equal(together.puzzlesTried, 7);
    for (const expected of together.puzzles) {
      const alone = await solveJob(
        { ...spec, datasetFolder: null, puzzles: [expected.question] },
        testContext(),
      );
      const { haltProbability = Number.NaN, ...found } = alone.puzzles[0] ?? {};
      assert.ok(Math.abs(haltProbability - expected.haltProbability) < 1e-4);
      assert.deepEqual({ ...found, haltProbability: 0 }, { ...expected, puzzle: 0, haltProbability: 0 });
    }
  });

  test('the steps are those of a plain loop over the model', async () => {
    const context = testContext();
    const question = '1.....2..3.....4';
    await solveJob(specification({ subject: { modelFile }, puzzles: [question], halting: 'q>=1' }), context);

    const model = await openModel(modelFile);
    let latents = emptyLatents(model, 1);
    const inputs = Int32Array.from(question, (character) => (character === '.' ? 1 : Number(character) + 1));
    const expected: SolvedStep[] = [];
    let before = [...inputs];
    let latentBefore: Float32Array | null = null;
    for (let step = 1; step <= 3; step++) {
      const reset = Int32Array.of(step === 1 ? 1 : 0);
      const outputs = await model.step({ inputs, puzzleIdentifiers: new Int32Array(1), latents, reset });
      const tokens = Array.from({ length: 16 }, (_, cell) => {
        const logits = [...outputs.logits.subarray(cell * 6, cell * 6 + 6)];
        return logits.indexOf(Math.max(...logits));
      });
      const answer = tokens.map((token) => (token < 2 ? '.' : String(token - 1))).join('');
      const changedCells = tokens.filter((token, cell) => token !== before[cell]).length;
      const haltProbability = sigmoid(outputs.haltLogits[0] as number);
      const latent = outputs.latents.high as Float32Array;
      const latentResidual = latentBefore && distance(latent, latentBefore) / distance(latentBefore);
      const confidence = meanOfLargest(outputs.logits);
      const signals = { haltProbability, changedCells, latentResidual, confidence };
      expected.push({ puzzle: 0, step, answer, ...signals, halted: step === 3 });
      before = tokens;
      latentBefore = latent;
      latents = outputs.latents;
    }
    await model.close();
    assert.deepEqual(stepsOf(context).map(withoutLastDigits), expected.map(withoutLastDigits));
  });

  test('a checkpoint is solved with as its export is', async () => {
    const options = { datasetFolder: checkpoint.datasetFolder, count: 7, confidences: true };
    const solve = async (subject: SolveSpec['subject']) => {
      const context = testContext();
      await solveJob(specification({ ...options, subject }), context);
      return stepsOf(context);
    };
    const found = await solve({ checkpointFolder: checkpoint.folder, weights: 'ema' });
    assert.equal(found[0]?.confidences?.length, 16);
    assert.deepEqual(found, await solve({ modelFile }));
    assert.notDeepEqual(found, await solve({ checkpointFolder: checkpoint.folder, weights: 'raw' }));
  });

  test('puzzles drawn from the test split, and fresh ones, follow the seed', async () => {
    const questions = async (changes: Partial<SolveSpec>) => {
      const spec = specification({
        subject: { modelFile },
        datasetFolder: checkpoint.datasetFolder,
        count: 6,
        ...changes,
      });
      return (await solveJob(spec, testContext())).puzzles.map(({ question }) => question);
    };
    const [drawn, fresh] = [await questions({}), await questions({ generate: true })];
    assert.equal(drawn.length, 6);
    assert.equal(fresh.length, 6);
    assert.deepEqual(await questions({}), drawn);
    assert.deepEqual(await questions({ generate: true }), fresh);
    assert.notDeepEqual(await questions({ seed: 1 }), drawn);
    assert.notDeepEqual(await questions({ generate: true, seed: 1 }), fresh);
    assert.equal((await questions({ count: 1000 })).length, 20);
  });

  test('what is called solved is solved', async () => {
    const spec = specification({
      subject: { modelFile },
      datasetFolder: checkpoint.datasetFolder,
      count: 20,
    });
    const { puzzles, puzzlesSolved } = await solveJob(spec, testContext());
    const verdicts = puzzles.map(({ question, answer }) => {
      const digits = (text: string) => parsePuzzle(text).cells;
      return checkAnswer(sudokuGeometry(4), digits(question), digits(answer)).valid;
    });
    assert.deepEqual(
      puzzles.map(({ valid }) => valid),
      verdicts,
    );
    assert.equal(puzzlesSolved, verdicts.filter((valid) => valid).length);
  });
});

describe('a job that is refused', () => {
  test('with a wrong puzzle among right ones, before any is solved', async () => {
    const context = testContext();
    await assert.rejects(solveJob(specification({ puzzles: ['.'.repeat(16), '12'] }), context), {
      name: 'UserError',
      message: /^Puzzle 2 is no 4×4 Sudoku puzzle\n {2}where: {4}12\n {2}found: {4}2 characters\n/,
    });
    assert.deepEqual(context.events, []);
  });

  test('without puzzles and dataset', () =>
    assert.rejects(solveJob(specification({}), testContext()), {
      message: [
        'There is nothing to solve',
        '  found:    neither puzzles nor a dataset',
        '  expected: puzzles as text, or a dataset to draw them from',
        '  to do:    give puzzles, or name a dataset with --dataset',
      ].join('\n'),
    }));

  test('with a file that holds no puzzles', () =>
    assert.rejects(solveJob(specification({ text: '\n# nothing\n' }), testContext()), {
      message: [
        'The file holds no puzzles',
        '  found:    11 characters',
        '  expected: at least one puzzle',
        '  to do:    put puzzles into the file, or leave out --file to draw them from a dataset',
      ].join('\n'),
    }));

  test('with a dataset that is not there', () =>
    assert.rejects(solveJob(specification({ datasetFolder: join(root.path, 'nowhere') }), testContext()), {
      name: 'UserError',
      message: /^There is no dataset\n/,
    }));

  test('when it is cancelled', () =>
    assert.rejects(
      solveJob(specification({ puzzles: ['.'.repeat(16)] }), testContext('solving 0/1 puzzles')),
      JobCancelled,
    ));
});
