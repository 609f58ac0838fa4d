// Halts when the token probabilities are high, over all cells or in the least certain one.

import type { HaltingCriterion } from './criterion.ts';

export const confidence: HaltingCriterion = {
  name: 'confidence',
  comparison: '>=',
  range: [0, 1],
  whole: false,
  description: 'probability of the answered tokens, mean of the cells',
  halts: ({ confidence: mean }, bound) => mean >= bound,
};

export const weakestConfidence: HaltingCriterion = {
  ...confidence,
  name: 'weakest',
  description: 'probability of the answered token in the least certain cell',
  halts: ({ weakestConfidence: least }, bound) => least >= bound,
};
