// Fused layers against the same layers composed of tfjs's kernels: values and all gradients, for sizes that fill no
// panel, no tile and no vector of any processor.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type * as tf from '@tensorflow/tfjs-core';
import type { Program } from '../../../worker/capture/program.ts';
import { recordProgram } from '../../../worker/capture/record.ts';
import { rotaryTable } from '../../../worker/model/attention.ts';
import { attentionLayer, type LayerOptions, swigluLayer } from '../../../worker/model/blocks.ts';
import { startRuntime } from '../../../worker/runtime.ts';
import { deviation, gradientProgram, runLayer, type Weights } from '../layer-gradients.ts';

before(async () => {
  const { fusedLayers } = await startRuntime();
  assert.ok(fusedLayers, 'the set-up built the native addon');
});

/** With what is inside kept for the gradient, and made again. */
async function assertSame(programOf: (options: LayerOptions) => Program, kernels: string[]): Promise<void> {
  for (const recompute of [false, true]) await assertSameOnce(programOf({ recompute }), kernels);
}

async function assertSameOnce(program: Program, kernels: string[]): Promise<void> {
  const recorded = recordProgram(program, { fusedLayers: true }).nodes.flatMap((node) =>
    node.kind === 'kernel' && node.kernel.includes('Layer') ? [node.kernel] : [],
  );
  assert.deepEqual(recorded, kernels);
  const [fused, composed] = [await runLayer(program, true), await runLayer(program, false)];
  assert.deepEqual(Object.keys(fused), Object.keys(composed));
  for (const [name, values] of Object.entries(composed)) {
    const found = deviation(fused[name] as Float32Array, values);
    assert.ok(found < 1e-5, `${name} deviates by ${found}`);
  }
}

describe('a SwiGLU layer', () => {
  for (const [rows, columns, inner, axis] of [
    [1, 3, 4, 1],
    [7, 19, 12, 0],
    [19, 7, 256, 1],
    [97, 50, 512, 0],
    [131, 330, 260, 1],
    [3, 700, 8, 1],
  ] as const) {
    test(`[${rows}, ${columns}] over axis ${axis}, ${inner} inner features`, async () => {
      const width = axis === 0 ? rows : columns;
      const weights: Weights = { gateUp: [2 * inner, width], down: [width, inner] };
      const programOf = (options: LayerOptions) =>
        gradientProgram([rows, columns], weights, ({ gateUp, down }) =>
          swigluLayer({ gateUp: gateUp as tf.Tensor2D, down: down as tf.Tensor2D }, 'swiglu', axis, options),
        );
      await assertSame(programOf, ['SwigluLayer', 'SwigluLayerGradient']);
    });
  }
});

describe('an attention layer', () => {
  for (const [tokens, batch, heads, headSize, hidden, hasRotary] of [
    [1, 1, 1, 2, 3, true],
    [5, 3, 2, 6, 12, true],
    [26, 2, 3, 5, 15, false],
    [97, 2, 4, 16, 64, true],
    [9, 30, 2, 40, 50, true],
  ] as const) {
    const rotary = hasRotary ? 'turned' : 'plain';
    test(`${tokens} tokens, ${batch} samples, ${heads} heads of ${headSize}, ${rotary}`, async () => {
      const width = heads * headSize;
      const weights: Weights = { queryKeyValue: [3 * width, hidden], output: [hidden, width] };
      const programOf = (options: LayerOptions) =>
        gradientProgram([tokens * batch, hidden], weights, ({ queryKeyValue, output }) =>
          attentionLayer(
            { queryKeyValue: queryKeyValue as tf.Tensor2D, output: output as tf.Tensor2D },
            heads,
            tokens,
            hasRotary ? rotaryTable(tokens, headSize) : null,
            options,
          ),
        );
      await assertSame(programOf, ['AttentionLayer', 'AttentionLayerGradient']);
    });
  }
});

test('the normalised gate is not fused', () => {
  const weights: Weights = { gateUp: [8, 6], down: [6, 4] };
  const program = gradientProgram([5, 6], weights, ({ gateUp, down }) =>
    swigluLayer({ gateUp: gateUp as tf.Tensor2D, down: down as tf.Tensor2D }, 'normalised', 1),
  );
  const { nodes } = recordProgram(program, { fusedLayers: true });
  assert.ok(nodes.every((node) => node.kind !== 'kernel' || !node.kernel.includes('Layer')));
});

test('the same numbers come out, bit for bit, however often they are computed', async () => {
  const weights: Weights = { gateUp: [512, 32], down: [32, 256] };
  const program = gradientProgram([900, 32], weights, ({ gateUp, down }) =>
    swigluLayer({ gateUp: gateUp as tf.Tensor2D, down: down as tf.Tensor2D }, 'swiglu', 1),
  );
  assert.deepEqual(await runLayer(program, true), await runLayer(program, true));
});
