// Halts when the answer's latent has come to rest: a fixed point of the recursion.

import type { HaltingCriterion } from './criterion.ts';

export const latentResidual: HaltingCriterion = {
  name: 'residual',
  comparison: '<=',
  range: [0, 10],
  whole: false,
  description: "relative change of the answer's latent since the step before",
  halts: ({ latentResidual: residual }, bound) => residual !== null && residual <= bound,
};
