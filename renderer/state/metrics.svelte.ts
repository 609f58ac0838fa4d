// The figures of a run's training steps: those there are, then those that come, joined in the order of steps.

import type { Metric } from '../../common/jobs.ts';
import { call, connection, onEvent } from './engine.svelte.ts';

export interface Metrics {
  readonly steps: number[];
  /** The named figures that the run has, each with a value or null for every step. */
  series(names: string[]): { label: string; values: (number | null)[] }[];
}

/** To be called while a component is set up. */
export function createMetrics(runId: () => string, jobId: () => string | undefined): Metrics {
  let rows = $state.raw<Metric[]>([]);

  $effect(() => {
    if (connection.state !== 'connected') return;
    const run = runId();
    void call('run.metrics', { run }).then(
      (metrics) => {
        rows = join(metrics, rows);
      },
      () => undefined,
    );
  });

  let waiting: Metric[] = [];
  let frame = 0;
  $effect(() => {
    const stop = onEvent((event) => {
      if (event.type !== 'worker' || event.jobId !== jobId() || event.event.type !== 'metrics') return;
      waiting.push(...event.event.metrics);
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        rows = join(rows, waiting);
        waiting = [];
      });
    });
    return () => {
      stop();
      cancelAnimationFrame(frame);
    };
  });

  return {
    get steps() {
      return rows.map(({ step }) => step);
    },
    series(names) {
      return names
        .filter((name) => rows.some(({ values }) => name in values))
        .map((name) => ({ label: name, values: rows.map(({ values }) => values[name] ?? null) }));
    },
  };
}

/** Later rows win over earlier ones of the same step. */
function join(rows: Metric[], others: Metric[]): Metric[] {
  const last = rows.at(-1)?.step ?? -1;
  if (others.every(({ step }) => step > last)) return [...rows, ...others];
  const byStep = new Map([...rows, ...others].map((row) => [row.step, row]));
  return [...byStep.values()].sort((one, other) => one.step - other.step);
}
