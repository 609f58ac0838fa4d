// The process of the service: told once what to serve, it says where it listens, and ends with its parent.

import { describeError } from '../../common/errors.ts';
import { serviceSpecSchema } from '../../common/service.ts';
import { serveModel } from './server.ts';
import { openService } from './service.ts';

process.once('message', async (message) => {
  const { spec, version } = message as { spec: unknown; version: string };
  try {
    const parsed = serviceSpecSchema.parse(spec);
    const service = await openService(parsed);
    const { address } = await serveModel(service, parsed, version);
    process.send?.({ listening: address });
  } catch (error) {
    process.send?.({ error: describeError(error) }, () => process.exit(1));
  }
});
process.on('disconnect', () => process.exit(0));
// A terminal's Ctrl-C is the parent's to answer.
process.on('SIGINT', () => undefined);
