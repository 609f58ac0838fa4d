// The profile job: some real training steps timed by phase, then one traced operation by operation.

import { existsSync } from 'node:fs';
import { UserError } from '../../common/errors.ts';
import type { JobResultOf, JobSpecOf } from '../../common/jobs.ts';
import type { ProfileResult, ProfileStep } from '../../common/profile.ts';
import { createExecutor } from '../capture/executor.ts';
import { computeOnThisDevice } from '../compute.ts';
import { deviceName } from '../estimate/calibration.ts';
import { writeFileAtomic } from '../files.ts';
import { type JobContext, throwIfCancelled } from '../job.ts';
import { loadNativeAddon } from '../native/native.ts';
import { type Runtime, startRuntime } from '../runtime.ts';
import { chromeTrace } from './chrome-trace.ts';
import { summarise } from './operations.ts';
import {
  type ComputeMarks,
  type MeasuredSteps,
  markedProgram,
  measureCheckpoint,
  measureSteps,
} from './steps.ts';
import { openSubject, type Subject } from './subject.ts';
import { isCaptured, type StepTrace, traceCaptured, traceEager } from './trace-step.ts';
import { epochMicros, savedModelsOfBackend, withSavedModels } from './traced-session.ts';

/** Profiles the training step of an experiment or of a checkpoint's run. */
export async function profileJob(
  spec: JobSpecOf<'profile'>,
  context: JobContext,
): Promise<JobResultOf<'profile'>> {
  requireFree(spec);
  const runtime = await startRuntime(spec.experiment?.training.device);
  const subject = await openSubject(spec);
  try {
    const measured = await measure(subject, spec.steps, context);
    const addon = loadNativeAddon();
    const captured = isCaptured(subject);
    const trace =
      captured && addon !== null
        ? await traceCaptured(subject, addon, context)
        : await traceEager(subject, context);
    const result = describe(subject, runtime, measured, trace);
    throwIfCancelled(context.signal);
    if (spec.traceFile !== null) {
      const { operations, startMicros, memory } = trace;
      const phases = [...measured.spans, measured.checkpointSpan];
      const text = chromeTrace({ phases, operations, startMicros, memory: memory.timeline });
      await writeFileAtomic(spec.traceFile, text);
    }
    return { kind: 'profile', ...result, traceFile: spec.traceFile };
  } finally {
    subject.close();
  }
}

function requireFree({ traceFile, replace }: JobSpecOf<'profile'>): void {
  if (traceFile === null || replace || !existsSync(traceFile)) return;
  throw new UserError({
    what: 'The trace file exists already',
    where: traceFile,
    expected: 'a file that is free',
    remedy: 'choose another with --trace, or replace it with --replace',
  });
}

type Measured = MeasuredSteps & {
  checkpoint: ProfileResult['checkpoint'];
  checkpointSpan: MeasuredSteps['spans'][number];
};

/** Measures steps as training runs them, without tracing anything. */
async function measure(subject: Subject, count: number, context: JobContext): Promise<Measured> {
  const marks: ComputeMarks = { beganMicros: 0, endedMicros: 0 };
  const { training } = subject.experiment;
  const action = async () => {
    const startMicros = epochMicros();
    const program = isCaptured(subject) ? subject.program : markedProgram(subject.program, marks);
    const executor = createExecutor(program, training.executor, computeOnThisDevice(training));
    const openedSeconds = (epochMicros() - startMicros) / 1e6;
    try {
      const measured = await measureSteps(subject, executor, openedSeconds, marks, count, context);
      context.progress('saving a checkpoint', 0, 1, 'checkpoints');
      const { checkpoint, span } = await measureCheckpoint(subject, executor);
      return { ...measured, checkpoint, checkpointSpan: span };
    } finally {
      executor.dispose();
    }
  };
  if (!isCaptured(subject)) return action();
  const backend = savedModelsOfBackend();
  const run = backend.runSavedModel.bind(backend);
  return withSavedModels(
    {
      runSavedModel(...call) {
        marks.beganMicros = epochMicros();
        const outputs = run(...call);
        marks.endedMicros = epochMicros();
        return outputs;
      },
    },
    action,
  );
}

