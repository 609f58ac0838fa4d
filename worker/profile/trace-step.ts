// Where the time of one run of the training step goes, operation by operation: traced by TensorFlow where the addon was
// built, else from an eager run whose kernels are timed one by one.

import * as tf from '@tensorflow/tfjs-core';
import { createEagerExecutor } from '../capture/eager.ts';
import { createExecutor } from '../capture/executor.ts';
import type { Executor, NamedArrays } from '../capture/program.ts';
import { recordProgram } from '../capture/record.ts';
import { computeOnThisDevice } from '../compute.ts';
import { type JobContext, throwIfCancelled } from '../job.ts';
import type { NativeAddon } from '../native/native.ts';
import { stepInputs } from '../train/run.ts';
import { timeKernels } from './eager-kernels.ts';
import { memoryOf } from './memory.ts';
import { identify, type TimedOperation } from './operations.ts';
import { batchesOf } from './steps.ts';
import type { Subject } from './subject.ts';
import { createTracedSessions, epochMicros, withSavedModels } from './traced-session.ts';

export interface StepTrace {
  method: 'traced' | 'eager kernels';
  operations: TimedOperation[];
  startMicros: number;
  endMicros: number;
  memory: ReturnType<typeof memoryOf>;
  remarks: string[];
}

/** Steps that are traced; the fastest counts, since whatever else runs on the machine only makes one longer. */
const TRACED_STEPS = 2;

/** Traces one run of the step's graph in a session of the addon. */
export async function traceCaptured(
  subject: Subject,
  addon: NativeAddon,
  context: JobContext,
): Promise<StepTrace> {
  const { program, experiment } = subject;
  const sessions = createTracedSessions(addon);
  const compute = computeOnThisDevice(experiment.training);
  await withSavedModels(sessions, async () => {
    const executor = createExecutor(program, experiment.training.executor, compute);
    try {
      await runSteps(subject, executor, TRACED_STEPS, context, async (run, isFirst) => {
        sessions.setTracing(!isFirst);
        await run();
        sessions.setTracing(false);
      });
    } finally {
      executor.dispose();
    }
  });
  const [fastest] = [...sessions.runs].sort((left, right) => spanOf(left) - spanOf(right));
  if (fastest === undefined) throw new Error('TensorFlow noted nothing of the traced runs');
  const { nodes, startMicros, endMicros } = fastest;
  // The same recording as the executor's, so that nodes have the same names.
  const graph = recordProgram(program, { fusedLayers: compute.fusedLayers });
  const devices = new Set(nodes.map(({ device }) => device));
  const remarks = [...devices].some((device) => device.toUpperCase().includes('GPU'))
    ? ['On a GPU, times of operations are those of the calls on the processor, which the GPU may outlast.']
    : [];
  return {
    method: 'traced',
    operations: identify(nodes.filter(isOnDevice), graph),
    startMicros,
    endMicros,
    memory: memoryOf(nodes, startMicros),
    remarks,
  };
}

function spanOf({ startMicros, endMicros }: { startMicros: number; endMicros: number }): number {
  return endMicros - startMicros;
}

/** A GPU's streams say again what its operations are. */
function isOnDevice({ device }: { device: string }): boolean {
  return !/stream|memcpy/i.test(device);
}

/** Runs the step eagerly on the backend in use and times each kernel call. */
export async function traceEager(subject: Subject, context: JobContext): Promise<StepTrace> {
  const executor = createEagerExecutor(subject.program);
  const traces: Omit<StepTrace, 'method' | 'memory' | 'remarks'>[] = [];
  try {
    await runSteps(subject, executor, 1, context, async (run, isFirst) => {
      if (isFirst) {
        await run();
        return;
      }
      const startMicros = epochMicros();
      const operations = await timeKernels(run);
      traces.push({ operations, startMicros, endMicros: epochMicros() });
    });
  } finally {
    executor.dispose();
  }
  const [trace] = traces;
  if (trace === undefined) throw new Error('no eager step was timed');
  const memory = { peakBytes: null, timeline: [] };
  return { method: 'eager kernels', ...trace, memory, remarks: [] };
}

/** One step that is not counted, then `count` that are; of a batch in parts, one part. */
async function runSteps(
  subject: Subject,
  executor: Executor,
  count: number,
  context: JobContext,
  each: (run: () => Promise<unknown>, isFirst: boolean) => Promise<void>,
): Promise<void> {
  const batches = batchesOf(subject);
  await executor.writeState(await subject.state());
  for (let index = 0; index <= count; index++) {
    throwIfCancelled(context.signal);
    context.progress('tracing operations', index, count + 1, 'steps');
    const [inputs] = stepInputs({ experiment: subject.experiment, batches }, subject.step + index + 1);
    await each(() => executor.run(inputs as NamedArrays, ['metrics']), index === 0);
  }
}

/** Whether the captured executor is what runs this experiment here. */
export function isCaptured({ experiment }: Subject): boolean {
  return tf.getBackend() === 'tensorflow' && experiment.training.executor !== 'eager';
}
