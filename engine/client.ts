// How every face of the studio speaks to the engine, whether it runs in this process or in another.

import type { CallInput, CallName, CallOutput, EngineEvent } from '../common/api.ts';

export interface EngineClient {
  /** True where the engine runs in this process and ends with it. */
  readonly owner: boolean;
  /** @throws UserError as the engine gives it, FailureError when the engine is gone */
  call<Name extends CallName>(name: Name, input: CallInput<Name>): Promise<CallOutput<Name>>;
  /** Tells of every event from now on; call what it returns to end that. */
  onEvent(listener: (event: EngineEvent) => void): () => void;
  /** Resolves, with the reason, if the engine goes away before `close`. */
  readonly gone: Promise<Error>;
  close(): Promise<void>;
}
