// What `trm estimate` says of an experiment before anything is trained: memory, time and whether it fits.

import { z } from 'zod';

const bytes = z.number().int().min(0);

export const estimateResultSchema = z.object({
  name: z.string(),
  /** What the figures of time are for; memory on the CPU hangs on the library too. */
  device: z.string(),
  library: z.string(),
  sizes: z.object({
    vocabularySize: z.number().int(),
    sequenceLength: z.number().int(),
    puzzleIdentifierCount: z.number().int(),
    testExamples: z.number().int().nullable(),
    /** Where they come from: `dataset` that exists, `build` section alone, or partly `assumed`. */
    origin: z.enum(['dataset', 'build', 'assumed']),
    /** What was assumed, in words. */
    remark: z.string().nullable(),
  }),
  parameters: z.object({
    trained: z.number().int(),
    puzzleTable: z.number().int(),
    fixed: z.number().int(),
    /** Trained parameters by part of the model. */
    byPart: z.array(z.object({ part: z.string(), count: z.number().int() })),
  }),
  step: z.object({
    /** Of matrix products, forward and backward, the whole batch. */
    flops: z.number(),
    bytesMoved: z.number(),
    operations: z.number().int(),
    microBatches: z.number().int(),
    seconds: z.number().nullable(),
    byClass: z.array(
      z.object({
        name: z.string(),
        operations: z.number().int(),
        flops: z.number(),
        bytesMoved: z.number(),
        seconds: z.number().nullable(),
      }),
    ),
  }),
  memory: z.object({
    parametersBytes: bytes,
    optimizerBytes: bytes,
    emaBytes: bytes,
    carryBytes: bytes,
    /** Most that is live at one time in a step beside the state. */
    activationsBytes: bytes,
    /** What the library's allocator cannot use of what it holds. */
    allocatorBytes: bytes,
    /** What fused layers keep for their own work; 0 where none are used. */
    scratchBytes: bytes,
    /** Node and TensorFlow before anything is trained, the session, and copies of the state on the way to files. */
    processBytes: bytes,
    copiesBytes: bytes,
    peakBytes: bytes,
    /** The same on a GPU, whose memory holds no process. */
    gpuPeakBytes: bytes,
  }),
  run: z.object({
    steps: z.number().int(),
    stepSeconds: z.number().nullable(),
    evaluations: z.number().int(),
    evaluationSeconds: z.number().nullable(),
    totalSeconds: z.number().nullable(),
  }),
  checkpointBytes: bytes,
  fits: z.array(
    z.object({
      device: z.string(),
      memoryBytes: bytes,
      neededBytes: bytes,
      fits: z.boolean(),
      /** Where it does not fit: the largest batch that would (0: none), and the fewest parts of the batch (null: none). */
      largestBatch: z.number().int().nullable(),
      microBatches: z.number().int().nullable(),
    }),
  ),
  recordingSeconds: z.number(),
  measured: z
    .object({
      steps: z.number().int(),
      /** The best step, and its processor time, which other programs on the machine change less. */
      stepSeconds: z.number(),
      stepProcessorSeconds: z.number(),
      peakBytes: bytes,
      /** Measured by expected. */
      timeRatio: z.number().nullable(),
      memoryRatio: z.number(),
    })
    .nullable(),
  remarks: z.array(z.string()),
});
export type EstimateResult = z.infer<typeof estimateResultSchema>;
