// Every variant on the WebAssembly backend, the fallback without TensorFlow, against the same golden numbers.

import assert from 'node:assert/strict';
import { before } from 'node:test';
import { startRuntime } from '../../../worker/runtime.ts';
import { goldenVariants } from '../golden.ts';
import { testGolden } from './golden-checks.ts';

before(async () => {
  process.env.TRM_BACKEND = 'wasm';
  const { backend } = await startRuntime();
  assert.equal(backend, 'wasm');
});

for (const variant of goldenVariants) testGolden(variant, 'eager');
