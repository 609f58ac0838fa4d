// Evaluation against the reference's evaluation mode, and against one puzzle at a time.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { createRandom } from '../../../common/random.ts';
import { createExecutor } from '../../../worker/capture/executor.ts';
import type { NamedArrays } from '../../../worker/capture/program.ts';
import { createEvaluator, type EvaluationOptions } from '../../../worker/evaluate/evaluator.ts';
import type { JudgedAnswer } from '../../../worker/evaluate/judge.ts';
import { evaluationProgram } from '../../../worker/evaluate/program.ts';
import { comparesHaltingLogits } from '../../../worker/model/halting.ts';
import { carryName, latentNames } from '../../../worker/model/latents.ts';
import { startRuntime } from '../../../worker/runtime.ts';
import type { BatchSource } from '../../../worker/train/batches.ts';
import { excess, type Golden, goldenVariants, readGolden, type Scalars, tensor } from '../golden.ts';

before(() => startRuntime());

function weightsOf(golden: Golden): NamedArrays {
  const state = golden.startState();
  return Object.fromEntries([...golden.shapes.keys()].map((name) => [name, state[name] as Float32Array]));
}

/** The golden batch as a dataset split. */
function sourceOf(golden: Golden): BatchSource {
  const { sequenceLength } = golden.specification;
  const batch = golden.batch('batch');
  const count = golden.batchSize;
  const row = (values: NamedArrays[string], example: number) =>
    values.subarray(example * sequenceLength, (example + 1) * sequenceLength);
  const indices = Int32Array.from({ length: count + 1 }, (_, index) => index);
  return {
    exampleCount: count,
    groupCount: count,
    puzzleIdentifiers: batch.puzzle_identifiers as Int32Array,
    puzzleIndices: indices,
    groupIndices: indices,
    copyInputs: (example, target, offset) => target.set(row(batch.inputs as Int32Array, example), offset),
    copyLabels: (example, target, offset) => target.set(row(batch.labels as Int32Array, example), offset),
  };
}

for (const variant of goldenVariants) {
  describe(variant, () => {
    const golden = readGolden(variant);
    const { maximumSteps } = golden.setup.halting;

    test('halting logits of every evaluation step are the reference', async () => {
      const program = evaluationProgram(
        golden.specification,
        golden.batchSize,
        golden.setup.training.answerLoss,
      );
      const executor = createExecutor(program, 'captured');
      const state = golden.startState();
      const latents = Object.fromEntries(
        latentNames(golden.specification).map((name) => [carryName(name), state[carryName(name)]]),
      ) as NamedArrays;
      await executor.writeState({ ...weightsOf(golden), ...latents });
      for (let step = 1; step <= maximumSteps; step++) {
        const reset = new Int32Array(golden.batchSize).fill(Number(step === 1));
        const { halt_logits } = await executor.run({ ...golden.batch('batch'), reset }, ['halt_logits']);
        const expected = tensor(golden.steps, `eval${step}.q_halt_logits`);
        assert.ok(excess(halt_logits as Float32Array, expected, 1e-4, 1e-4) <= 0);
      }
      executor.dispose();
    });

    test('the summary equals the reference sums and does not depend on the batch size', async () => {
      const summaries = [];
      for (const batchSize of [1, 3, 4]) {
        const options = {
          batchSize,
          maximumPuzzles: 0,
          maximumSteps,
          mode: 'fixed' as const,
          haltThreshold: 0.5,
          comparesHaltingLogits: comparesHaltingLogits(golden.setup),
          answerLoss: 'stablemax' as const,
          createJudge: null,
          onProgress: () => undefined,
        };
        const evaluator = createEvaluator(golden.specification, sourceOf(golden), options, 'auto');
        summaries.push(await evaluator.evaluate(weightsOf(golden)));
        evaluator.dispose();
      }
      const expected = golden.expected.eval.at(-1) as Scalars;
      for (const summary of summaries) {
        const count = golden.batchSize;
        assert.equal(summary.puzzleCount, count);
        assert.equal(summary.exactAccuracy.value * count, expected.exact_accuracy);
        assert.equal(summary.haltingAccuracy.value * count, expected.q_halt_accuracy);
        const sums = [summary.tokenAccuracy.value, summary.answerLoss, summary.haltingLoss].map(
          (mean) => mean * count,
        );
        const theirs = [expected.accuracy, expected.lm_loss, expected.q_halt_loss] as number[];
        assert.ok(excess(sums, theirs, 1e-3) <= 0);
        assert.deepEqual(summary.exactAccuracyWhenHalted, summaries[0]?.exactAccuracyWhenHalted);
        assert.deepEqual(summary.meanSteps, summaries[0]?.meanSteps);
      }
    });
  });
}

test('a part of a split is spread evenly over it', async () => {
  const golden = readGolden('trm-mlp');
  const seen: number[] = [];
  const source = sourceOf(golden);
  const watched = {
    ...source,
    copyInputs: (example: number, target: Int32Array, offset: number) => {
      seen.push(example);
      source.copyInputs(example, target, offset);
    },
  };
  const options = {
    batchSize: 2,
    maximumPuzzles: 2,
    maximumSteps: 1,
    mode: 'fixed' as const,
    haltThreshold: 0.5,
    comparesHaltingLogits: false,
    answerLoss: 'stablemax' as const,
    createJudge: null,
    onProgress: () => undefined,
  };
  const evaluator = createEvaluator(golden.specification, watched, options, 'auto');
  const { puzzleCount, availablePuzzles } = await evaluator.evaluate(weightsOf(golden));
  evaluator.dispose();
  assert.deepEqual(
    { puzzleCount, availablePuzzles, seen },
    { puzzleCount: 2, availablePuzzles: 4, seen: [0, 2] },
  );
});

