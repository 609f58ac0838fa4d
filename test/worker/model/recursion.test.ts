// Which latent is refined when, and which passes carry gradients.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Pass, type RecursionSettings, recursionSchedule } from '../../../worker/model/recursion.ts';
import { type ModelSpecification, puzzleTokenCount } from '../../../worker/model/specification.ts';

/** The passes in short: the latent that each renews, with `?` where the question goes in. */
function passesOf(
  variant: RecursionSettings['variant'],
  highCycles: number,
  lowCycles: number,
  gradient: RecursionSettings['gradient'] = 'auto',
) {
  const { withoutGradient, withGradient } = recursionSchedule({ variant, highCycles, lowCycles, gradient });
  const short = (passes: Pass[]) =>
    passes.map(({ updates, question }) => (question ? `${updates}?` : updates)).join(' ');
  return [short(withoutGradient), short(withGradient)];
}

test('each variant refines its latents in its own order', () => {
  assert.deepEqual(passesOf('trm', 2, 3), ['low? low? low? high', 'low? low? low? high']);
  assert.deepEqual(passesOf('trm-singlez', 2, 2), ['latent? latent? latent', 'latent? latent? latent']);
  assert.deepEqual(passesOf('trm-hier6', 2, 2), ['low1? low2? high', 'low1? low2? high']);
  assert.deepEqual(passesOf('hrm', 2, 2), ['low? low? high low?', 'low? high']);
  assert.deepEqual(passesOf('transformer', 3, 5), ['', 'high?']);
});

test('the reach of the gradient is a setting', () => {
  assert.deepEqual(passesOf('trm', 1, 2, 'one-step'), ['low?', 'low? high']);
  assert.deepEqual(passesOf('trm', 1, 1, 'one-step'), ['', 'low? high']);
  assert.deepEqual(passesOf('trm-singlez', 1, 2, 'one-step'), ['latent?', 'latent? latent']);
  assert.deepEqual(passesOf('hrm', 2, 2, 'recursion'), ['low? low? high', 'low? low? high']);
  assert.deepEqual(passesOf('transformer', 1, 1, 'one-step'), ['', 'high?']);
});

test('six parts of the reasoning are summed up for each pass', () => {
  const { withGradient } = recursionSchedule({
    variant: 'trm-hier6',
    highCycles: 1,
    lowCycles: 6,
    gradient: 'auto',
  });
  const parts = ['low1', 'low2', 'low3', 'low4', 'low5', 'low6'];
  const low = { network: 'low', from: parts, injected: ['high'], question: true };
  assert.deepEqual(withGradient, [
    ...parts.map((updates) => ({ ...low, updates, label: `cycle 1/${updates}` })),
    {
      network: 'high',
      updates: 'high',
      from: ['high'],
      injected: parts,
      question: false,
      label: 'cycle 1/high',
    },
  ]);
});

test('the tokens of the puzzle embedding are as many as asked for, or as few as hold it', () => {
  const tokens = (changes: Partial<ModelSpecification>) =>
    puzzleTokenCount({
      variant: 'trm',
      hiddenSize: 32,
      puzzleEmbedding: true,
      puzzleEmbeddingLength: 4,
      puzzleEmbeddingSize: 48,
      ...changes,
    } as ModelSpecification);
  assert.deepEqual(
    [
      tokens({}),
      tokens({ puzzleEmbeddingLength: 0 }),
      tokens({ puzzleEmbeddingLength: 0, puzzleEmbeddingSize: 0 }),
      tokens({ variant: 'hrm' }),
      tokens({ variant: 'transformer' }),
      tokens({ puzzleEmbedding: false }),
    ],
    [4, 2, 1, 2, 2, 0],
  );
});
