import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import {
  applyDihedral,
  dihedralCount,
  dihedralSource,
  inverseDihedral,
} from '../../../common/puzzles/dihedral.ts';

const gridSchema = z.array(z.array(z.number()));
const goldenSchema = z.object({
  grid: gridSchema,
  inverse_ids: z.array(z.number()),
  transforms: z.array(
    z.object({
      tid: z.number(),
      transformed: gridSchema,
      inverse_of_transformed: gridSchema,
      inverse_applied_to_original: gridSchema,
    }),
  ),
});

function fromRows(rows: number[][]) {
  return { grid: Uint8Array.from(rows.flat()), rows: rows.length, columns: rows[0]!.length };
}

test('numbers and inverts the transforms as the reference does, on a grid that is not square', () => {
  const file = new URL('../../golden/small/dihedral.json', import.meta.url);
  const golden = goldenSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  const { grid, rows, columns } = fromRows(golden.grid);
  assert.deepEqual(
    golden.transforms.map(({ tid }) => tid),
    Array.from({ length: dihedralCount }, (_, transform) => transform),
  );
  assert.deepEqual(
    golden.transforms.map(({ tid }) => inverseDihedral(tid)),
    golden.inverse_ids,
  );
  for (const { tid, transformed, inverse_of_transformed, inverse_applied_to_original } of golden.transforms) {
    const result = applyDihedral(grid, rows, columns, tid);
    const inverse = inverseDihedral(tid);
    assert.deepEqual(result, fromRows(transformed));
    assert.deepEqual(
      applyDihedral(result.grid, result.rows, result.columns, inverse),
      fromRows(inverse_of_transformed),
    );
    assert.deepEqual(applyDihedral(grid, rows, columns, inverse), fromRows(inverse_applied_to_original));
  }
});

test('every transform moves each cell to one place, and its inverse brings it back', () => {
  const size = fc.integer({ min: 1, max: 30 });
  const transforms = fc.integer({ min: 0, max: dihedralCount - 1 });
  fc.assert(
    fc.property(size, size, transforms, (rows, columns, transform) => {
      const grid = Uint8Array.from({ length: rows * columns }, (_, cell) => (cell * 7) % 251);
      const there = dihedralSource(rows, columns, transform);
      assert.deepEqual(
        [...there.source].toSorted((a, b) => a - b),
        Array.from(grid, (_, cell) => cell),
      );
      const moved = applyDihedral(grid, rows, columns, transform);
      assert.deepEqual([moved.rows, moved.columns], [there.rows, there.columns]);
      const back = applyDihedral(moved.grid, moved.rows, moved.columns, inverseDihedral(transform));
      assert.deepEqual(back, { grid, rows, columns });
    }),
  );
});

test('knows no other transforms', () => {
  for (const transform of [-1, 8]) {
    const expected = { name: 'RangeError', message: `there is no dihedral transform ${transform}` };
    assert.throws(() => dihedralSource(2, 2, transform), expected);
    assert.throws(() => inverseDihedral(transform), expected);
  }
});