/** Examples of random tokens; a third of the labels is what is asked, so that some are soon right. */
function randomSource(golden: Golden, count: number): BatchSource {
  const { sequenceLength, vocabularySize } = golden.specification;
  const random = createRandom(0, 'examples');
  const examples = Array.from({ length: count }, () =>
    Int32Array.from({ length: sequenceLength }, () => 1 + random.integer(vocabularySize - 1)),
  );
  const indices = Int32Array.from({ length: count + 1 }, (_, index) => index);
  const copy = (example: number, target: Int32Array, offset: number) =>
    target.set(examples[example] as Int32Array, offset);
  return {
    exampleCount: count,
    groupCount: count,
    puzzleIdentifiers: new Int32Array(count),
    puzzleIndices: indices,
    groupIndices: indices,
    copyInputs: copy,
    copyLabels: copy,
  };
}

/** The golden weights with a halting head that stops some puzzles early and some never. */
async function haltingWeights(
  golden: Golden,
  source: BatchSource,
  maximumSteps: number,
): Promise<NamedArrays> {
  const weights = weightsOf(golden);
  const logits: number[] = [];
  const count = source.exampleCount;
  const program = evaluationProgram(golden.specification, count, 'stablemax');
  const executor = createExecutor(program, 'auto');
  const empty = Object.entries(program.state).filter(([name]) => !(name in weights));
  const zeros = empty.map(([name, { shape }]) => [name, new Float32Array(shape.reduce((a, b) => a * b, 1))]);
  await executor.writeState({ ...weights, ...Object.fromEntries(zeros) });
  const inputs = new Int32Array(count * golden.specification.sequenceLength);
  for (let example = 0; example < count; example++) {
    source.copyInputs(example, inputs, example * golden.specification.sequenceLength);
  }
  for (let step = 1; step < maximumSteps; step++) {
    const reset = new Int32Array(count).fill(Number(step === 1));
    const batch = { inputs, labels: inputs, puzzle_identifiers: new Int32Array(count), reset };
    logits.push(...((await executor.run(batch, ['halt_logits'])).halt_logits ?? []));
  }
  executor.dispose();
  const name = Object.keys(weights).find((key) => key.endsWith('q_head.bias')) ?? '';
  const bias = Float32Array.from(weights[name] ?? []);
  bias[0] = (bias[0] ?? 0) - clearThreshold(logits);
  return { ...weights, [name]: bias };
}

/** A value that about 70 % of the numbers lie below, in the middle of a wide gap: rounding must not decide. */
function clearThreshold(numbers: number[]): number {
  const sorted = numbers.toSorted((one, other) => one - other);
  const from = Math.floor(sorted.length * 0.6);
  const gaps = sorted.slice(from, Math.floor(sorted.length * 0.8)).map((number, index) => {
    const next = sorted[from + index + 1] ?? number;
    return { width: next - number, middle: (number + next) / 2 };
  });
  return gaps.toSorted((one, other) => other.width - one.width)[0]?.middle ?? 0;
}

for (const variant of ['trm-mlp', 'hrm'] as const) {
  test(`${variant}: with halting, puzzles leave when they stop, and the figures are those at that step`, async () => {
    const golden = readGolden(variant);
    const maximumSteps = 5;
    const source = randomSource(golden, 37);
    const weights = await haltingWeights(golden, source, maximumSteps);
    const measure = async (mode: EvaluationOptions['mode'], batchSize: number, haltThreshold = 0.5) => {
      let steps = -1;
      const judged: number[] = [];
      const evaluator = createEvaluator(
        golden.specification,
        source,
        {
          batchSize,
          mode,
          haltThreshold,
          maximumPuzzles: 0,
          maximumSteps,
          comparesHaltingLogits: false,
          answerLoss: 'stablemax',
          createJudge: () => ({
            note: ({ example }: JudgedAnswer) => void judged.push(example),
            finish: () => ({}),
          }),
          onProgress: () => void steps++,
        },
        'auto',
      );
      const { elapsedMs: _, ...figures } = await evaluator.evaluate(weights);
      evaluator.dispose();
      return { steps, figures, judged: judged.sort((one, other) => one - other) };
    };
    const fixed = await measure('fixed', 8);
    assert.equal(fixed.steps, Math.ceil(37 / 8) * maximumSteps);
    const { meanSteps, exactAccuracyWhenHalted } = fixed.figures;
    assert.ok(meanSteps.value > 1.2 && meanSteps.value < maximumSteps - 0.5, `${meanSteps.value} steps`);
    const everyExample = Array.from({ length: 37 }, (_, example) => example);
    for (const batchSize of [8, 37]) {
      const { steps, figures, judged } = await measure('halting', batchSize);
      assert.equal(figures.mode, 'halting');
      assert.deepEqual(figures.meanSteps, meanSteps);
      assert.deepEqual(figures.exactAccuracy, exactAccuracyWhenHalted);
      assert.deepEqual(figures.exactAccuracyWhenHalted, exactAccuracyWhenHalted);
      assert.deepEqual(judged, everyExample);
      if (batchSize === 8) assert.ok(steps < fixed.steps, `${steps} steps`);
    }
    assert.deepEqual(fixed.judged, everyExample);
    const strict = await measure('halting', 8, 0.999999);
    assert.ok(strict.figures.meanSteps.value > meanSteps.value, `${strict.figures.meanSteps.value} steps`);
  });
}
