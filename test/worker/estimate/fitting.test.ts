// What fits a memory where an experiment does not.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitOf } from '../../../worker/estimate/fitting.ts';

const limit = (memoryBytes: number) => ({ device: 'a device', memoryBytes });
/** 100 for the model, 10 for each puzzle that is worked on at once. */
const needed = ({ batchSize, microBatches }: { batchSize: number; microBatches: number }) =>
  100 + (10 * batchSize) / microBatches;

test('what fits needs no advice', () => {
  assert.deepEqual(fitOf(limit(200), { batchSize: 10, microBatches: 1 }, needed), {
    ...limit(200),
    neededBytes: 200,
    fits: true,
    largestBatch: null,
    microBatches: null,
  });
});

test('the largest batch and the fewest parts that fit', () => {
  const fit = (memoryBytes: number) => {
    const { largestBatch, microBatches } = fitOf(
      limit(memoryBytes),
      { batchSize: 12, microBatches: 1 },
      needed,
    );
    return { largestBatch, microBatches };
  };
  assert.deepEqual([219, 150, 110, 109].map(fit), [
    { largestBatch: 11, microBatches: 2 },
    { largestBatch: 5, microBatches: 3 },
    { largestBatch: 1, microBatches: 12 },
    { largestBatch: 0, microBatches: null },
  ]);
});
