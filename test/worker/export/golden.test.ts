// The ONNX graph of the inference step against the reference's golden numbers, at several batch sizes.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { nextName } from '../../../common/solving/step-model.ts';
import { emitOnnx } from '../../../worker/capture/onnx/emit.ts';
import { encodeGraph, encodeModel, irVersionOf } from '../../../worker/capture/onnx/schema.ts';
import type { NamedArrays } from '../../../worker/capture/program.ts';
import { latentNames } from '../../../worker/model/latents.ts';
import { tokenCount } from '../../../worker/model/specification.ts';
import { inferenceProgram } from '../../../worker/model/step.ts';
import { startRuntime } from '../../../worker/runtime.ts';
import { excess, type Golden, goldenVariants, readGolden, tensor } from '../golden.ts';

before(() => startRuntime());

function openGolden(golden: Golden): Promise<InferenceSession> {
  const state = golden.startState();
  const graph = emitOnnx({
    program: (batch) => inferenceProgram(golden.specification, batch),
    state: Object.fromEntries([...golden.shapes.keys()].map((name) => [name, state[name] as Float32Array])),
    name: golden.name,
    documentation: '',
    descriptions: {},
  });
  const bytes = encodeModel({
    irVersion: irVersionOf(18),
    opset: 18,
    producerName: '',
    producerVersion: '',
    documentation: '',
    metadata: {},
    graph: encodeGraph(graph),
  });
  return InferenceSession.create(bytes, { executionProviders: ['cpu'], logSeverityLevel: 3 });
}

/** The outputs of each supervision step for the first `batch` golden puzzles. */
async function rollOut(session: InferenceSession, golden: Golden, batch: number): Promise<NamedArrays[]> {
  const { specification, setup } = golden;
  const { sequenceLength, hiddenSize } = specification;
  const { inputs, puzzle_identifiers: identifiers } = golden.batch('batch');
  const latentShape = [batch, tokenCount(specification), hiddenSize];
  const zeros = new Float32Array(batch * tokenCount(specification) * hiddenSize);
  const puzzles = {
    inputs: new Tensor('int32', (inputs as Int32Array).slice(0, batch * sequenceLength), [
      batch,
      sequenceLength,
    ]),
    puzzle_identifiers: new Tensor('int32', (identifiers as Int32Array).slice(0, batch), [batch]),
  };
  const names = latentNames(specification);
  let latents = Object.fromEntries(names.map((name) => [name, new Tensor('float32', zeros, latentShape)]));
  const steps: NamedArrays[] = [];
  for (let step = 1; step <= setup.halting.maximumSteps; step++) {
    const reset = new Tensor('int32', new Int32Array(batch).fill(step === 1 ? 1 : 0), [batch]);
    const outputs = await session.run({ ...puzzles, ...latents, reset });
    latents = Object.fromEntries(
      names.map((name) => {
        const values = outputs[nextName(name)]?.data as Float32Array;
        return [name, new Tensor('float32', values, latentShape)];
      }),
    );
    steps.push(
      Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, data as Float32Array])),
    );
  }
  return steps;
}

for (const variant of goldenVariants) {
  describe(variant, () => {
    const golden = readGolden(variant);

    for (const batch of [1, 3, 4]) {
      test(`every evaluation step is the reference at batch ${batch}`, async () => {
        const session = await openGolden(golden);
        const steps = await rollOut(session, golden, batch);
        await session.release();
        assert.equal(steps.length, golden.expected.eval.length);
        const assertGolden = (found: NamedArrays[string] | undefined, name: string) => {
          const expected = tensor(golden.steps, name);
          const rows = expected.subarray(0, (expected.length / golden.batchSize) * batch);
          assert.ok(excess(found ?? [], rows, 1e-4) <= 0, name);
        };
        for (const [index, { halt_logits }] of steps.entries()) {
          assertGolden(halt_logits, `eval${index + 1}.q_halt_logits`);
        }
        assertGolden(steps[0]?.logits, 'step1.logits');
        assertGolden(steps.at(-1)?.logits, `eval${steps.length}.logits`);
      });
    }
  });
}
