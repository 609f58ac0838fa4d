// Training steps as they are, timed by phase: making the batch, feeding it, the step itself, fetching what comes out,
// and saving a checkpoint.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ProfileResult, ProfileStep } from '../../common/profile.ts';
import type { Executor, Program } from '../capture/program.ts';
import { saveCheckpoint } from '../checkpoint/save.ts';
import { type JobContext, throwIfCancelled } from '../job.ts';
import { parameterShapes } from '../model/parameters.ts';
import { type BatchStream, createBatchStream } from '../train/batches.ts';
import { METRICS } from '../train/metrics.ts';
import { stepInputs } from '../train/run.ts';
import { lastingNames, stateFiles } from '../train/state.ts';
import type { Span } from './chrome-trace.ts';
import type { Subject } from './subject.ts';
import { epochMicros } from './traced-session.ts';

/** When the computing of a run began and ended: before it inputs are fed, after it outputs are fetched. */
export interface ComputeMarks {
  beganMicros: number;
  endedMicros: number;
}

/** The program with the time noted at which each eager run of it begins and ends. */
export function markedProgram(program: Program, marks: ComputeMarks): Program {
  return {
    ...program,
    run(state, inputs) {
      marks.beganMicros = epochMicros();
      try {
        return program.run(state, inputs);
      } finally {
        marks.endedMicros = epochMicros();
      }
    },
  };
}

/** The batches of a subject from where it stands. */
export function batchesOf({ source, specification, experiment, cursor }: Subject): BatchStream {
  const { training, seed } = experiment;
  return createBatchStream(source, specification.sequenceLength, training.batchSize, seed, cursor);
}

export interface MeasuredSteps {
  preparationSeconds: number;
  steps: ProfileStep[];
  spans: Span[];
}

/**
 * Opens an executor by `open`, runs one step that is not counted and then `count` that are. `marks` are kept by the
 * executor's session or by a marked program.
 */
export async function measureSteps(
  subject: Subject,
  executor: Executor,
  openedSeconds: number,
  marks: ComputeMarks,
  count: number,
  context: JobContext,
): Promise<MeasuredSteps> {
  const batches = batchesOf(subject);
  const begunMicros = epochMicros();
  await executor.writeState(await subject.state());
  const steps: ProfileStep[] = [];
  const spans: Span[] = [];
  let preparationSeconds = openedSeconds;
  for (let index = 0; index <= count; index++) {
    throwIfCancelled(context.signal);
    context.progress('measuring steps', index, count + 1, 'steps');
    await nextTurn();
    const measured = await measureStep(subject, executor, batches, subject.step + index + 1, marks);
    if (index === 0) preparationSeconds += (epochMicros() - begunMicros) / 1e6;
    else {
      steps.push(measured.step);
      spans.push(...measured.spans);
    }
  }
  return { preparationSeconds, steps, spans };
}

async function measureStep(
  { experiment }: Subject,
  executor: Executor,
  batches: BatchStream,
  step: number,
  marks: ComputeMarks,
): Promise<{ step: ProfileStep; spans: Span[] }> {
  const spans: Span[] = [];
  const totals = { data: 0, feed: 0, step: 0, fetch: 0 };
  const note = (phase: keyof typeof totals, startMicros: number, endMicros: number) => {
    totals[phase] += Math.max(0, endMicros - startMicros) / 1e6;
    spans.push({ name: `${phase} ${step}`, track: phase, startMicros, endMicros });
  };
  const startMicros = epochMicros();
  const parts = stepInputs({ experiment, batches }, step);
  note('data', startMicros, epochMicros());
  const sums = { halted: 0, steps: 0 };
  for (const inputs of parts) {
    const calledMicros = epochMicros();
    const { metrics } = await executor.run(inputs, ['metrics']);
    const returnedMicros = epochMicros();
    note('feed', calledMicros, marks.beganMicros);
    note('step', marks.beganMicros, marks.endedMicros);
    note('fetch', marks.endedMicros, returnedMicros);
    sums.halted += metrics?.[METRICS.indexOf('count')] ?? 0;
    sums.steps += metrics?.[METRICS.indexOf('steps')] ?? 0;
  }
  return {
    step: {
      step,
      dataSeconds: totals.data,
      feedSeconds: totals.feed,
      stepSeconds: totals.step,
      fetchSeconds: totals.fetch,
      halted: sums.halted,
      meanSupervisionSteps: sums.halted === 0 ? null : sums.steps / sums.halted,
      processBytes: process.memoryUsage.rss(),
    },
    spans,
  };
}

/** Saves the state as a run does, into a temporary folder that is removed again. */
export async function measureCheckpoint(
  subject: Subject,
  executor: Executor,
): Promise<{ checkpoint: ProfileResult['checkpoint']; span: Span }> {
  const { experiment, program, specification, step } = subject;
  const { vocabularySize, sequenceLength, puzzleIdentifierCount } = specification;
  const folder = await mkdtemp(join(tmpdir(), 'trm-studio-profile-'));
  try {
    const startMicros = epochMicros();
    const state = await executor.readState(lastingNames(program));
    const manifest = {
      formatVersion: 1 as const,
      runId: 'profile',
      step,
      segment: 1,
      trainingMs: 0,
      experiment,
      dataset: {
        name: experiment.dataset.name,
        digest: '',
        vocabularySize,
        sequenceLength,
        puzzleIdentifierCount,
        card: null,
      },
      cursor: subject.cursor,
      best: null,
      evaluation: null,
    };
    const files = stateFiles(program, parameterShapes(specification), state);
    const { sizeBytes } = await saveCheckpoint(folder, manifest, files);
    const endMicros = epochMicros();
    const everySteps = experiment.training.checkpointEverySteps;
    return {
      checkpoint: { seconds: (endMicros - startMicros) / 1e6, sizeBytes, everySteps },
      span: { name: 'checkpoint', track: 'checkpoint', startMicros, endMicros },
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
