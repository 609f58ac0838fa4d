// The call that compares rollout strategies.

import type { Handler } from '../handlers.ts';
import { resolveSubject } from '../subjects.ts';

export const startRollouts: Handler<'rollouts.start'> = (
  context,
  { model, weights, dataset, ...options },
) => {
  const { subject, label, runId, datasetFolder } = resolveSubject(context, model, weights);
  const spec = {
    kind: 'rollouts',
    subject,
    label,
    datasetFolder: datasetFolder(dataset),
    ...options,
  } as const;
  return { jobId: context.queue.enqueue({ spec, title: `Rollouts of ${label}`, runId }).id };
};
