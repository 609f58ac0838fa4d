// The call that runs a TRM together with a helper.

import { requireSendingAllowed } from '../../common/language-model/endpoint.ts';
import type { Handler } from '../handlers.ts';
import { resolveSubject } from '../subjects.ts';

export const startHybrid: Handler<'hybrid.start'> = (context, { model, weights, dataset, ...options }) => {
  const { helper, dryRun } = options;
  if (helper.kind === 'endpoint' && !dryRun) requireSendingAllowed(helper.endpoint);
  const { subject, label, runId, datasetFolder } = resolveSubject(context, model, weights);
  const spec = { kind: 'hybrid', subject, datasetFolder: datasetFolder(dataset), ...options } as const;
  const names = { none: 'no helper', solver: 'an exact solver', endpoint: 'a language model' };
  const title = `Hybrid of ${label} and ${names[helper.kind]}`;
  return { jobId: context.queue.enqueue({ spec, title, runId }).id };
};
