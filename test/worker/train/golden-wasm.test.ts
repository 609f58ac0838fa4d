// The training step on the WebAssembly backend, the fallback without TensorFlow, against the same golden numbers.

import assert from 'node:assert/strict';
import { before } from 'node:test';
import { startRuntime } from '../../../worker/runtime.ts';
import { describeGolden } from './golden-checks.ts';

before(async () => {
  process.env.TRM_BACKEND = 'wasm';
  const { backend } = await startRuntime();
  assert.equal(backend, 'wasm');
});

describeGolden('trm-mlp', 'eager');
describeGolden('trm-att', 'eager');
