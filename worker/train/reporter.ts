// Tells the log of the run and the engine what happens: the log first and at once, the engine in small batches.

import type { Metric, RunEvent, WorkerEvent } from '../../common/jobs.ts';
import type { EventLog } from './event-log.ts';

/** Longest time a metric waits for others before the engine hears of it. */
const BATCH_MS = 100;

export interface Reporter {
  metric(metric: Metric, elapsedMs: number): void;
  /** Any other event; the log may hear of it in other words. */
  event(event: WorkerEvent, logged: RunEvent): void;
  /** Sends what waits to the engine. */
  flush(): void;
}

/** A reporter for one segment of a run. */
export function createReporter(log: EventLog, emit: (event: WorkerEvent) => void, segment: number): Reporter {
  let waiting: Metric[] = [];
  let lastSentMs = 0;

  function flush(): void {
    if (waiting.length === 0) return;
    emit({ type: 'metrics', segment, metrics: waiting });
    waiting = [];
    lastSentMs = performance.now();
  }

  return {
    metric(metric, elapsedMs) {
      log.append({ type: 'metric', segment, elapsedMs, ...metric });
      waiting.push(metric);
      if (performance.now() - lastSentMs > BATCH_MS) flush();
    },
    event(event, logged) {
      log.append(logged);
      flush();
      emit(event);
    },
    flush,
  };
}
