// Halts when the token distributions have little entropy left.

import type { HaltingCriterion } from './criterion.ts';

export const entropy: HaltingCriterion = {
  name: 'entropy',
  comparison: '<=',
  range: [0, 20],
  whole: false,
  description: 'entropy of the token probabilities in nats, mean of the cells',
  halts: ({ entropy: mean }, bound) => mean <= bound,
};
