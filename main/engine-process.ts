// The engine as a child on a plain Node: started, listened to, started again when it crashes, and ended in order. A message
// of the page that meets no engine is answered with an error, never lost.

import { type ChildProcess, fork } from 'node:child_process';
import type { EngineState } from '../common/bridge.ts';
import type { Reply, Request } from '../common/protocol.ts';
import { enginePlace } from './places.ts';

export type QuitMode = 'when-idle' | 'after-saving';

export interface EngineProcess {
  start(): void;
  send(request: Request): void;
  onReply(listener: (reply: Reply) => void): void;
  onState(listener: (state: EngineState) => void): void;
  readonly state: EngineState;
  /** Leaves the engine to finish its jobs alone, or has it stop and save them. Resolves when the app may end. */
  end(mode: QuitMode): Promise<void>;
}

/** Waits between restarts of an engine that crashes again and again. */
const restartAfterMs = [0, 500, 2000, 5000];

export function createEngineProcess(): EngineProcess {
  const replies = new Set<(reply: Reply) => void>();
  const states = new Set<(state: EngineState) => void>();
  const open = new Set<number>();
  let state: EngineState = 'starting';
  let child: ChildProcess | null = null;
  let crashes = 0;
  let ending = false;

  function setState(next: EngineState): void {
    state = next;
    for (const listener of states) listener(next);
  }

  function tell(reply: Reply): void {
    if ('id' in reply) open.delete(reply.id);
    for (const listener of replies) listener(reply);
  }

  function start(): void {
    const { node, entry } = enginePlace();
    const started = fork(entry, [], {
      execPath: node,
      execArgv: [],
      serialization: 'advanced',
      // An engine that goes on in the background must not die with the terminal of the window.
      detached: true,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    child = started;
    started.on('message', (message: { ready?: true } & Reply) => {
      if (message.ready) {
        crashes = 0;
        setState('connected');
      } else tell(message);
    });
    started.on('error', () => {});
    started.on('exit', () => {
      if (child !== started) return;
      child = null;
      for (const id of [...open]) tell({ id, error: engineLost });
      if (ending) return;
      setState('lost');
      setTimeout(start, restartAfterMs[Math.min(crashes++, restartAfterMs.length - 1)]);
    });
  }

  return {
    start,
    get state() {
      return state;
    },
    send(request) {
      open.add(request.id);
      if (child?.connected) child.send(request);
      else tell({ id: request.id, error: engineLost });
    },
    onReply: (listener) => void replies.add(listener),
    onState: (listener) => void states.add(listener),
    async end(mode) {
      ending = true;
      const ended = child;
      if (ended === null || !ended.connected) return;
      if (mode === 'when-idle') {
        ended.send({ end: mode });
        ended.disconnect();
        ended.unref();
        return;
      }
      const exited = new Promise<void>((resolve) => ended.once('exit', () => resolve()));
      ended.send({ end: mode });
      await exited;
    },
  };
}

const engineLost = {
  kind: 'failure' as const,
  details: {
    what: 'The engine has ended and is being started again',
    remedy: 'try again in a moment; what was running is in the list of runs and can be resumed',
  },
  stack: null,
};
