// Compares a variant with the PyTorch reference's own numbers, which were made by running the reference as
// test/golden/README.md says.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Deviation, Quantity } from '../../parity/ledger.ts';
import { type ExecutorKind, measureVariant } from '../../parity/measure.ts';
import { type Golden, readGolden } from '../golden.ts';

/**
 * Declares the test that compares a variant, run by `kind`, with its golden numbers: those kept with the tests, or
 * those of the same layout in `folder`.
 */
export function testGolden(variant: string, kind: ExecutorKind, folder?: string): void {
  test(`${variant}, ${kind}: every golden number`, async () => {
    const golden = readGolden(variant, folder);
    const { deviations, unread } = await measureVariant(golden, kind);
    assert.deepEqual(
      deviations.filter(({ passed }) => !passed),
      [],
    );
    assert.deepEqual(unread, []);
    assert.deepEqual(notCompared(deviations), expectedToLack(golden));
  });
}

function notCompared(deviations: Deviation[]): Quantity[] {
  return deviations.filter(({ values }) => values === 0).map(({ quantity }) => quantity);
}

/** Only HRM has a target for the continue logit; only models with puzzle embeddings have a table. */
function expectedToLack({ specification }: Golden): Quantity[] {
  return [
    ...(specification.variant === 'hrm' ? [] : ['continue targets' as const]),
    ...(specification.puzzleEmbedding ? [] : (['puzzle-row gradients', 'puzzle table'] as const)),
  ];
}
