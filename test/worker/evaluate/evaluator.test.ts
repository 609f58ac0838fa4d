// Evaluation against the reference's evaluation mode, and against one puzzle at a time.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { createExecutor } from '../../../worker/capture/executor.ts';
import type { NamedArrays } from '../../../worker/capture/program.ts';
import { createEvaluator } from '../../../worker/evaluate/evaluator.ts';
import { evaluationProgram } from '../../../worker/evaluate/program.ts';
import { startRuntime } from '../../../worker/runtime.ts';
import type { BatchSource } from '../../../worker/train/batches.ts';
import { excess, type Golden, readGolden, type Scalars, tensor } from '../golden.ts';

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

for (const variant of ['trm-mlp', 'trm-att']) {
  describe(variant, () => {
    const golden = readGolden(variant);
    const { maximumSteps } = golden.setup.halting;

    test('halting logits of every evaluation step are the reference', async () => {
      const program = evaluationProgram(golden.specification, golden.batchSize);
      const executor = createExecutor(program, 'captured');
      const state = golden.startState();
      const latents = { 'carry/high': state['carry/high'], 'carry/low': state['carry/low'] } as NamedArrays;
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
