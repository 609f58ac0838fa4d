// Lets a long computation share its process: gives the event loop a turn now and then, so that messages, heartbeats
// and a cancellation come through.

import { setImmediate } from 'node:timers/promises';

/** Longest stretch of computation without a turn of the event loop. */
const stretchMs = 40;

/** Call it often: it returns quickly unless a turn is due. Throws the signal's reason when that is aborted. */
export type Pacer = () => Promise<void> | undefined;

export function createPacer(signal: AbortSignal | undefined): Pacer {
  let lastTurn = performance.now();
  return () => {
    if (performance.now() - lastTurn < stretchMs) return undefined;
    return setImmediate().then(() => {
      signal?.throwIfAborted();
      lastTurn = performance.now();
    });
  };
}
