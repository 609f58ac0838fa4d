// The call that solves puzzles with a model.

import type { Handler } from '../handlers.ts';
import { resolveSubject } from '../subjects.ts';

export const startSolve: Handler<'solve.start'> = (context, { model, weights, dataset, ...options }) => {
  const { subject, label, datasetFolder } = resolveSubject(context, model, weights);
  const isGiven = options.puzzles.length > 0 || options.text !== undefined;
  const folder = isGiven ? null : datasetFolder(dataset);
  const spec = { kind: 'solve', subject, datasetFolder: folder, ...options } as const;
  return { jobId: context.queue.enqueue({ spec, title: `Solve with ${label}` }).id };
};
