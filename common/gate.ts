// Requirements on an evaluation, such as `exactAccuracy>=0.95`, by which a pipeline lets a model pass or not.

import { UserError } from './errors.ts';
import { nearest } from './nearest.ts';
import type { Estimate, EvaluationResult } from './results.ts';

export interface Requirement {
  text: string;
  /** Such as `exactAccuracy`, `exactAccuracy.low` or `pass@2`. */
  metric: string;
  operator: Operator;
  bound: number;
}

export interface CheckedRequirement extends Requirement {
  found: number;
  passed: boolean;
}

const operators = {
  '>=': (found: number, bound: number) => found >= bound,
  '<=': (found: number, bound: number) => found <= bound,
  '>': (found: number, bound: number) => found > bound,
  '<': (found: number, bound: number) => found < bound,
};
type Operator = keyof typeof operators;

const estimates = [
  'exactAccuracy',
  'tokenAccuracy',
  'haltingAccuracy',
  'exactAccuracyWhenHalted',
  'meanSteps',
] as const;
const numbers = ['answerLoss', 'haltingLoss', 'puzzleCount'] as const;
export const latencyMetrics = ['latencyMsP50', 'latencyMsP95'] as const;
const known: readonly string[] = [...estimates, ...numbers, ...latencyMetrics];

/** @throws UserError that names what cannot be read */
export function parseRequirement(text: string): Requirement {
  const match = /^\s*([A-Za-z][\w@ .-]*?)\s*(>=|<=|>|<)\s*([0-9.eE+-]+)\s*$/.exec(text);
  const bound = Number(match?.[3]);
  if (match === null || !Number.isFinite(bound)) {
    throw new UserError({
      what: 'A requirement cannot be read',
      where: '--require',
      found: JSON.stringify(text),
      expected: "a figure, one of >= <= > <, and a number, such as 'exactAccuracy>=0.95'",
    });
  }
  return { text: text.trim(), metric: match[1] ?? '', operator: match[2] as Operator, bound };
}

/** Whether the latency of single puzzles has to be measured for these. */
export function needsLatency(requirements: readonly Requirement[]): boolean {
  return requirements.some(({ metric }) => latencyMetrics.some((name) => name === metric));
}

/** @throws UserError for a figure that the evaluation does not have */
export function checkRequirements(
  result: EvaluationResult,
  requirements: readonly Requirement[],
): CheckedRequirement[] {
  return requirements.map((requirement) => {
    const found = figureOf(result, requirement.metric);
    return { ...requirement, found, passed: operators[requirement.operator](found, requirement.bound) };
  });
}

function figureOf(result: EvaluationResult, metric: string): number {
  const number = numbers.find((name) => name === metric);
  if (number !== undefined) return result[number];
  if (metric === 'latencyMsP50' && result.latency) return result.latency.msP50;
  if (metric === 'latencyMsP95' && result.latency) return result.latency.msP95;
  const [, name = metric, part = 'value'] = /^(.*)\.(low|high)$/.exec(metric) ?? [];
  const own = estimates.find((one) => one === name);
  const estimate: Estimate | undefined = own === undefined ? result.puzzleMeasures[name] : result[own];
  if (estimate !== undefined) return estimate[part as keyof Estimate];
  const names = [...known, ...Object.keys(result.puzzleMeasures)];
  const near = nearest(name, names, 3);
  throw new UserError({
    what: `The evaluation has no figure named ${metric}`,
    where: '--require',
    expected: `one of ${names.join(', ')}; those with an interval also with .low or .high`,
    ...(near.length === 0 ? {} : { remedy: `did you mean ${near.join(' or ')}?` }),
  });
}
