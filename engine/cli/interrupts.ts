// Ctrl-C, a request to terminate, and the end of the launcher, told to whoever can stop in order. When nobody
// listens the process ends at once.

export interface Interrupts {
  /** True once the user, the system or the launcher's end has asked to stop. */
  readonly interrupted: boolean;
  /** True when the process that launched this one has gone, so that nobody waits for what it says. */
  readonly launcherGone: boolean;
  /** Calls `listener` with 1, 2, … at each interrupt from now on; call what it returns to end that. */
  onInterrupt(listener: (times: number) => void): () => void;
  dispose(): void;
}

/** Ctrl-C, a request to end, and the end of the terminal. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A signal that comes again within this time is the same one: npm passes on what the terminal has delivered already. */
const sameSignalMs = 500;

/** Time that jobs get to stop when the launcher has gone. */
const leaveMs = 15_000;

export function createInterrupts(): Interrupts {
  let current: { listener: (times: number) => void; times: number } | null = null;
  let interrupted = false;
  let launcherGone = false;
  let timer: NodeJS.Timeout | undefined;
  let lastSignalMs = -Infinity;

  function interrupt(): void {
    if (current === null) process.exit(130);
    interrupted = true;
    current.times += 1;
    current.listener(current.times);
  }
  function onSignal(): void {
    const nowMs = performance.now();
    if (nowMs - lastSignalMs < sameSignalMs) return;
    lastSignalMs = nowMs;
    interrupt();
  }
  function onDisconnect(): void {
    launcherGone = true;
    interrupt();
    timer = setTimeout(interrupt, leaveMs);
    timer.unref();
  }
  const isLaunched = process.send !== undefined;
  for (const signal of signals) process.on(signal, onSignal);
  if (isLaunched) {
    process.on('disconnect', onDisconnect);
    process.channel?.unref();
  }

  return {
    get interrupted() {
      return interrupted;
    },
    get launcherGone() {
      return launcherGone;
    },
    onInterrupt(listener) {
      const own = { listener, times: 0 };
      current = own;
      return () => {
        if (current === own) current = null;
      };
    },
    dispose() {
      clearTimeout(timer);
      for (const signal of signals) process.off(signal, onSignal);
      process.off('disconnect', onDisconnect);
    },
  };
}
