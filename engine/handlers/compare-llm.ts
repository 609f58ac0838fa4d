// The call that sets a language model beside a TRM.

import { requireSendingAllowed } from '../../common/language-model/endpoint.ts';
import type { Handler } from '../handlers.ts';
import { resolveSubject } from '../subjects.ts';

export const startComparison: Handler<'compare-llm.start'> = (
  context,
  { model, weights, dataset, ...options },
) => {
  const { endpoint, dryRun } = options;
  if (!dryRun) requireSendingAllowed(endpoint);
  const { subject, label, runId, datasetFolder } = resolveSubject(context, model, weights);
  const spec = { kind: 'compare-llm', subject, datasetFolder: datasetFolder(dataset), ...options } as const;
  const title = `Compare ${label} with ${endpoint.model}`;
  return { jobId: context.queue.enqueue({ spec, title, runId }).id };
};
