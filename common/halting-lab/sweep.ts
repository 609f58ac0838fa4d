// The rules that the halting lab measures: each criterion over bounds that matter for this model, and a few combinations.

import type { StepSignals } from '../halting/criterion.ts';
import { quantile } from '../statistics.ts';
import type { Recording } from './replay.ts';

const probabilities = [0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999];
const quantiles = [0.1, 0.25, 0.5, 0.75, 0.9];
const stableSteps = [2, 3, 4, 6, 8];

export interface SweepFacts {
  maximumSteps: number;
  /** Whether the model learned to compare halting with going on. */
  learnsToContinue: boolean;
  /** Whether the domain has rules that an answer can be checked by. */
  hasRules: boolean;
  /** Time of a step of one puzzle. */
  msPerStep: number;
}

/** Rules as texts, each once. */
export function rulesToMeasure(recording: Recording, facts: SweepFacts): string[] {
  const { maximumSteps, learnsToContinue, hasRules, msPerStep } = facts;
  const bounds = (name: string, comparison: string, values: readonly number[]) =>
    values.map((value) => `${name}${comparison}${value}`);
  const observed = (read: (signals: StepSignals) => number | null) => quantilesOf(recording, read);
  const wholeSteps = powersUpTo(maximumSteps);
  const residuals = observed(({ latentResidual }) => latentResidual);
  return [
    ...new Set([
      ...bounds('steps', '>=', wholeSteps),
      ...bounds('q', '>=', probabilities),
      ...(learnsToContinue ? ['halt>continue'] : []),
      ...bounds(
        'stable',
        '>=',
        stableSteps.filter((steps) => steps <= maximumSteps),
      ),
      ...bounds('residual', '<=', residuals),
      ...bounds(
        'confidence',
        '>=',
        observed(({ confidence }) => confidence),
      ),
      ...bounds(
        'weakest',
        '>=',
        observed(({ weakestConfidence }) => weakestConfidence),
      ),
      ...bounds(
        'entropy',
        '<=',
        observed(({ entropy }) => entropy),
      ),
      ...bounds(
        'ms',
        '>=',
        wholeSteps.map((steps) => roundTo(steps * msPerStep, 3)).filter((ms) => ms > 0),
      ),
      ...(hasRules ? ['valid', 'valid and q>=0.5', 'valid or q>=0.99'] : []),
      ...[0.5, 0.75, 0.9, 0.95].map((bound) => `q>=${bound} and stable>=2`),
      'q>=0.9 or stable>=3',
      'q>=0.95 or stable>=4',
      ...residuals.slice(0, 3).map((bound) => `q>=0.9 or residual<=${bound}`),
    ]),
  ];
}

function quantilesOf(recording: Recording, read: (signals: StepSignals) => number | null): number[] {
  const values = recording
    .flatMap((steps) => steps.map(({ signals }) => read(signals)))
    .filter((value) => value !== null)
    .sort((one, other) => one - other);
  if (values.length === 0) return [];
  return [...new Set(quantiles.map((share) => roundTo(quantile(values, share), 3)))];
}

/** 1, 2, 4 … and the last. */
function powersUpTo(maximum: number): number[] {
  const powers = Array.from({ length: 11 }, (_, power) => 2 ** power).filter((power) => power < maximum);
  return [...powers, maximum];
}

/** To so many digits, without an exponent that rules would not know. */
function roundTo(value: number, digits: number): number {
  return Number(value.toPrecision(digits));
}
