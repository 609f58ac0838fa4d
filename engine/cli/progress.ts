// Shows how jobs go on: a live status line in a terminal, a line a training step (and one every few seconds of
// other work) where there is none.

import type { JobRow } from '../../common/api.ts';
import type { Metric, Progress, WorkerEvent } from '../../common/jobs.ts';
import type { EvaluationResult } from '../../common/results.ts';
import { formatDuration, formatRate, formatShare, formatShareEstimate } from './format.ts';
import type { Output } from './output.ts';

/** Shortest time between two drawings of the status line. */
const drawEveryMs = 100;
/** Shortest time between two lines of one phase where there is no terminal. */
const lineEveryMs = 2000;

export interface ProgressView {
  /** A job has a new state. */
  begin(job: JobRow): void;
  show(event: WorkerEvent): void;
  /** Takes the status line away before something else is written; it comes back with the next event. */
  pause(): void;
  end(): void;
}

export function createProgressView(output: Output): ProgressView {
  let drawn = false;
  let lastDrawMs = 0;
  let title = '';
  let progress: Progress | null = null;
  let metric: Metric | null = null;

  function erase(): void {
    if (drawn) output.write('\r\u001b[K');
    drawn = false;
  }
  function line(text: string): void {
    erase();
    output.say(text);
  }
  function draw(): void {
    const { columns } = output;
    if (columns === null || progress === null || performance.now() - lastDrawMs < drawEveryMs) return;
    lastDrawMs = performance.now();
    output.write(
      `\r\u001b[K${describe(progress, progress.unit === 'steps' ? metric : null).slice(0, columns - 1)}`,
    );
    drawn = true;
  }
  /** Where there is no terminal; programs that read the events need no lines. */
  function log(text: string): void {
    if (output.columns === null && !output.events) output.say(text);
  }

  function showProgress(next: Progress): void {
    const changed = progress?.phase !== next.phase;
    progress = next;
    draw();
    // Training logs its steps by their metrics.
    if (output.columns !== null || metric !== null) return;
    if (!changed && next.done < next.total && performance.now() - lastDrawMs < lineEveryMs) return;
    lastDrawMs = performance.now();
    log(describe(next, null));
  }
  function showMetrics(metrics: Metric[]): void {
    for (const each of metrics) {
      // Not every step measures everything; the status line keeps what was measured last.
      metric = { step: each.step, values: { ...metric?.values, ...each.values } };
      log(describe(progress?.unit === 'steps' ? progress : emptyProgress(each), each));
    }
    draw();
  }

  return {
    begin(job) {
      if (job.status === 'running' && title !== job.id) {
        title = job.id;
        progress = null;
        metric = null;
        if (!output.events || output.columns !== null) line(job.title);
      }
    },
    show(event) {
      if (event.type === 'progress') showProgress(event.progress);
      else if (event.type === 'metrics') showMetrics(event.metrics);
      else if (output.events && output.columns === null) return;
      else if (event.type === 'evaluation') line(describeEvaluation(event.step, event.result));
      else if (event.type === 'checkpoint') log(`step ${event.step}  saved ${event.folder}`);
      else if (event.type === 'log')
        line(event.level === 'warning' ? `Warning: ${event.message}` : event.message);
      else if (event.type === 'segment' && event.fromStep > 0) line(`Going on from step ${event.fromStep}`);
    },
    pause: erase,
    end: erase,
  };
}

function emptyProgress({ step }: Metric): Progress {
  return { phase: 'training', done: step, total: 0, unit: 'steps', perSecond: null, remainingMs: null };
}

/** `training  120/600 steps  8.3/s  loss 0.1234  exact 91.2 %  0:58 left` */
function describe(
  { phase, done, total, unit, perSecond, remainingMs }: Progress,
  metric: Metric | null,
): string {
  const count = metric?.step ?? done;
  const parts = [phase, total > 0 ? `${count}/${total} ${unit}` : `${count} ${unit}`];
  if (perSecond !== null) parts.push(`${formatRate(perSecond)}/s`);
  if (metric !== null) parts.push(...describeValues(metric.values));
  if (remainingMs !== null) parts.push(`${formatDuration(remainingMs)} left`);
  return parts.join('  ');
}

function describeValues({ loss, exactAccuracy, tokenAccuracy }: Record<string, number>): string[] {
  const parts: string[] = [];
  if (loss !== undefined) parts.push(`loss ${loss.toFixed(4)}`);
  if (exactAccuracy !== undefined) parts.push(`exact ${formatShare(exactAccuracy)}`);
  if (tokenAccuracy !== undefined) parts.push(`tokens ${formatShare(tokenAccuracy)}`);
  return parts;
}

function describeEvaluation(
  step: number,
  { exactAccuracy, tokenAccuracy, puzzleMeasures, puzzleCount, otherDatasets = [] }: EvaluationResult,
): string {
  const exact = `exact ${formatShareEstimate(exactAccuracy)}`;
  const measures = Object.entries(puzzleMeasures).map(([name, { value }]) => `${name} ${formatShare(value)}`);
  const shares = [exact, ...measures, `tokens ${formatShare(tokenAccuracy.value)}`].join(', ');
  const others = otherDatasets.map(
    (other) => `; ${other.dataset}: exact ${formatShareEstimate(other.exactAccuracy)}`,
  );
  return `step ${step}  evaluation on ${puzzleCount} puzzles: ${shares}${others.join('')}`;
}
