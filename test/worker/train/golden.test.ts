// The training step on TensorFlow, eager and captured, against the reference's golden numbers.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { before } from 'node:test';
import { startRuntime } from '../../../worker/runtime.ts';
import { describeGolden } from './golden-checks.ts';

before(async () => {
  const { backend } = await startRuntime();
  assert.equal(backend, 'tensorflow');
});

/** `TRM_GOLDEN` names a folder of the same layout with other seeds, sizes or cycle counts to compare with as well. */
const others = process.env.TRM_GOLDEN;
const implemented = /^trm-(mlp|att)/;

for (const variant of ['trm-mlp', 'trm-att']) {
  describeGolden(variant, 'eager');
  describeGolden(variant, 'captured');
}

if (others !== undefined) {
  const variants = readdirSync(others).filter((name) => implemented.test(name));
  assert.ok(variants.length > 0, `no golden numbers of an implemented variant in ${others}`);
  for (const variant of variants) describeGolden(variant, 'captured', join(others, variant));
}
