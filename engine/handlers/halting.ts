// The call that measures halting criteria.

import type { Handler } from '../handlers.ts';
import { resolveSubject } from '../subjects.ts';

export const startHalting: Handler<'halting.start'> = (context, { model, weights, dataset, ...options }) => {
  const { subject, label, runId, datasetFolder } = resolveSubject(context, model, weights);
  const spec = {
    kind: 'halting',
    subject,
    label,
    datasetFolder: datasetFolder(dataset),
    ...options,
  } as const;
  return { jobId: context.queue.enqueue({ spec, title: `Halting of ${label}`, runId }).id };
};
