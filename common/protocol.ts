// The messages between an engine and a client in another process: JSON texts over a WebSocket, or objects between the
// processes of the window.

import { z } from 'zod';
import { engineEventSchema } from './api.ts';
import { errorDetailsSchema } from './errors.ts';

export const requestSchema = z.object({ id: z.number().int(), call: z.string(), input: z.unknown() });
export type Request = z.infer<typeof requestSchema>;

/** How an error is given again on the other side: bad input, failure, or a fault in the engine with its stack. */
const remoteErrorSchema = z.object({
  kind: z.enum(['user', 'failure', 'internal']),
  details: errorDetailsSchema,
  stack: z.string().nullable(),
});
export type RemoteError = z.infer<typeof remoteErrorSchema>;

export const replySchema = z.union([
  z.object({ id: z.number().int(), output: z.unknown() }),
  z.object({ id: z.number().int(), error: remoteErrorSchema }),
  z.object({ event: engineEventSchema }),
]);
export type Reply = z.infer<typeof replySchema>;
