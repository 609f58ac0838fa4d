// Watches the machine while a job computes, from a thread of its own. Without it a job goes on all the same: what
// fails here is told once and never thrown.

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { type Telemetry, telemetrySchema } from '../../common/telemetry.ts';
import { chosenGpu } from '../device.ts';

const READ_EVERY_MS = 1000;
const TELL_EVERY_MS = 10_000;
const STOP_WITHIN_MS = 2000;

export interface TelemetryWatch {
  /** Ends it; the last stretch is told before the promise is kept. */
  stop(): Promise<void>;
}

export interface TelemetryOptions {
  onTelemetry(telemetry: Telemetry): void;
  onTrouble(message: string): void;
  readEveryMs?: number;
  tellEveryMs?: number;
}

/** Begins to watch this process, the machine and the GPU that was chosen for this process. */
export function watchTelemetry({ onTelemetry, onTrouble, ...times }: TelemetryOptions): TelemetryWatch {
  const thread = new Worker(new URL('./sampler.ts', import.meta.url), {
    workerData: {
      gpu: chosenGpu()?.uuid ?? null,
      readEveryMs: times.readEveryMs ?? READ_EVERY_MS,
      tellEveryMs: times.tellEveryMs ?? TELL_EVERY_MS,
    },
  });
  thread.unref();
  thread.on('message', (message: unknown) => {
    const parsed = telemetrySchema.safeParse(message);
    if (parsed.success) onTelemetry(parsed.data);
  });
  thread.on('error', (error) => onTrouble(`The machine is no longer watched: ${error.message}`));
  let ended = false;
  thread.once('exit', () => {
    ended = true;
  });
  return {
    async stop() {
      if (ended) return;
      thread.ref();
      const exit = once(thread, 'exit');
      thread.postMessage('stop');
      const timer = setTimeout(() => void thread.terminate(), STOP_WITHIN_MS);
      await exit.catch(() => undefined);
      clearTimeout(timer);
    },
  };
}
