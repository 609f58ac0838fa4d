// Every variant on TensorFlow, eager, captured and with fused layers, against the reference's golden numbers.

import assert from 'node:assert/strict';
import { before } from 'node:test';
import { startRuntime } from '../../../worker/runtime.ts';
import { goldenFolders } from '../../parity/folders.ts';
import { goldenVariants } from '../golden.ts';
import { testGolden } from './golden-checks.ts';

before(async () => {
  const { backend, fusedLayers } = await startRuntime();
  assert.deepEqual({ backend, fusedLayers }, { backend: 'tensorflow', fusedLayers: true });
});

/** `TRM_GOLDEN` names a folder of the same layout with other seeds, sizes or cycle counts to compare with as well. */
const others = process.env.TRM_GOLDEN;

for (const variant of goldenVariants) {
  testGolden(variant, 'eager');
  testGolden(variant, 'captured');
  testGolden(variant, 'fused');
}

if (others !== undefined) {
  for (const { name, folder } of goldenFolders(others)) testGolden(name, 'fused', folder);
}
