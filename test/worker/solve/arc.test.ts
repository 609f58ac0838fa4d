import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../../common/errors.ts';
import { IGNORED_LABEL } from '../../../common/labels.ts';
import { arcVocabulary } from '../../../worker/dataset/arc-card.ts';
import { createArcDomain } from '../../../worker/solve/arc.ts';

const domain = createArcDomain(arcVocabulary(3));
/** The 2×2 grid 12/30. */
const grid = [3, 4, 1, 5, 2, 1, 1, 1, 0];
const label = grid.map((token) => (token === 0 ? IGNORED_LABEL : token));

test('grids are shown as rows of colours', () => {
  assert.equal(domain.format(grid), '12\n30');
  assert.equal(domain.format([1, 1, 1, 0, 0, 0, 0, 0, 0]), 'no grid');
});

test('the verdict compares grids, whatever stands around them', () => {
  const check = (answer: number[]) => domain.check(grid, answer, label);
  assert.deepEqual(check(grid), { valid: true });
  assert.deepEqual(check([3, 4, 0, 5, 2, 1, 1, 0, 7]), { valid: true });
  assert.deepEqual(check([3, 5, 1, 5, 2, 1, 1, 1, 0]), {
    valid: false,
    reason: '1 of 4 cells have another colour',
  });
  assert.deepEqual(check([3, 4, 4, 5, 2, 2, 1, 1, 0]), {
    valid: false,
    reason: 'the output is 2×3 instead of 2×2 cells',
  });
  assert.deepEqual(domain.check(grid, grid), { valid: null, reason: 'the right output is not known' });
});

test('a grid without its task is refused', () => {
  assert.throws(
    () => domain.parse('12/30', 4),
    new UserError({
      what: 'Puzzle 4 cannot be solved: an input grid alone does not say what its ARC task asks for',
      found: 'a grid without a puzzle identifier',
      expected:
        'test inputs of the dataset that the model was trained on, whose tasks it knows by their identifiers',
      remedy:
        'name that dataset with --dataset, or use trm evaluate --submission for votes over all variants',
    }),
  );
});
