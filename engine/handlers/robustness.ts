// The call that tests how a model does on puzzles unlike those of its training, and whether it knows.

import type { Handler } from '../handlers.ts';
import { resolveSubject } from '../subjects.ts';

export const startRobustness: Handler<'robustness.start'> = (
  context,
  { model, weights, dataset, ...options },
) => {
  const { subject, label, runId, datasetFolder } = resolveSubject(context, model, weights);
  const spec = {
    kind: 'robustness',
    subject,
    label,
    datasetFolder: datasetFolder(dataset),
    ...options,
  } as const;
  return { jobId: context.queue.enqueue({ spec, title: `Robustness of ${label}`, runId }).id };
};
