// Compares the training step with the PyTorch reference's own numbers, which were made by running the reference as
// test/golden/README.md says.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createExecutor } from '../../../worker/capture/executor.ts';
import type { Executor, NamedArrays } from '../../../worker/capture/program.ts';
import { tokenCount } from '../../../worker/model/specification.ts';
import { METRICS } from '../../../worker/train/metrics.ts';
import { stateNames } from '../../../worker/train/step.ts';
import { excess, type Golden, readGolden, type Scalars, swapAxes, tensor } from '../golden.ts';

const OUTPUTS = ['metrics', 'logits', 'halt_logits', 'continue_logits'];
const FROZEN = { learningRate: 0, puzzleLearningRate: 0 };

/**
 * Declares the tests that compare a variant's training step, run by `kind`, with its golden numbers: those kept with
 * the tests, or those of the same layout in `folder`.
 */
export function describeGolden(variant: string, kind: 'eager' | 'captured', folder?: string): void {
  describe(`${variant}, ${kind}`, () => {
    const golden = readGolden(variant, folder);

    test('steps: the same batch again and again', async () => {
      const executor = await start(golden, kind);
      for (let step = 1; step <= 3; step++) {
        const outputs = await run(golden, executor, golden.batch('batch'), step, FROZEN);
        compareOutputs(golden, outputs, `step${step}`);
        compareScalars(outputs, golden.expected.steps[step - 1] as Scalars);
        await compareLatents(golden, executor, `step${step}`);
        await compareCounters(golden, executor, `step${step}`);
      }
      executor.dispose();
    });

    test('swap: halted puzzles take new data, the others keep theirs', async () => {
      const executor = await start(golden, kind);
      for (const [index, name] of (['batch', 'batchB', 'batch', 'batchB', 'batch'] as const).entries()) {
        const outputs = await run(golden, executor, golden.batch(name), index + 1, FROZEN);
        compareOutputs(golden, outputs, `swap${index + 1}`);
        compareScalars(outputs, golden.expected.swap[index] as Scalars);
        await compareCounters(golden, executor, `swap${index + 1}`);
        const state = await executor.readState();
        for (const field of ['inputs', 'labels', 'puzzle_identifiers']) {
          const expected = tensor(golden.steps, `swap${index + 1}.current.${field}`);
          assert.deepEqual(state[`carry/${field}`], Int32Array.from(expected));
        }
      }
      executor.dispose();
    });

    test('train: losses, puzzle table, parameters and EMA over three optimizer steps', async () => {
      const executor = await start(golden, kind);
      for (let step = 1; step <= 3; step++) {
        const { learningRate, puzzleEmbeddingLearningRate } = golden.setup.training;
        const rates = { learningRate, puzzleLearningRate: puzzleEmbeddingLearningRate };
        const outputs = await run(golden, executor, golden.batch('batch'), step, rates);
        compareOutputs(golden, outputs, `train${step}`);
        compareScalars(outputs, golden.expected.train[step - 1] as Scalars);
        const { 'model.inner.puzzle_emb.weights': table } = await executor.readState();
        const expected = tensor(golden.steps, `train${step}.puzzle_emb_weights_after`);
        assert.ok(excess(table as Float32Array, expected, 1e-5) <= 0);
      }
      const state = await executor.readState();
      compareState(golden, 'after3.safetensors', (name) => state[name]);
      compareState(golden, 'ema3.safetensors', (name) => state[stateNames.ema(name)]);
      executor.dispose();
    });

    test('gradients of every parameter', async () => {
      const executor = await start(golden, kind);
      await run(golden, executor, golden.batch('batch'), 1, FROZEN);
      const state = await executor.readState();
      const share = 1 - golden.setup.training.beta1;
      for (const [name, { values }] of golden.read('grads.safetensors')) {
        if (name.endsWith('local_weights')) continue;
        const moment = state[stateNames.firstMoment(name)] as Float32Array;
        const largest = Math.max(...Array.from(values, Math.abs));
        const stride = golden.stride('grads.safetensors', name);
        const gradient = Float32Array.from(values, (_, index) => (moment[index * stride] as number) / share);
        assert.ok(excess(gradient, values, 2e-4 * largest) <= 0, name);
      }
      executor.dispose();
    });
  });
}

