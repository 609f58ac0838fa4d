// Training in bfloat16, and compiled by XLA, against the plain float32 graph.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { type Compute, plainCompute } from '../../../worker/capture/compute.ts';
import type { NamedArrays } from '../../../worker/capture/program.ts';
import { createCapturedExecutor } from '../../../worker/capture/tensorflow/executor.ts';
import { startRuntime } from '../../../worker/runtime.ts';
import { METRICS } from '../../../worker/train/metrics.ts';
import { scalarNames, scalarsAt } from '../../../worker/train/schedule.ts';
import { stateNames } from '../../../worker/train/state-names.ts';
import { type Golden, goldenVariants, readGolden } from '../golden.ts';
import { tinySetup, tinyTrain } from './tiny-step.ts';

before(() => startRuntime());

const bfloat16: Compute = { ...plainCompute, precision: 'bfloat16' };

interface FirstStep {
  loss: number;
  logits: Float32Array;
  /** First moments, which are the gradients to a factor, by parameter. */
  moments: NamedArrays;
}

async function firstStep(golden: Golden, compute: Compute): Promise<FirstStep> {
  const { setup, program, batchSize, shapes } = golden;
  const executor = createCapturedExecutor(program, compute);
  await executor.writeState(golden.startState());
  const values = { ...scalarsAt(1, setup.training), learningRate: 0, puzzleLearningRate: 0 };
  const scalars = Float32Array.from(scalarNames(setup.training), (name) => values[name]);
  const inputs = { ...golden.batch('batch'), minimum_steps: new Int32Array(batchSize), scalars };
  const { metrics, logits } = await executor.run(inputs, ['metrics', 'logits']);
  const learned = [...shapes.keys()].filter((name) => stateNames.firstMoment(name) in program.state);
  const moments = await executor.readState(learned.map(stateNames.firstMoment));
  executor.dispose();
  return {
    loss: metrics?.[METRICS.indexOf('loss')] as number,
    logits: logits as Float32Array,
    moments,
  };
}

function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [product, left, right] = [0, 0, 0];
  for (let index = 0; index < a.length; index++) {
    const [x, y] = [a[index] as number, b[index] as number];
    product += x * y;
    left += x * x;
    right += y * y;
  }
  return left === 0 && right === 0 ? 1 : product / Math.sqrt(left * right);
}

describe('bfloat16 on the golden models', () => {
  for (const variant of goldenVariants) {
    test(`${variant}: loss, logits and the direction of every gradient`, async () => {
      const golden = readGolden(variant);
      const exact = await firstStep(golden, plainCompute);
      const rounded = await firstStep(golden, bfloat16);
      assert.notDeepEqual(rounded.logits, exact.logits, 'something is computed in bfloat16');
      assert.ok(Math.abs(rounded.loss / exact.loss - 1) < 0.01, `loss ${rounded.loss} for ${exact.loss}`);
      assert.ok(cosine(rounded.logits, exact.logits) > 0.995, `${cosine(rounded.logits, exact.logits)}`);
      for (const [name, moments] of Object.entries(exact.moments)) {
        const alike = cosine(rounded.moments[name] ?? [], moments);
        assert.ok(alike > 0.95, `${name}: ${alike}`);
      }
    });
  }
});

test('a tiny model learns its puzzles wholly, in bfloat16 as in float32', async () => {
  const schedule = { steps: 600, learningRate: 5e-3, minimumLearningRateRatio: 0.05, weightDecay: 0.1 };
  const setup = tinySetup(schedule, {}, { hiddenSize: 16, expansion: 2 });
  for (const compute of [plainCompute, bfloat16]) {
    const { metrics } = await tinyTrain(setup, 'captured', 600, { compute });
    const last = metrics.slice(-40);
    const sum = (name: 'exactAccuracy' | 'count') => last.reduce((total, values) => total + values[name], 0);
    assert.equal(sum('exactAccuracy') / sum('count'), 1, compute.precision);
  }
});

test('training compiled by XLA goes the way of the plain graph', async () => {
  const setup = tinySetup({ microBatches: 2, learningRate: 1e-3 });
  const plain = await tinyTrain(setup, 'captured', 3);
  const compiled = await tinyTrain(setup, 'captured', 3, { compute: { ...plainCompute, xla: true } });
  for (const [name, values] of Object.entries(plain.state)) {
    const others = compiled.state[name] ?? [];
    for (const [index, value] of values.entries()) {
      const difference = Math.abs(value - (others[index] as number));
      assert.ok(difference <= 1e-4 * Math.max(1, Math.abs(value)), `${name}: ${others[index]} for ${value}`);
    }
  }
});