function describe(
  subject: Subject,
  runtime: Runtime,
  { preparationSeconds, steps, checkpoint }: Measured,
  trace: StepTrace,
): Omit<ProfileResult, 'traceFile'> {
  const { experiment, data } = subject;
  const { training } = experiment;
  const { seconds, flops, byGroup, byOperation, byLevel } = summarise(trace.operations);
  const tracedSeconds = (trace.endMicros - trace.startMicros) / 1e6;
  const phases = phasesOf(steps, checkpoint);
  const total = phases.reduce((sum, phase) => sum + phase.seconds, 0);
  const waiting = phases.reduce(
    (sum, phase) => (phase.name === 'data' || phase.name === 'feed' ? sum + phase.seconds : sum),
    0,
  );
  return {
    name: experiment.name,
    device: deviceName(),
    library: `${runtime.backend} ${runtime.version}`,
    executor: isCaptured(subject) ? 'captured' : 'eager',
    method: trace.method,
    batchSize: training.batchSize,
    microBatches: training.microBatches,
    data,
    preparationSeconds,
    steps,
    phases: phases.map((phase) => ({ ...phase, share: total === 0 ? 0 : phase.seconds / total })),
    dataWaitShare: total === 0 ? 0 : waiting / total,
    checkpoint,
    traced: {
      seconds: tracedSeconds,
      idleSeconds: Math.max(0, tracedSeconds - seconds),
      operations: trace.operations.length,
      flops,
    },
    byGroup,
    byOperation,
    byLevel,
    memory: { ...trace.memory, processPeakBytes: process.resourceUsage().maxRSS * 1024 },
    remarks: [...remarksOf(subject, trace), ...trace.remarks],
  };
}

function phasesOf(
  steps: ProfileStep[],
  { seconds, everySteps }: ProfileResult['checkpoint'],
): Omit<ProfileResult['phases'][number], 'share'>[] {
  const medianOf = (read: (step: ProfileStep) => number) => {
    const values = steps.map(read).sort((left, right) => left - right);
    const middle = (values.length - 1) / 2;
    return ((values[Math.floor(middle)] ?? 0) + (values[Math.ceil(middle)] ?? 0)) / 2;
  };
  return [
    { name: 'data', seconds: medianOf(({ dataSeconds }) => dataSeconds) },
    { name: 'feed', seconds: medianOf(({ feedSeconds }) => feedSeconds) },
    { name: 'step', seconds: medianOf(({ stepSeconds }) => stepSeconds) },
    { name: 'fetch', seconds: medianOf(({ fetchSeconds }) => fetchSeconds) },
    { name: 'checkpoint', seconds: seconds / everySteps },
  ];
}

function remarksOf(subject: Subject, { method }: StepTrace): string[] {
  const remarks: string[] = [];
  if (method === 'eager kernels' && isCaptured(subject)) {
    remarks.push(
      'The native addon is not built, so TensorFlow could not trace the captured step: phases are those of the captured ' +
        'step, operations those of an eager run of it, which differ in number and time. npm run setup builds it.',
    );
  } else if (method === 'eager kernels') {
    remarks.push(
      'The step runs eagerly here: operations are timed call by call, and memory over time is not known.',
    );
  }
  if (subject.data === 'made up') {
    remarks.push(
      'The dataset does not exist yet: its puzzles are made up in memory, so reading files is not timed.',
    );
  }
  const { microBatches } = subject.experiment.training;
  if (microBatches > 1) {
    remarks.push(
      `The batch is worked on in ${microBatches} parts; operations and memory are those of one part.`,
    );
  }
  return remarks;
}
