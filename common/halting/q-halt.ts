// Halts when the model itself says that its answer is right.

import type { HaltingCriterion } from './criterion.ts';

export const qHalt: HaltingCriterion = {
  name: 'q',
  comparison: '>=',
  range: [0, 1],
  whole: false,
  description: 'halting probability of the model, sigmoid(q_halt)',
  halts: ({ haltProbability }, bound) => haltProbability >= bound,
};
