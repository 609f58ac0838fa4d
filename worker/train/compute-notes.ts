// Says in the run's log how its graphs are computed, and what preparing them took: the first step of a graph waits for
// TensorFlow to optimise it and for XLA to compile it.

import type { Executor } from '../capture/program.ts';
import { describeCompute } from '../compute.ts';

export interface ComputeNotes {
  /** To be called after every step with the executor that ran it. */
  noteStep(executor: Executor, stepMs: number): void;
}

/** Notes for the steps of one segment; `say` is given whole sentences. */
export function createComputeNotes(say: (level: 'info' | 'warning', message: string) => void): ComputeNotes {
  let current: Executor | null = null;
  let firstStepMs: number | null = null;
  return {
    noteStep(executor, stepMs) {
      if (executor !== current) {
        current = executor;
        firstStepMs = stepMs;
        const { compute } = executor;
        const level = compute.xlaProblem === null ? 'info' : 'warning';
        say(level, `Computes in ${describeCompute(compute)}; the first step took ${seconds(stepMs)}`);
      } else if (firstStepMs !== null) {
        const preparation = Math.max(0, firstStepMs - stepMs);
        if (executor.compute.xla) {
          say(
            'info',
            `XLA compiled for about ${seconds(preparation)}: the second step took ${seconds(stepMs)}`,
          );
        }
        firstStepMs = null;
      }
    },
  };
}

function seconds(elapsedMs: number): string {
  return `${(elapsedMs / 1000).toFixed(2)} s`;
}
