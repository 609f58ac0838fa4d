// Quantised matrices: how far they are from what they stand for, whatever the numbers are.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  BLOCK_SIZE,
  type Matrix,
  quantiseBlocks,
  quantiseMatrix,
  readBlocks,
} from '../../../../worker/export/precision/quantise.ts';

const matrix: fc.Arbitrary<Matrix> = fc
  .record({ rows: fc.integer({ min: 1, max: 70 }), columns: fc.integer({ min: 1, max: 6 }) })
  .chain(({ rows, columns }) =>
    fc
      .array(fc.float({ min: -100, max: 100, noNaN: true }), {
        minLength: rows * columns,
        maxLength: rows * columns,
      })
      .map((values) => ({ values: Float32Array.from(values), rows, columns })),
  );

describe('8 bits', () => {
  for (const channel of ['row', 'column'] as const) {
    test(`every value is off by at most half the scale of its ${channel}`, () => {
      fc.assert(
        fc.property(matrix, (given) => {
          const { integers, scales } = quantiseMatrix(given, channel);
          assert.equal(scales.length, channel === 'row' ? given.rows : given.columns);
          for (const [index, value] of given.values.entries()) {
            const place = channel === 'row' ? Math.floor(index / given.columns) : index % given.columns;
            const scale = scales[place] as number;
            const error = Math.abs((integers[index] as number) * scale - value);
            assert.ok(error <= scale * 0.5001, `${value} is off by ${error} of ${scale}`);
          }
        }),
      );
    });
  }

  test('the largest value of a channel is exact, zeros stay zeros', () => {
    const values = Float32Array.of(1, -2, 0, 0.5, 0, 0);
    const { integers, scales } = quantiseMatrix({ values, rows: 2, columns: 3 }, 'row');
    assert.deepEqual(Array.from(integers), [64, -127, 0, 127, 0, 0]);
    assert.deepEqual(Array.from(scales), [Math.fround(2 / 127), Math.fround(0.5 / 127)]);
    const nothing = quantiseMatrix({ values: new Float32Array(4), rows: 2, columns: 2 }, 'column');
    assert.deepEqual(nothing, { integers: new Int8Array(4), scales: Float32Array.of(2 ** -100, 2 ** -100) });
  });
});

describe('4 bits in blocks', () => {
  test('the squared error of a block is at most that of 15 even levels', () => {
    fc.assert(
      fc.property(matrix, (given) => {
        const { rows, columns, values } = given;
        const read = readBlocks(quantiseBlocks(given), rows);
        assert.equal(read.length, values.length);
        for (let column = 0; column < columns; column++) {
          for (let start = 0; start < rows; start += BLOCK_SIZE) {
            const places = Array.from(
              { length: Math.min(BLOCK_SIZE, rows - start) },
              (_, offset) => (start + offset) * columns + column,
            );
            const largest = Math.max(...places.map((place) => Math.abs(values[place] as number)));
            const step = largest / 7;
            const error = places.reduce(
              (sum, place) => sum + ((values[place] as number) - (read[place] as number)) ** 2,
              0,
            );
            assert.ok(error <= places.length * (step / 2) ** 2 * 1.001 + 1e-30);
          }
        }
      }),
    );
  });

  test('multiples of a scale are exact and lie where the operator looks for them', () => {
    const levels = Array.from({ length: BLOCK_SIZE }, (_, index) => (index % 16) - 8);
    const values = Float32Array.from(levels, (level) => level * 0.25);
    const { packed, scales, blocks } = quantiseBlocks({ values, rows: BLOCK_SIZE, columns: 1 });
    assert.deepEqual([blocks, Array.from(scales)], [1, [0.25]]);
    assert.deepEqual(
      Array.from(packed, (byte) => [byte & 15, byte >> 4]).flat(),
      levels.map((level) => level + 8),
    );
    assert.deepEqual(readBlocks({ packed, scales, blocks }, BLOCK_SIZE), values);
  });

  test('a column that ends inside a block is filled up with zeros', () => {
    const { packed, blocks } = quantiseBlocks({ values: new Float32Array(33 * 2), rows: 33, columns: 2 });
    assert.equal(blocks, 2);
    assert.deepEqual(packed, new Uint8Array(2 * 2 * 16).fill(0x88));
  });
});
