// How long a single puzzle takes: one after the other, each until it halts, the first ones uncounted.

import { parseHaltingRule } from '../../common/halting/rule.ts';
import type { Subject } from '../../common/jobs.ts';
import type { EvaluationResult } from '../../common/results.ts';
import { type TokenPuzzles, takePuzzles } from '../../common/solving/puzzles.ts';
import { runRecursion } from '../../common/solving/recursion.ts';
import { quantile } from '../../common/statistics.ts';
import { throwIfCancelled } from '../job.ts';
import { openSubject } from './subject.ts';

/** ONNX Runtime prepares itself in the first runs. */
const warmUpPuzzles = 3;

/** With the model's own halting rule, in a session with `threads` threads. */
export async function measureLatency(
  subject: Subject,
  puzzles: TokenPuzzles,
  { threads, signal }: { threads: number; signal: AbortSignal },
): Promise<NonNullable<EvaluationResult['latency']>> {
  const model = await openSubject(subject, { threads });
  try {
    const { halting, maximumSteps } = model.metadata;
    const rule = parseHaltingRule(halting);
    const elapsed: number[] = [];
    for (let turn = -warmUpPuzzles; turn < puzzles.count; turn++) {
      throwIfCancelled(signal);
      const puzzle = takePuzzles(puzzles, Math.max(0, turn), 1);
      const startedMs = performance.now();
      for await (const { halted } of runRecursion(model, puzzle, { maximumSteps, rule })) if (halted) break;
      if (turn >= 0) elapsed.push(performance.now() - startedMs);
    }
    elapsed.sort((one, other) => one - other);
    return {
      puzzles: elapsed.length,
      threads,
      halting,
      msP50: quantile(elapsed, 0.5),
      msP95: quantile(elapsed, 0.95),
    };
  } finally {
    await model.close();
  }
}
