// Halts when the time for a puzzle is used up; a step that has begun is finished.

import type { HaltingCriterion } from './criterion.ts';

export const timeBudget: HaltingCriterion = {
  name: 'ms',
  comparison: '>=',
  range: [0, 86_400_000],
  whole: false,
  description: 'milliseconds since the first step',
  halts: ({ elapsedMs }, bound) => elapsedMs >= bound,
};
