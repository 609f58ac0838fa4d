// What the set-up shows of its progress.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatSize, startProgress } from '../../scripts/system/report.mjs';

function record(isTTY: boolean, totalBytes: number, pieces: number[]): string[] {
  const written: string[] = [];
  const progress = startProgress('Unpacking', totalBytes, { isTTY, write: (text) => written.push(text) });
  for (const piece of pieces) progress.add(piece);
  progress.end();
  return written;
}

test('a line at each quarter where there is no terminal', () => {
  assert.deepEqual(record(false, 8e6, [1e6, 1e6, 1e6, 3e6, 2e6]), [
    'set-up: Unpacking: 25 % (2 MB of 8 MB)\n',
    'set-up: Unpacking: 75 % (6 MB of 8 MB)\n',
    'set-up: Unpacking: 100 % (8 MB of 8 MB)\n',
  ]);
});

test('a bar on a terminal, drawn when it changes', () => {
  assert.deepEqual(record(true, 2e6, [1e6, 1, 999_999]), [
    '\rset-up: Unpacking [###############...............]  50 % 1 MB of 2 MB  ',
    '\rset-up: Unpacking [##############################] 100 % 2 MB of 2 MB  ',
    '\n',
  ]);
});

test('without a known total the amount alone', () => {
  assert.deepEqual(record(true, 0, [1e6, 2e6]), [
    '\rset-up: Unpacking 1 MB  ',
    '\rset-up: Unpacking 3 MB  ',
    '\n',
  ]);
  assert.deepEqual(record(false, 0, [1e6]), []);
});

test('sizes', () => {
  assert.deepEqual([0, 1, 98_768, 274_000_871, 1.5e9].map(formatSize), [
    '0 kB',
    '1 kB',
    '99 kB',
    '274 MB',
    '1.5 GB',
  ]);
});
