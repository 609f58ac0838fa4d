// Replays a halting rule on recorded steps: the same outcome as running the model with it, at no cost.

import type { StepSignals } from '../halting/criterion.ts';
import { type HaltingRule, halts } from '../halting/rule.ts';
import { mean, proportion } from '../statistics.ts';
import type { HaltingSetting } from './result.ts';

export interface RecordedStep {
  signals: StepSignals;
  /** Whether the answer of this step is right. */
  right: boolean;
}

/** The steps of each puzzle, all of them. */
export type Recording = readonly (readonly RecordedStep[])[];

/** The step at which a puzzle halts: the first for which the rule holds, else the last. */
export function haltingStep(steps: readonly RecordedStep[], rule: HaltingRule): RecordedStep {
  const step = steps.find(({ signals }) => halts(rule, signals)) ?? steps.at(-1);
  if (step === undefined) throw new RangeError('a puzzle without steps was recorded');
  return step;
}

export type Measured = Omit<HaltingSetting, 'onFront' | 'rule'>;

/** The figures of a rule on the puzzles of these rows. */
export function measureRule(
  recording: Recording,
  rows: readonly number[],
  rule: HaltingRule,
  msPerStep: number,
): Measured {
  const steps: number[] = [];
  let [right, halted] = [0, 0];
  for (const row of rows) {
    const puzzle = recording[row] ?? [];
    const { signals, right: isRight } = haltingStep(puzzle, rule);
    steps.push(signals.step);
    right += Number(isRight);
    halted += Number(signals.step < puzzle.length);
  }
  const meanSteps = mean(steps, 1);
  return {
    exactAccuracy: proportion(right, rows.length),
    meanSteps,
    latencyMs: meanSteps.value * msPerStep,
    halted: halted / rows.length,
  };
}
