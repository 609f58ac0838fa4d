// Numbers of half precision: exact ones stay, others become the nearest.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromHalves, toHalves } from '../../../../worker/export/precision/half.ts';

test('known numbers have their known bits', () => {
  const known: [number, number][] = [
    [0, 0x0000],
    [-0, 0x8000],
    [1, 0x3c00],
    [-2, 0xc000],
    [65504, 0x7bff],
    [65519, 0x7bff],
    [65520, 0x7c00],
    [Number.NEGATIVE_INFINITY, 0xfc00],
    [Number.NaN, 0x7e00],
    [2 ** -14, 0x0400],
    [2 ** -24, 0x0001],
    // Halfway goes to the even neighbour: 2^-25 to nothing, 3 × 2^-25 to two.
    [2 ** -25, 0x0000],
    [3 * 2 ** -25, 0x0002],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [1 / 3, 0x3555],
  ];
  assert.deepEqual(
    Array.from(toHalves(known.map(([value]) => value))),
    known.map(([, bits]) => bits),
  );
});

test('every half that is a number comes back as it was', () => {
  const all = Uint16Array.from({ length: 65_536 }, (_, bits) => bits).filter(
    (bits) => (bits & 0x7c00) !== 0x7c00,
  );
  assert.deepEqual(toHalves(fromHalves(all)), all);
});

test('a number is off by at most half of its last place', () => {
  fc.assert(
    fc.property(fc.float({ min: -65504, max: 65504, noNaN: true }), (value) => {
      const [half = Number.NaN] = fromHalves(toHalves([value]));
      const place = 2 ** (Math.max(-14, Math.floor(Math.log2(Math.abs(value) || 1))) - 10);
      assert.ok(Math.abs(half - value) <= place / 2);
    }),
    { numRuns: 2000 },
  );
});
