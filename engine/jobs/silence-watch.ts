// Watches that a worker is heard of. A silent worker may be in a long native operation, so silence alone ends
// nothing: only a process that also uses no processor time for minutes is given up, and only where the
// operating system tells. Time is counted in ticks of the watch, so that a sleeping laptop does not count.

import type { JobLimits } from './limits.ts';
import { readProcessState } from './process-state.ts';

export interface SilenceWatch {
  /** To be called at every message of the worker. */
  heard(): void;
  end(): void;
}

export interface SilenceWatchOptions {
  processId: number;
  limits: JobLimits;
  /** Something worth telling the user. */
  onNotice(message: string): void;
  /** The worker is to be given up. */
  onGiveUp(): void;
}

export function watchSilence({ processId, limits, onNotice, onGiveUp }: SilenceWatchOptions): SilenceWatch {
  let silentMs = 0;
  let idleMs = 0;
  let noticed = false;
  let lastTicks = -1;

  function look(): void {
    const state = readProcessState(processId);
    const idle = state !== null && !state.suspended && state.processorTicks === lastTicks;
    lastTicks = state?.processorTicks ?? -1;
    silentMs += limits.watchEveryMs;
    idleMs = idle ? idleMs + limits.watchEveryMs : 0;
    if (silentMs < limits.silentAfterMs) return;
    if (!noticed) onNotice(describe(silentMs, state === null ? null : idle, state?.suspended ?? false));
    noticed = true;
    if (idleMs >= limits.idleAfterMs) {
      clearInterval(timer);
      onGiveUp();
    }
  }
  const timer = setInterval(look, limits.watchEveryMs);
  timer.unref();

  return {
    heard() {
      if (noticed) onNotice('The worker is heard of again');
      silentMs = 0;
      idleMs = 0;
      noticed = false;
    },
    end: () => clearInterval(timer),
  };
}

function describe(silentMs: number, idle: boolean | null, suspended: boolean): string {
  const silence = `Stalled: the worker has said nothing for ${Math.round(silentMs / 1000)} s`;
  if (suspended) return `${silence}; it is suspended`;
  if (idle === null) return `${silence}; it may be in a long operation`;
  return idle ? `${silence} and uses no processor time` : `${silence}; it is busy in a long operation`;
}
