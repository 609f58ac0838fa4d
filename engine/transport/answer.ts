// Answers the requests of a client in another process, whatever carries them.

import type { CallInput, CallName, CallOutput } from '../../common/api.ts';
import { describeError, UserError } from '../../common/errors.ts';
import { type RemoteError, type Reply, requestSchema } from '../../common/protocol.ts';
import { FailureError } from '../failure.ts';
import { requireCallName } from '../handlers.ts';

export type CallEngine = <Name extends CallName>(
  name: Name,
  input: CallInput<Name>,
) => Promise<CallOutput<Name>>;

/** The reply to a request, or null where the message is none. Never throws. */
export async function answerRequest(callEngine: CallEngine, message: unknown): Promise<Reply | null> {
  const request = requestSchema.safeParse(message);
  if (!request.success) return null;
  const { id, call, input } = request.data;
  try {
    const name = requireCallName(call);
    // The handler checks the input by the schema of its call.
    return { id, output: await callEngine(name, input as CallInput<typeof name>) };
  } catch (error) {
    return { id, error: toRemoteError(error) };
  }
}

function toRemoteError(error: unknown): RemoteError {
  const details = describeError(error);
  if (error instanceof FailureError) return { kind: 'failure', details, stack: null };
  if (error instanceof UserError) return { kind: 'user', details, stack: null };
  return { kind: 'internal', details, stack: error instanceof Error ? (error.stack ?? null) : null };
}
