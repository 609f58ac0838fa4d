// The training step on TensorFlow, eager and captured, against the reference's golden numbers.

import assert from 'node:assert/strict';
import { before } from 'node:test';
import { startRuntime } from '../../../worker/runtime.ts';
import { describeGolden } from './golden-checks.ts';

before(async () => {
  const { backend } = await startRuntime();
  assert.equal(backend, 'tensorflow');
});

for (const variant of ['trm-mlp', 'trm-att']) {
  describeGolden(variant, 'eager');
  describeGolden(variant, 'captured');
}