async function start(golden: Golden, kind: 'eager' | 'captured'): Promise<Executor> {
  const executor = createExecutor(golden.program, kind);
  await executor.writeState(golden.startState());
  return executor;
}

async function run(
  golden: Golden,
  executor: Executor,
  batch: NamedArrays,
  step: number,
  rates: { learningRate: number; puzzleLearningRate: number },
): Promise<NamedArrays> {
  const { beta1, beta2 } = golden.setup.training;
  const corrections = [1 / (1 - beta1 ** step), 1 / Math.sqrt(1 - beta2 ** step)];
  const scalars = Float32Array.of(rates.learningRate, rates.puzzleLearningRate, ...corrections);
  return executor.run({ ...batch, minimum_steps: new Int32Array(golden.batchSize), scalars }, OUTPUTS);
}

function compareOutputs(golden: Golden, outputs: NamedArrays, name: string): void {
  const { sequenceLength } = golden.specification;
  const logits = swapAxes(outputs.logits as Float32Array, sequenceLength, golden.batchSize);
  assert.ok(excess(logits, tensor(golden.steps, `${name}.logits`), 1e-4, 1e-4) <= 0);
  const close = (ours: string, theirs: string) =>
    assert.ok(excess(outputs[ours] as Float32Array, tensor(golden.steps, theirs), 1e-4, 1e-4) <= 0, theirs);
  close('halt_logits', `${name}.q_halt_logits`);
  if (name.startsWith('step')) close('continue_logits', `${name}.q_continue_logits`);
}

function compareScalars(outputs: NamedArrays, expected: Scalars): void {
  const metrics = outputs.metrics as Float32Array;
  const value = (name: (typeof METRICS)[number]) => metrics[METRICS.indexOf(name)] as number;
  const pairs = [
    ['loss', 'loss'],
    ['answerLoss', 'lm_loss'],
    ['haltingLoss', 'q_halt_loss'],
    ['tokenAccuracy', 'accuracy'],
  ] as const;
  for (const [ours, theirs] of pairs) {
    assert.ok(excess([value(ours)], [expected[theirs] as number], 1e-4, 1e-5) <= 0, ours);
  }
  const exact = ['count', 'exactAccuracy', 'haltingAccuracy', 'steps'] as const;
  const theirs = [expected.count, expected.exact_accuracy, expected.q_halt_accuracy, expected.steps];
  assert.deepEqual(exact.map(value), theirs);
}

async function compareLatents(golden: Golden, executor: Executor, name: string): Promise<void> {
  const state = await executor.readState();
  const tokens = tokenCount(golden.specification);
  for (const [ours, theirs] of [
    ['carry/high', 'z_H'],
    ['carry/low', 'z_L'],
  ] as const) {
    const latent = swapAxes(state[ours] as Float32Array, tokens, golden.batchSize);
    assert.ok(excess(latent, tensor(golden.steps, `${name}.carry.${theirs}`), 1e-4, 1e-4) <= 0);
  }
}

async function compareCounters(golden: Golden, executor: Executor, name: string): Promise<void> {
  const state = await executor.readState(['carry/steps', 'carry/halted']);
  assert.deepEqual(state['carry/steps'], Int32Array.from(tensor(golden.steps, `${name}.steps`)));
  assert.deepEqual(state['carry/halted'], Int32Array.from(tensor(golden.steps, `${name}.halted`)));
}

/** Almost all values within 2e-5, the rest within 6e-3: the sign of a tiny gradient moves a step by its rate. */
function compareState(
  golden: Golden,
  file: string,
  read: (name: string) => NamedArrays[string] | undefined,
): void {
  let [compared, far] = [0, 0];
  for (const [name, { values }] of golden.read(file)) {
    const ours = read(name) as Float32Array;
    const stride = golden.stride(file, name);
    values.forEach((value, index) => {
      const difference = Math.abs(value - (ours[index * stride] as number));
      assert.ok(difference <= 6e-3, name);
      compared++;
      if (difference > 2e-5) far++;
    });
  }
  assert.ok(compared > 1000 && far <= compared / 1000, `${far} of ${compared} values are far`);
}
