// The comparison with the reference: that it can fail, and what else gives the reference's numbers.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { startRuntime } from '../../worker/runtime.ts';
import { goldenRoot, readGolden } from '../worker/golden.ts';
import { goldenFolders } from './folders.ts';
import { createLedger } from './ledger.ts';
import { measureVariant } from './measure.ts';

before(() => startRuntime());

test('another recursion, halting rule or reach of the gradient is found out', async () => {
  const broken = async (name: string, changes: Parameters<typeof readGolden>[2]) => {
    const { deviations } = await measureVariant(readGolden(name, undefined, changes), 'eager');
    return deviations.filter(({ passed }) => !passed).map(({ quantity }) => quantity);
  };
  assert.deepEqual(await broken('trm-singlez', { model: { gradient: 'one-step' } }), [
    'logits',
    'halting logits',
    'losses',
    'gradients',
    'puzzle-row gradients',
    'puzzle table',
    'parameters after training',
    'EMA after training',
  ]);
  const deeper = await broken('trm-singlez', { model: { lowCycles: 3 } });
  assert.ok(deeper.includes('logits') && deeper.includes('carried latents'));
  const taught = await broken('transformer-baseline', { halting: { continueLoss: true } });
  assert.ok(taught.includes('losses') && taught.includes('gradients') && !taught.includes('carried latents'));
});

test('a trm with two networks, the 1-step gradient and ACT-continue is an HRM', async () => {
  const { specification } = readGolden('hrm');
  const golden = readGolden('hrm', undefined, {
    model: {
      variant: 'trm',
      separateNetworks: true,
      gradient: 'one-step',
      puzzleEmbeddingLength: Math.ceil(specification.puzzleEmbeddingSize / specification.hiddenSize),
    },
    halting: { continueLoss: true },
  });
  const { passed, unread, deviations } = await measureVariant(golden, 'eager');
  assert.deepEqual([passed, unread, deviations.filter(({ values }) => values === 0)], [true, [], []]);
});

describe('a ledger', () => {
  const rowOf = (enter: (ledger: ReturnType<typeof createLedger>) => void, quantity: string) => {
    const ledger = createLedger();
    enter(ledger);
    return ledger.deviations().find((row) => row.quantity === quantity);
  };

  test('keeps the farthest value and how much of its bound it uses', () => {
    const bound = { absolute: 0.5, relative: 0.5 };
    const row = rowOf((ledger) => {
      ledger.close('logits', 'near', [1, 2], [1, 2.25], bound);
      ledger.close('logits', 'far', [1, 2], [1.5, 3], bound);
    }, 'logits');
    assert.deepEqual(row, {
      quantity: 'logits',
      largest: 1,
      boundUsed: 0.5,
      values: 4,
      worst: 'far',
      passed: true,
    });
  });

  test('passes nothing that is missing or no number', () => {
    const bound = { absolute: 1, relative: 1 };
    for (const found of [[], [1], [Number.NaN, 1], [Number.POSITIVE_INFINITY, 1]]) {
      assert.equal(
        rowOf((ledger) => ledger.close('losses', 'x', found, [1, 1], bound), 'losses')?.passed,
        false,
      );
    }
    const equal = rowOf((ledger) => ledger.equal('losses', 'x', [1, 2], [1, 3]), 'losses');
    assert.deepEqual([equal?.passed, equal?.largest], [false, 1]);
  });

  test('lets few values be far where the sign of a gradient decides', () => {
    const passes = (far: number, distance: number) => {
      const found = Float64Array.from({ length: 1000 }, (_, index) => (index < far ? distance : 0));
      const bound = { near: 0.1, far: 2, farShare: 1e-3 };
      const quantity = 'parameters after training';
      return rowOf(
        (ledger) => ledger.mostlyClose(quantity, 'x', found, new Float64Array(1000), bound),
        quantity,
      )?.passed;
    };
    assert.deepEqual(
      [passes(1, 1.5), passes(2, 1.5), passes(1, 2.5), passes(1000, 0.05)],
      [true, false, false, true],
    );
  });

  test('takes gradients relative to the largest entry', () => {
    const row = rowOf((ledger) => ledger.closeToScale('gradients', 'g', [9, 0], [10, 0], 0.2), 'gradients');
    assert.deepEqual([row?.largest, row?.boundUsed], [0.1, 0.5]);
  });
});

test('golden numbers are found in a folder of variants and in a variant itself', () => {
  const names = goldenFolders(goldenRoot).map(({ name }) => name);
  assert.deepEqual(names, [
    'hrm',
    'transformer-baseline',
    'trm-att',
    'trm-att-learned-pos',
    'trm-hier6',
    'trm-mlp',
    'trm-singlez',
  ]);
  assert.deepEqual(
    goldenFolders(`${goldenRoot}/hrm`).map(({ name }) => name),
    ['hrm'],
  );
  assert.throws(() => goldenFolders(`${goldenRoot}/small`), { message: /^There are no golden numbers here/ });
});
