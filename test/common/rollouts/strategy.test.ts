import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { choices, formatStrategy, parseStrategy } from '../../../common/rollouts/strategy.ts';

test('what is written is read back', () => {
  const strategies = fc.record({
    chains: fc.integer({ min: 1, max: 1000 }),
    noise: fc.integer({ min: 1, max: 1000 }).map((value) => value / 100),
    symmetries: fc.integer({ min: 1, max: 8 }),
    choose: fc.constantFrom(...choices),
    finish: fc.constantFrom('all' as const, 'first' as const),
    steps: fc.integer({ min: 1, max: 64 }),
  });
  fc.assert(
    fc.property(strategies, (strategy) => {
      assert.deepEqual(parseStrategy(formatStrategy(strategy)), { ...strategy });
    }),
  );
  assert.equal(formatStrategy(parseStrategy('plain')), 'plain');
  assert.equal(formatStrategy(parseStrategy(' noise=0.3   chains=25 ')), 'chains=25 noise=0.3');
});

test('a part that cannot be read is named, with what was expected', () => {
  const faults: [string, string, string][] = [
    ['chain=3', '"chain"', 'parts such as chains=25, of chains, noise, symmetries, choose, finish, steps'],
    ['chains=0 noise=1', 'chains=0', 'chains= a whole number from 1 to 1000'],
    ['noise=loud', 'noise=loud', 'noise= a number from 0 to 10'],
    ['choose=best', 'choose=best', 'choose= one of halting, residual, vote, valid'],
    ['chains=4', 'chains=4', 'noise above 0 where there are several chains, which would all be the same'],
  ];
  for (const [text, found, expected] of faults) {
    assert.throws(() => parseStrategy(text, '--strategy'), {
      message: `A rollout strategy cannot be read\n  where:    --strategy\n  found:    ${found}\n  expected: ${expected}`,
    });
  }
});
