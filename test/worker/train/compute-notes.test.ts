// What the log of a run says of how its graphs are computed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainCompute } from '../../../worker/capture/compute.ts';
import { createEagerExecutor } from '../../../worker/capture/eager.ts';
import type { Executor } from '../../../worker/capture/program.ts';
import { createComputeNotes } from '../../../worker/train/compute-notes.ts';

function executorWith(compute: Partial<Executor['compute']>): Executor {
  const program = { state: {}, inputs: {}, run: () => ({ state: {}, rowUpdates: {}, outputs: {} }) };
  return { ...createEagerExecutor(program), compute: { ...plainCompute, xlaProblem: null, ...compute } };
}

test('each graph is noted once, with what XLA took to compile it or why it could not', () => {
  const said: string[] = [];
  const notes = createComputeNotes((level, message) => said.push(`${level}: ${message}`));
  const compiled = executorWith({ precision: 'bfloat16', xla: true });
  const failed = executorWith({ xlaProblem: 'no compiler' });
  for (const stepMs of [3210, 120, 130]) notes.noteStep(compiled, stepMs);
  for (const stepMs of [500, 400, 400]) notes.noteStep(failed, stepMs);
  assert.deepEqual(said, [
    'info: Computes in bfloat16, compiled by XLA; the first step took 3.21 s',
    'info: XLA compiled for about 3.09 s: the second step took 0.12 s',
    'warning: Computes in float32, not compiled by XLA (it could not: no compiler); the first step took 0.50 s',
  ]);
});
