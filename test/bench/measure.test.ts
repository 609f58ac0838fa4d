// Medians, quantiles and the report that benchmarks print.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { quantileOf, spreadOf } from '../../bench/measure.ts';
import { markdownOf } from '../../bench/report.ts';

describe('quantiles', () => {
  test('lie between neighbours in proportion', () => {
    assert.deepEqual(spreadOf([4, 1, 3, 2]), { median: 2.5, minimum: 1, maximum: 4 });
    assert.equal(quantileOf([10, 20, 30, 40, 50], 0.95), 48);
  });

  test('stay within the numbers and do not depend on their order', () => {
    const numbers = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1 });
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(numbers, share, (values, at) => {
        const quantile = quantileOf(values, at);
        assert.ok(quantile >= Math.min(...values) - 1e-6 && quantile <= Math.max(...values) + 1e-6);
        assert.equal(quantileOf(values.toReversed(), at), quantile);
      }),
    );
  });
});

test('a report is a Markdown text', () => {
  const table = { columns: ['a', 'b'], rows: [['1', '2']] };
  const report = { title: 'Title', tables: [table], remarks: ['Remark.'], facts: {} };
  assert.equal(
    markdownOf(report, 'machine'),
    'Title, machine\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n\nRemark.\n',
  );
});
