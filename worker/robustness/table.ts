// All suites by name.

import type { SuiteName } from '../../common/robustness/result.ts';
import type { Suite } from './suite.ts';
import { baseline } from './suites/baseline.ts';
import { contradictory } from './suites/contradictory.ts';
import { fewerGivens } from './suites/fewer-givens.ts';
import { identifier } from './suites/identifier.ts';
import { misleading } from './suites/misleading.ts';
import { noise } from './suites/noise.ts';
import { otherSize } from './suites/other-size.ts';
import { severalSolutions } from './suites/several-solutions.ts';
import { shiftedVocabulary } from './suites/shifted-vocabulary.ts';
import { turned } from './suites/turned.ts';
import { unsolvable } from './suites/unsolvable.ts';

export const suites: Readonly<Record<SuiteName, Suite>> = {
  baseline,
  unsolvable,
  'several-solutions': severalSolutions,
  contradictory,
  misleading,
  'fewer-givens': fewerGivens,
  'other-size': otherSize,
  noise,
  'shifted-vocabulary': shiftedVocabulary,
  turned,
  identifier,
};
