// Every halting criterion by its name in rules.

import { confidence, weakestConfidence } from './confidence.ts';
import type { HaltingCriterion } from './criterion.ts';
import { domainCheck } from './domain-check.ts';
import { entropy } from './entropy.ts';
import { fixedSteps } from './fixed-steps.ts';
import { haltOverContinue } from './halt-over-continue.ts';
import { latentResidual } from './latent-residual.ts';
import { qHalt } from './q-halt.ts';
import { stableAnswer } from './stable-answer.ts';
import { timeBudget } from './time-budget.ts';

export const haltingCriteria: readonly HaltingCriterion[] = [
  qHalt,
  haltOverContinue,
  stableAnswer,
  latentResidual,
  confidence,
  weakestConfidence,
  entropy,
  domainCheck,
  fixedSteps,
  timeBudget,
];
