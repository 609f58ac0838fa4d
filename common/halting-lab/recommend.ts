// Which of the measured settings to use: the Pareto front of steps and accuracy, and the setting that fulfils a wish.

import { asksFor, type HaltingRule } from '../halting/rule.ts';
import type { Measured } from './replay.ts';
import type { HaltingWish } from './result.ts';

/** Whether each setting is on the front: no other has at least its accuracy with fewer steps, or more with as many. */
export function findFront(settings: readonly Measured[]): boolean[] {
  return settings.map(({ exactAccuracy, meanSteps }) =>
    settings.every((other) => {
      const gains = other.exactAccuracy.value - exactAccuracy.value;
      const saves = meanSteps.value - other.meanSteps.value;
      return !(gains >= 0 && saves >= 0 && (gains > 0 || saves > 0));
    }),
  );
}

/** The index of the setting that fulfils the wish; null where none does. A time budget says nothing of other machines. */
export function choose(
  settings: readonly (Measured & { parsed: HaltingRule })[],
  wish: HaltingWish,
): number | null {
  const best = Math.max(...settings.map(({ exactAccuracy }) => exactAccuracy.value));
  const fulfils = ({ exactAccuracy, latencyMs }: Measured) => {
    if (wish.kind === 'latency') return latencyMs <= wish.ms;
    return exactAccuracy.value >= (wish.kind === 'accuracy' ? wish.share : best - wish.share - 1e-12);
  };
  const eligible = [...settings.entries()].filter(
    ([, setting]) => !asksFor(setting.parsed, 'ms') && fulfils(setting),
  );
  const accuracyFirst = wish.kind === 'latency';
  eligible.sort(([, one], [, other]) => {
    const accuracy = other.exactAccuracy.value - one.exactAccuracy.value;
    const steps = one.meanSteps.value - other.meanSteps.value;
    return accuracyFirst ? accuracy || steps : steps || accuracy;
  });
  return eligible[0]?.[0] ?? null;
}
