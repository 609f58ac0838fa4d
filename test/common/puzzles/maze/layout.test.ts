import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { applyDihedral } from '../../../../common/puzzles/dihedral.ts';
import { createLayoutKey, shapeTransforms } from '../../../../common/puzzles/maze/layout.ts';
import { arbitraryMaze } from './samples.ts';

test('the key is the same for every symmetric copy, wherever start and goal are', () => {
  fc.assert(
    fc.property(arbitraryMaze, fc.nat(), ({ shape, cells }, seed) => {
      const key = createLayoutKey(shape)(cells);
      for (const transform of shapeTransforms(shape)) {
        const { grid } = applyDihedral(cells, shape.rows, shape.columns, transform);
        assert.equal(createLayoutKey(shape)(grid), key);
      }
      const openCells = cells.map((value) => (value === 1 ? 1 : 2));
      assert.equal(createLayoutKey(shape)(openCells), key);
      const other = openCells.slice();
      other[seed % other.length] = 3 - other[seed % other.length]!;
      assert.notEqual(countWalls(other), countWalls(openCells));
      assert.notEqual(createLayoutKey(shape)(other), key);
    }),
  );
});

test('the keys of all 3×3 layouts tell exactly their classes apart', () => {
  const shape = { rows: 3, columns: 3 };
  const keyOf = createLayoutKey(shape);
  const keys = Array.from({ length: 512 }, (_, bits) =>
    keyOf(Uint8Array.from({ length: 9 }, (_, cell) => (bits & (1 << cell) ? 1 : 2))),
  );
  // By Burnside's lemma: (512 + 2·8 + 32 + 4·64) / 8 classes.
  assert.equal(new Set(keys).size, 102);
});

test('squares have eight symmetries, other rectangles four', () => {
  assert.deepEqual(shapeTransforms({ rows: 4, columns: 4 }), [0, 1, 2, 3, 4, 5, 6, 7]);
  assert.deepEqual(shapeTransforms({ rows: 3, columns: 4 }), [0, 2, 4, 5]);
});

function countWalls(cells: Uint8Array): number {
  return cells.filter((value) => value === 1).length;
}
