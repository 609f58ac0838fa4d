// Halts when the model values halting more than going on, as HRM does.

import type { HaltingCriterion } from './criterion.ts';

export const haltOverContinue: HaltingCriterion = {
  name: 'halt>continue',
  comparison: null,
  range: [0, 0],
  whole: false,
  description: 'halting is worth more to the model than going on (HRM)',
  halts: ({ haltProbability, continueProbability }) => haltProbability > continueProbability,
};
