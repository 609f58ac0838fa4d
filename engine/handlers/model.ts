// The call that says where a model lies.

import type { Handler } from '../handlers.ts';
import { resolveSubject } from '../subjects.ts';

export const resolveModel: Handler<'model.resolve'> = (context, { model, weights }) => {
  const { subject, label } = resolveSubject(context, model, weights);
  return { subject, label };
};
