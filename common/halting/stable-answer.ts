// Halts when the answer has not changed for some steps.

import type { HaltingCriterion } from './criterion.ts';

export const stableAnswer: HaltingCriterion = {
  name: 'stable',
  comparison: '>=',
  range: [2, 100_000],
  whole: true,
  description: 'steps in a row with the same answer',
  halts: ({ stableSteps }, bound) => stableSteps >= bound,
};
