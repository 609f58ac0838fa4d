// Layers whose gradients compute their inside again: the same numbers as from what was kept, in less memory.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type * as tf from '@tensorflow/tfjs-core';
import { experimentSchema } from '../../../common/config/experiment.ts';
import type { Program } from '../../../worker/capture/program.ts';
import { estimateGpuMemory, recordGraphs } from '../../../worker/estimate/memory.ts';
import { rotaryTable } from '../../../worker/model/attention.ts';
import { attentionLayer, type LayerOptions, swigluLayer } from '../../../worker/model/blocks.ts';
import { startRuntime } from '../../../worker/runtime.ts';
import { deviation, gradientProgram, runLayer, type Weights } from '../layer-gradients.ts';

before(() => startRuntime());

async function assertSame(programOf: (options: LayerOptions) => Program): Promise<void> {
  const kept = await runLayer(programOf({ recompute: false }), false);
  const again = await runLayer(programOf({ recompute: true }), false);
  assert.deepEqual(Object.keys(again), Object.keys(kept));
  for (const [name, values] of Object.entries(kept)) {
    const found = deviation(again[name] as Float32Array, values);
    assert.ok(found < 1e-6, `${name} deviates by ${found}`);
  }
}

for (const unit of ['swiglu', 'normalised'] as const) {
  for (const axis of [0, 1] as const) {
    test(`a SwiGLU layer, ${unit} over axis ${axis}`, async () => {
      const weights: Weights = { gateUp: [24, 10], down: [10, 12] };
      await assertSame((options) =>
        gradientProgram(axis === 0 ? [10, 18] : [18, 10], weights, ({ gateUp, down }) =>
          swigluLayer({ gateUp: gateUp as tf.Tensor2D, down: down as tf.Tensor2D }, unit, axis, options),
        ),
      );
    });
  }
}

for (const hasRotary of [true, false]) {
  test(`an attention layer, ${hasRotary ? 'turned' : 'plain'}`, async () => {
    const [tokens, batch, heads, headSize, hidden] = [7, 3, 2, 6, 12];
    const weights: Weights = { queryKeyValue: [36, hidden], output: [hidden, 12] };
    await assertSame((options) =>
      gradientProgram([tokens * batch, hidden], weights, ({ queryKeyValue, output }) => {
        const parts = { queryKeyValue: queryKeyValue as tf.Tensor2D, output: output as tf.Tensor2D };
        const rotary = hasRotary ? rotaryTable(tokens, headSize) : null;
        return attentionLayer(parts, heads, tokens, rotary, options);
      }),
    );
  });
}

describe('the memory of a training step', () => {
  for (const mixer of ['mlp', 'attention']) {
    test(`is at most two thirds with ${mixer}`, () => {
      const model = { mixer, positions: mixer === 'mlp' ? 'none' : 'rope', hiddenSize: 512 };
      const [kept, again] = (['off', 'on'] as const).map((recompute) => {
        const experiment = experimentSchema.parse({
          name: 'recompute',
          dataset: { name: 'bench' },
          model,
          training: { batchSize: 32, recompute },
          evaluation: { batchSize: 1 },
        });
        const sizes = { sequenceLength: 81, vocabularySize: 11, puzzleIdentifierCount: 1 };
        const specification = { ...experiment.model, ...sizes };
        return estimateGpuMemory(recordGraphs(experiment, specification, 1, { fusedLayers: false }));
      });
      assert.ok((again as number) < (2 / 3) * (kept as number), `${again} of ${kept} bytes`);
    });
  }
});
