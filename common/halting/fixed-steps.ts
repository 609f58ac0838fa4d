// Halts after a number of supervision steps.

import type { HaltingCriterion } from './criterion.ts';

export const fixedSteps: HaltingCriterion = {
  name: 'steps',
  comparison: '>=',
  range: [1, 100_000],
  whole: true,
  description: 'supervision steps',
  halts: ({ step }, bound) => step >= bound,
};
