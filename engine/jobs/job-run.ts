// One job from the start of its worker to the worker's end. Whatever happens, the job's row ends with a truthful
// status, and `onWorkerGone` is called exactly once.

import { appendFileSync } from 'node:fs';
import type { EngineEvent } from '../../common/api.ts';
import { describeError, type ErrorDetails } from '../../common/errors.ts';
import { type JobResult, type JobSpec, SAVING_PHASE, type WorkerEvent } from '../../common/jobs.ts';
import { now } from '../clock.ts';
import { importRunHistory } from '../run-history.ts';
import type { Job } from '../store/jobs.ts';
import type { Store } from '../store/open.ts';
import type { RunPlace } from '../store/runs.ts';
import { type Ending, endingAfterDeath, endingAfterKill, endingAfterSilence } from './endings.ts';
import type { JobLimits } from './limits.ts';
import { countMemoryKills } from './memory-kills.ts';
import { readProcessState } from './process-state.ts';
import { recordTrainingEvent } from './record.ts';
import { watchSilence } from './silence-watch.ts';
import { startWorkerProcess, type WorkerExit } from './worker-process.ts';

export interface JobRun {
  /** Asks the worker to stop (and to save, where it trains); asked again, ends it at once. */
  stop(): void;
  kill(): void;
}

/** With one of these a worker ends its job. */
type LastWord = Extract<WorkerEvent, { type: 'result' | 'failed' | 'cancelled' }>;

export interface JobRunOptions {
  job: Job;
  spec: JobSpec;
  store: Store;
  workerEntry: string;
  limits: JobLimits;
  emit(event: EngineEvent): void;
  /** Writes the end of the job, with its result, and tells everybody. Throws where a result cannot be recorded. */
  endJob(ending: Ending, result: JobResult | null): void;
  onWorkerGone(): void;
}

/** @throws UserError when the worker cannot be started at all */
export function startJobRun(options: JobRunOptions): JobRun {
  const { job, spec, store, limits, emit } = options;
  const run = job.kind === 'train' && job.runId !== null ? store.runs.placeOf(job.runId) : null;
  let ended = false;
  /** Set when the engine itself ends the worker. */
  let endingOfKilled: Ending | null = null;
  let stopRequested = false;
  let stopTimer: NodeJS.Timeout | undefined;
  let memoryAdvice: string | null = null;
  const killsBefore = countMemoryKills();

  function end(ending: Ending, result: JobResult | null): void {
    if (ended) return;
    options.endJob(ending, result);
    ended = true;
    clearTimeout(stopTimer);
    setTimeout(() => worker.kill(), limits.exitGraceMs).unref();
  }
  function fail(error: ErrorDetails): void {
    end({ status: 'failed', error }, null);
    worker.kill();
  }
  function killWith(ending: Ending): void {
    endingOfKilled ??= ending;
    worker.kill();
  }
  function setStopTimer(): void {
    clearTimeout(stopTimer);
    stopTimer = setTimeout(() => killWith(endingAfterKill(job)), limits.stopGraceMs);
  }

  function onEvent(event: WorkerEvent): void {
    watch?.heard();
    if (ended) return;
    try {
      handle(event);
    } catch (error) {
      fail(describeError(error));
    }
  }
  function handle(event: WorkerEvent): void {
    if (event.type === 'result' || event.type === 'failed' || event.type === 'cancelled') endWith(event);
    else pass(event);
  }
  function endWith(event: LastWord): void {
    if (event.type === 'result') finish(event.result);
    else if (event.type === 'cancelled') end({ status: 'stopped', error: null }, null);
    else {
      if (event.stack !== null) log(event.stack);
      end({ status: 'failed', error: event.error }, null);
    }
  }
  function pass(event: WorkerEvent): void {
    if (stopRequested && event.type === 'progress' && event.progress.phase === SAVING_PHASE) setStopTimer();
    if (event.type === 'memory-advice') memoryAdvice = event.advice;
    if (run !== null) recordTrainingEvent(store, run, event);
    emit({ type: 'worker', jobId: job.id, event });
  }
  function finish(result: JobResult): void {
    if (result.kind !== job.kind)
      throw new Error(`a job of kind ${job.kind} gave a result of kind ${result.kind}`);
    const stopped = result.kind === 'train' && !result.finished;
    end({ status: stopped ? 'stopped' : 'finished', error: null }, result);
  }
  function onExit(exit: WorkerExit): void {
    watch?.end();
    clearTimeout(stopTimer);
    if (!ended) {
      if (run !== null) reimport(run);
      end(
        endingOfKilled ?? endingAfterDeath(job, exit, { advice: memoryAdvice, killed: wasKilledForMemory() }),
        null,
      );
    }
    options.onWorkerGone();
  }
  function wasKilledForMemory(): boolean {
    const kills = countMemoryKills();
    return kills !== null && killsBefore !== null && kills > killsBefore;
  }
  /** The worker may have written more than its last messages told. */
  function reimport(run: RunPlace): void {
    try {
      importRunHistory(store, run);
    } catch (error) {
      log(`The run's event log could not be read: ${describeError(error).what}`);
    }
  }
  function onMalformed(message: unknown, problem: string): void {
    const found = `${problem}; the message begins ${JSON.stringify(message)?.slice(0, 200)}`;
    if (!ended) fail({ what: 'The worker said something that the engine does not understand', found });
  }
  /** A worker that the next engine could not find must not work. */
  function remember(processId: number): void {
    const startTime = readProcessState(processId)?.startTime ?? null;
    try {
      store.transaction(() => store.jobs.setWorker(job.id, { processId, startTime }));
    } catch (error) {
      ended = true;
      worker.kill();
      throw error;
    }
  }
  function notice(message: string): void {
    log(message);
    emit({ type: 'worker', jobId: job.id, event: { type: 'log', level: 'warning', message } });
  }
  function log(text: string): void {
    try {
      appendFileSync(job.logFile, `${now()} ${text}\n`);
    } catch {
      // The log is a help, not a record: a full disk is reported by what needs the disk.
    }
  }

  const { workerEntry: entry } = options;
  const worker = startWorkerProcess({ entry, logFile: job.logFile, onEvent, onMalformed, onExit });
  const { processId } = worker;
  const watch =
    processId === undefined
      ? null
      : watchSilence({
          processId,
          limits,
          onNotice: notice,
          onGiveUp: () => killWith(endingAfterSilence(job, limits.idleAfterMs)),
        });
  if (processId !== undefined) remember(processId);
  worker.send({ type: 'start', spec });

  return {
    stop() {
      if (ended) return;
      if (stopRequested) return killWith(endingAfterKill(job));
      stopRequested = true;
      worker.send({ type: 'stop' });
      setStopTimer();
    },
    kill: () => killWith(endingAfterKill(job)),
  };
}
