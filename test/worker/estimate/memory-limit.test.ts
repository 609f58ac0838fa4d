import assert from 'node:assert/strict';
import { totalmem } from 'node:os';
import { test } from 'node:test';
import { hostLimit, processLimits } from '../../../worker/estimate/memory-limit.ts';

test('limits of this process, where there are any', () => {
  const text = [
    'Limit                     Soft Limit           Hard Limit           Units     ',
    'Max file size             1024                 unlimited            bytes     ',
    'Max data size             2000000000           unlimited            bytes     ',
    'Max address space         unlimited            unlimited            bytes     ',
    'Max open files            1024                 524288               files     ',
  ].join('\n');
  assert.deepEqual(processLimits(text), [2_000_000_000]);
  assert.deepEqual(processLimits(''), []);
});

test('memory is at most what the machine has', () => {
  const { memoryBytes, countsReserved } = hostLimit();
  assert.ok(memoryBytes > 0 && memoryBytes <= totalmem());
  assert.equal(countsReserved && memoryBytes === totalmem(), false);
});
