// What `trm profile` says: where the time of a training step goes, and what memory it takes.

import { z } from 'zod';

const seconds = z.number().min(0);
const count = z.number().int().min(0);

/**
 * Time of a group of operations: `seconds` is their share of the traced run's time (operations that run at the same time
 * share it), `busySeconds` the sum of their own times.
 */
const operationTimes = {
  operations: count,
  seconds,
  busySeconds: seconds,
  /** Of matrix products; null where the group holds work that cannot be counted so. */
  flops: z.number().nullable(),
};

export const profileOperationSchema = z.object({
  /** As TensorFlow (or the eager backend) calls it. */
  operation: z.string(),
  /** The kind that it belongs to, such as `matrix product`. */
  group: z.string(),
  ...operationTimes,
});
export type ProfileOperation = z.infer<typeof profileOperationSchema>;

export const profileLevelSchema = z.object({
  /** A place in the recursion, such as `cycle 2/low 3`, or a part of the step, such as `optimizer`. */
  level: z.string(),
  direction: z.enum(['forward', 'backward']),
  ...operationTimes,
});
export type ProfileLevel = z.infer<typeof profileLevelSchema>;

/** One optimizer step: one supervision step of each sample in the batch. Without a trace. */
export const profileStepSchema = z.object({
  step: count,
  dataSeconds: seconds,
  feedSeconds: seconds,
  stepSeconds: seconds,
  fetchSeconds: seconds,
  /** Samples that came to their last supervision step in it. */
  halted: z.number(),
  /** Mean supervision step at which these halted; null where none did. */
  meanSupervisionSteps: z.number().nullable(),
  /** What the process held after it. */
  processBytes: count,
});
export type ProfileStep = z.infer<typeof profileStepSchema>;

export const profilePhaseSchema = z.object({
  name: z.enum(['data', 'feed', 'step', 'fetch', 'checkpoint']),
  /** Of one optimizer step; a checkpoint's time is spread over the steps between two. */
  seconds,
  share: z.number(),
});

export const profileResultSchema = z.object({
  name: z.string(),
  device: z.string(),
  library: z.string(),
  executor: z.enum(['captured', 'eager']),
  /** How operations were timed: by TensorFlow itself, or call by call as they ran eagerly. */
  method: z.enum(['traced', 'eager kernels']),
  batchSize: count,
  microBatches: count,
  /** `dataset` that exists, or puzzles made up in memory. */
  data: z.enum(['dataset', 'made up']),
  /** Recording, opening the session and the first step. */
  preparationSeconds: seconds,
  steps: z.array(profileStepSchema),
  /** Medians over the steps. */
  phases: z.array(profilePhaseSchema),
  /** Share of a step's time in which the device waits for its batch to be made and fed. */
  dataWaitShare: z.number(),
  checkpoint: z.object({ seconds, sizeBytes: count, everySteps: count }),
  traced: z.object({
    /** Of the traced run, from the call to its return; a run is one part where there are micro-batches. */
    seconds,
    /** In which no operation ran. */
    idleSeconds: seconds,
    operations: count,
    /** Floating-point operations of all matrix products that could be counted. */
    flops: z.number(),
  }),
  byGroup: z.array(z.object({ group: z.string(), ...operationTimes })),
  byOperation: z.array(profileOperationSchema),
  byLevel: z.array(profileLevelSchema),
  memory: z.object({
    /** Most that the operations of a run held at one time, beside the state; null where it was not measured. */
    peakBytes: count.nullable(),
    /** Over the traced run. */
    timeline: z.array(z.object({ seconds, bytes: z.number() })),
    /** Most that the process ever held. */
    processPeakBytes: count,
  }),
  /** The Chrome trace that was written. */
  traceFile: z.string().nullable(),
  remarks: z.array(z.string()),
});
export type ProfileResult = z.infer<typeof profileResultSchema>;
