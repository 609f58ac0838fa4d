// The model of TensorFlow's allocator: what it holds is never less than what is live, and it wastes as that does.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createBestFitAllocator, createExactAllocator } from '../../../worker/estimate/allocator.ts';

const MB = 1 << 20;

test('a request goes into the smallest free piece that fits', () => {
  const allocator = createBestFitAllocator();
  const large = allocator.allocate(MB);
  allocator.allocate(256);
  const small = allocator.allocate(MB / 4);
  allocator.allocate(256);
  allocator.free(large);
  allocator.free(small);
  allocator.allocate(MB / 5);
  assert.deepEqual(
    { touched: allocator.touchedBytes(), live: allocator.liveBytes() },
    { touched: 1.25 * MB + 512, live: MB / 4 + 512 },
  );
});

test('a free piece of less than twice the size is given whole, a larger one is cut', () => {
  const live = (bytes: number) => {
    const allocator = createBestFitAllocator();
    const first = allocator.allocate(MB);
    allocator.allocate(MB);
    allocator.free(first);
    allocator.allocate(bytes);
    return allocator.liveBytes() - MB;
  };
  assert.deepEqual([MB / 2 + 256, MB / 2].map(live), [MB, MB / 2]);
});

test('neighbours that are free become one piece', () => {
  const allocator = createBestFitAllocator();
  const pieces = [allocator.allocate(MB / 2), allocator.allocate(MB / 2), allocator.allocate(MB / 2)];
  for (const piece of pieces) allocator.free(piece);
  allocator.allocate(1.5 * MB);
  assert.deepEqual(
    { touched: allocator.touchedBytes(), live: allocator.liveBytes() },
    { touched: 1.5 * MB, live: 2 * MB },
  );
});

test('whatever is asked for and given back: at least what is live is held, and in the end nothing is live', () => {
  const requests = fc.array(
    fc.record({ bytes: fc.integer({ min: 1, max: 3 * MB }), keep: fc.nat({ max: 9 }) }),
    {
      maxLength: 200,
    },
  );
  fc.assert(
    fc.property(requests, (list) => {
      const [modelled, exact] = [createBestFitAllocator(), createExactAllocator()];
      const held: { left: object; right: object; until: number }[] = [];
      for (const [index, { bytes, keep }] of list.entries()) {
        held.push({ left: modelled.allocate(bytes), right: exact.allocate(bytes), until: index + keep });
        for (const each of held.filter(({ until }) => until === index)) {
          modelled.free(each.left);
          exact.free(each.right);
        }
      }
      for (const each of held.filter(({ until }) => until >= list.length)) {
        modelled.free(each.left);
        exact.free(each.right);
      }
      assert.equal(modelled.liveBytes(), 0);
      assert.equal(exact.liveBytes(), 0);
      assert.ok(modelled.touchedBytes() >= exact.touchedBytes());
    }),
  );
});
