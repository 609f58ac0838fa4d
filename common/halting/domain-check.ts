// Halts when the answer keeps every rule of the puzzle.

import type { HaltingCriterion } from './criterion.ts';

export const domainCheck: HaltingCriterion = {
  name: 'valid',
  comparison: null,
  range: [0, 0],
  whole: false,
  description: 'the rules of the puzzle accept the answer',
  halts: ({ valid }) => valid === true,
};
