// The contract of the engine: every call with the schemas of its input and output, and every event. The
// window, the browser and the command line know the engine through this table only.

import { z } from 'zod';
import { datasetBuildSchema, nameSchema } from './config/dataset.ts';
import { executionProviderSchema } from './config/device.ts';
import { evaluationModes, experimentSchema } from './config/experiment.ts';
import { fixedBatchSchema, graphFormSchema, precisionSchema } from './config/precision.ts';
import { datasetCardSchema } from './dataset-card.ts';
import { deviceFigureSchema } from './device-figures.ts';
import { errorDetailsSchema } from './errors.ts';
import { haltingRuleSchema } from './halting/rule.ts';
import { haltingChoiceSchema } from './halting-lab/result.ts';
import {
  hybridChoiceSchema,
  jobResultSchema,
  metricSchema,
  puzzleChoiceSchema,
  subjectSchema,
  workerEventSchema,
} from './jobs.ts';
import { endpointSchema } from './language-model/endpoint.ts';
import { evaluationResultSchema, exportResultSchema, weightsFormatSchema } from './results.ts';
import { robustnessChoiceSchema } from './robustness/result.ts';
import { rolloutsChoiceSchema } from './rollouts/result.ts';
import { rolloutStrategySchema } from './rollouts/strategy.ts';
import { telemetrySchema, telemetrySummarySchema } from './telemetry.ts';

export const jobStatusSchema = z.enum(['queued', 'running', 'finished', 'stopped', 'failed', 'interrupted']);
export type JobStatus = z.infer<typeof jobStatusSchema>;

export const jobRowSchema = z.object({
  id: z.string(),
  kind: z.enum([
    'dataset',
    'verify',
    'train',
    'import',
    'evaluate',
    'export',
    'export-weights',
    'bundle',
    'device',
    'solve',
    'estimate',
    'profile',
    'halting',
    'rollouts',
    'hybrid',
    'compare-llm',
    'robustness',
  ]),
  title: z.string(),
  status: jobStatusSchema,
  runId: z.string().nullable(),
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  error: errorDetailsSchema.nullable(),
  result: jobResultSchema.nullable(),
  /** What the worker process and its libraries printed. */
  logFile: z.string(),
});
export type JobRow = z.infer<typeof jobRowSchema>;

export const datasetRowSchema = z.object({
  name: nameSchema,
  folder: z.string(),
  digest: z.string(),
  kind: z.string(),
  trainPuzzles: z.number().int(),
  testPuzzles: z.number().int(),
  sizeBytes: z.number().int(),
  createdAt: z.string(),
});
export type DatasetRow = z.infer<typeof datasetRowSchema>;

export const runRowSchema = z.object({
  id: z.string(),
  name: z.string(),
  status: jobStatusSchema,
  datasetName: z.string(),
  datasetDigest: z.string(),
  step: z.number().int(),
  totalSteps: z.number().int(),
  bestExactAccuracy: z.number().nullable(),
  lastLoss: z.number().nullable(),
  trainingMs: z.number(),
  createdAt: z.string(),
  folder: z.string(),
});
export type RunRow = z.infer<typeof runRowSchema>;

export const checkpointRowSchema = z.object({
  runId: z.string(),
  step: z.number().int(),
  folder: z.string(),
  sizeBytes: z.number().int(),
  best: z.boolean(),
  createdAt: z.string(),
});
export type CheckpointRow = z.infer<typeof checkpointRowSchema>;

export const exportRowSchema = exportResultSchema.extend({
  name: z.string(),
  runId: z.string().nullable(),
  checkpointFolder: z.string(),
  createdAt: z.string(),
});
export type ExportRow = z.infer<typeof exportRowSchema>;

/** A run's id or its unambiguous beginning, a run's name (the newest of that name), or a checkpoint's folder. */
const checkpointReference = z.string().min(1);
/** An export's name, the path of an .onnx file, or a checkpoint; of a checkpoint `weights` says which weights. */
const modelReference = z.string().min(1);
const runReference = z.string().min(1);
const jobStarted = z.object({ jobId: z.string() });
/** Further jobs that build datasets first, where a run needs several. */
const otherDatasetJobIds = z.array(z.string()).optional();

/** Every call of the engine. Jobs are started and then watched through events. */
export const calls = {
  'engine.status': {
    input: z.object({}),
    output: z.object({
      version: z.string(),
      processId: z.number().int(),
      home: z.string(),
      jobs: z.array(jobRowSchema),
    }),
  },
  'dataset.build': {
    input: z.object({ name: nameSchema, build: datasetBuildSchema, replace: z.boolean().default(false) }),
    output: jobStarted,
  },
  'dataset.list': { input: z.object({}), output: z.array(datasetRowSchema) },
  'dataset.show': {
    input: z.object({ name: nameSchema }),
    output: z.object({
      row: datasetRowSchema,
      card: datasetCardSchema.nullable(),
      runs: z.array(runRowSchema),
    }),
  },
  /** Checks a dataset anew, trusting nothing that its card says. */
  'dataset.verify': {
    input: z
      .object({
        /** Its name, or the absolute path of its folder. */
        dataset: z.string().min(1),
        /** Puzzles of each split that are solved; 0 solves all. */
        sampleSize: z.number().int().min(0).default(0),
        /** Compares checksums only. */
        quick: z.boolean().default(false),
        /** Builds the dataset again, in a temporary folder, and compares. */
        rebuild: z.boolean().default(false),
      })
      .refine(({ quick, rebuild }) => !quick || !rebuild, {
        path: ['rebuild'],
        error: 'false where quick is true, which compares checksums only',
      }),
    output: jobStarted,
  },
  'run.start': {
    input: z.object({ experiment: experimentSchema, force: z.boolean().default(false) }),
    /** `datasetJobId` is the job that this call queued to build the dataset first, where that was needed. */
    output: z.object({
      jobId: z.string(),
      runId: z.string(),
      datasetJobId: z.string().nullable(),
      otherDatasetJobIds,
    }),
  },
  'run.resume': {
    input: z.object({
      run: runReference,
      steps: z.number().int().min(1).optional(),
      /** Begins also where the estimate exceeds the memory by far. */
      force: z.boolean().default(false),
    }),
    output: z.object({
      jobId: z.string(),
      runId: z.string(),
      fromStep: z.number().int(),
      datasetJobId: z.string().nullable(),
      otherDatasetJobIds,
    }),
  },
  'run.list': { input: z.object({}), output: z.array(runRowSchema) },
  'run.show': {
    input: z.object({ run: runReference }),
    output: z.object({
      row: runRowSchema,
      experiment: experimentSchema,
      environment: z.record(z.string(), z.unknown()),
      checkpoints: z.array(checkpointRowSchema),
      evaluations: z.array(evaluationResultSchema),
      exports: z.array(exportRowSchema),
      /** Processor, memory, GPU and energy over all sessions; null where nothing was recorded. */
      telemetry: telemetrySummarySchema.nullable(),
    }),
  },
  'run.metrics': {
    input: z.object({
      run: runReference,
      fromStep: z.number().int().min(0).default(0),
      toStep: z.number().int().nullable().default(null),
    }),
    output: z.array(metricSchema),
  },
  /** What the machine did while the run was trained, stretch by stretch, in the order of time. */
  'run.telemetry': {
    input: z.object({ run: runReference }),
    output: z.array(
      z.object({ segment: z.number().int(), step: z.number().int(), telemetry: telemetrySchema }),
    ),
  },
  'evaluate.start': {
    input: z.object({
      checkpoint: checkpointReference,
      dataset: nameSchema.nullable().default(null),
      split: z.enum(['train', 'test']).default('test'),
      weights: z.enum(['ema', 'raw']).default('ema'),
      batchSize: z.number().int().min(1).default(256),
      maximumPuzzles: z.number().int().min(0).default(0),
      maximumSteps: z.number().int().min(0).default(0),
      /** All steps for each puzzle, or until the halting head says stop. */
      mode: z.enum(evaluationModes).default('fixed'),
      haltThreshold: z.number().min(0).max(1).default(0.5),
      /** Puzzles whose time is measured one by one, with one thread of ONNX Runtime; 0 measures none. */
      latencyPuzzles: z.number().int().min(0).max(10_000).default(0),
      /** ARC only: checkpoints whose votes are counted together with this one's, beside its own figures. */
      withVotesOf: z.array(checkpointReference).default([]),
      /** ARC only: file for the answers, in the layout that Kaggle takes. */
      submissionFile: z.string().min(1).nullable().default(null),
      /** Whether a submission file that exists is replaced. */
      replace: z.boolean().default(false),
    }),
    output: jobStarted,
  },
  /** Which checkpoints fit which datasets, and what is measured already; what is left is for evaluate.start. */
  'transfer.plan': {
    input: z.object({
      /** The best of each finished run where none is given. */
      checkpoints: z.array(checkpointReference).default([]),
      /** All where none is given. */
      datasets: z.array(nameSchema).default([]),
      split: z.enum(['train', 'test']).default('test'),
      weights: z.enum(['ema', 'raw']).default('ema'),
      maximumPuzzles: z.number().int().min(0).default(0),
      maximumSteps: z.number().int().min(0).default(0),
      /** Takes no evaluation that was made before. */
      fresh: z.boolean().default(false),
    }),
    output: z.object({
      checkpoints: z.array(
        z.object({
          label: z.string(),
          folder: z.string(),
          runId: z.string().nullable(),
          runName: z.string().nullable(),
        }),
      ),
      datasets: z.array(nameSchema),
      /** Every checkpoint (by its label) with every dataset. */
      pairs: z.array(
        z.object({
          checkpoint: z.string(),
          dataset: nameSchema,
          /** Whether the checkpoint was trained on this very dataset. */
          trainedOn: z.boolean(),
          /** Null where it is left to be made. */
          evaluation: evaluationResultSchema.nullable(),
          /** Why the pair cannot be evaluated. */
          skipped: z.string().nullable(),
        }),
      ),
    }),
  },
  'export.start': {
    input: z.object({
      checkpoint: checkpointReference,
      /** Where the puzzles of the check come from; the run's own dataset when null. */
      dataset: nameSchema.nullable().default(null),
      name: nameSchema.nullable().default(null),
      outputFile: z.string().nullable().default(null),
      weights: z.enum(['ema', 'raw']).default('ema'),
      /** Largest deviation allowed; the one of the experiment's export section when null. */
      tolerance: z.number().min(0).max(1).nullable().default(null),
      replace: z.boolean().default(false),
      precision: precisionSchema.default('float32'),
      form: graphFormSchema.default('step'),
      /** Puzzles of a run; null leaves that open. */
      batch: fixedBatchSchema.default(null),
      /** The rule that it halts by; the checkpoint's own when null. */
      halting: haltingRuleSchema.nullable().default(null),
      /** Those of the experiment's export section when null. */
      accuracyPuzzles: z.number().int().min(0).nullable().default(null),
      accuracySplit: z.enum(['train', 'test']).nullable().default(null),
      allowedAccuracyLoss: z.number().min(0).max(1).nullable().default(null),
      /** Keeps an export that loses more than allowed. */
      force: z.boolean().default(false),
    }),
    output: jobStarted,
  },
  'export.show': { input: z.object({ name: z.string().min(1) }), output: exportRowSchema },
  /** Measures an export with limited threads and memory and adds that to its figures. */
  'device.start': {
    input: z.object({
      export: z.string().min(1),
      dataset: nameSchema.nullable().default(null),
      threads: z.number().int().min(1).max(1024).default(1),
      memoryMb: z.number().int().min(32).nullable().default(null),
      puzzles: z.number().int().min(1).max(10_000).default(20),
      picojoulesPerMultiplyAdd: z.number().min(0).max(1e6).nullable().default(null),
    }),
    output: jobStarted,
  },
  /** Adds what a runner measured on a device: the text of the JSON file that it wrote there. */
  'device.import': {
    input: z.object({ text: z.string(), file: z.string() }),
    output: z.object({ export: exportRowSchema, figure: deviceFigureSchema }),
  },
  /** Makes a run of a file of weights: a PyTorch checkpoint of the reference, or safetensors. */
  'checkpoint.import': {
    input: z.object({
      file: z.string().min(1),
      /** Name of the run that it becomes. */
      name: z.string().min(1).max(120),
      /** The dataset of the training, or one of its kind; the experiment's own when null. */
      dataset: nameSchema.nullable().default(null),
      /** How the model was trained, where that is known as a config of ours. */
      experiment: experimentSchema.nullable().default(null),
      /** Settings as `path=value`, which win over everything that is worked out. */
      overrides: z.array(z.string()).default([]),
      /** The all_config.yaml of the reference; null takes one that lies beside the file. */
      referenceConfig: z.string().nullable().default(null),
      /** Which of several state_dicts in the file. */
      entry: z.string().nullable().default(null),
      step: z.number().int().min(0).nullable().default(null),
    }),
    output: jobStarted,
  },
  /** Writes the weights of a checkpoint for other programs, under the reference's names. */
  'checkpoint.export': {
    input: z.object({
      checkpoint: checkpointReference,
      format: weightsFormatSchema,
      outputFile: z.string().nullable().default(null),
      weights: z.enum(['ema', 'raw']).default('ema'),
      /** Names as a compiled model has them, which the reference loads; by default for pt, not for safetensors. */
      compiled: z.boolean().nullable().default(null),
      replace: z.boolean().default(false),
    }),
    output: jobStarted,
  },
  /** Where a model lies, for programs of this machine that run it themselves. */
  'model.resolve': {
    input: z.object({ model: modelReference, weights: z.enum(['ema', 'raw']).default('ema') }),
    output: z.object({ subject: subjectSchema, label: z.string() }),
  },
  'export.list': { input: z.object({}), output: z.array(exportRowSchema) },
  /** Packs exports of one checkpoint with what runs them elsewhere into a zip. */
  'bundle.start': {
    input: z.object({
      /** Names of exports, or paths of .onnx files. */
      exports: z.array(z.string().min(1)).min(1),
      outputFile: z.string().min(1),
      /** Whose test puzzles come along; the model's own where it is known, when null. */
      dataset: nameSchema.nullable().default(null),
      examples: z.number().int().min(0).max(200).default(24),
      /** Whether the web app and ONNX Runtime for it come along. */
      runtime: z.boolean().default(true),
      replace: z.boolean().default(false),
    }),
    output: jobStarted,
  },
  'solve.start': {
    input: z.object({
      model: modelReference,
      weights: z.enum(['ema', 'raw']).default('ema'),
      puzzles: z.array(z.string()).default([]),
      /** The text of a file with more puzzles; the model's kind of puzzle says how they are told apart. */
      text: z.string().optional(),
      dataset: nameSchema.nullable().default(null),
      generate: z.boolean().default(false),
      count: z.number().int().min(1).default(1),
      seed: z.number().int().min(0).default(0),
      maximumSteps: z.number().int().min(0).default(0),
      /** When a puzzle halts before that; null takes the model's own rule. */
      halting: haltingRuleSchema.nullable().default(null),
      /** Whether each step also tells the probability of every token. */
      confidences: z.boolean().default(false),
      /** Several chains of each puzzle, such as `chains=8 noise=0.3`, of which one answer counts; null runs one. */
      rollouts: rolloutStrategySchema.nullable().default(null),
      /** What runs the model; other than the CPU it is tried in a process of its own first. */
      provider: executionProviderSchema.default('cpu'),
    }),
    output: jobStarted,
  },
  /** What experiments will need; `measure` also runs a few real steps, of one experiment at a time. */
  'estimate.start': {
    input: z
      .object({
        experiments: z.array(experimentSchema).min(1),
        measure: z.boolean().default(false),
        calibrateAgain: z.boolean().default(false),
      })
      .refine(({ experiments, measure }) => !measure || experiments.length === 1, {
        path: ['measure'],
        error: 'false for several experiments: the memory of one process can only be measured once',
      }),
    output: jobStarted,
  },
  /** Where the time of a training step goes: of an experiment, or of the run behind a checkpoint. */
  'profile.start': {
    input: z
      .object({
        experiment: experimentSchema.nullable().default(null),
        checkpoint: checkpointReference.nullable().default(null),
        /** With a checkpoint: the dataset of its run when null. */
        dataset: nameSchema.nullable().default(null),
        steps: z.number().int().min(1).max(1000).default(5),
        /** Absolute path of a Chrome trace to be written. */
        traceFile: z.string().min(1).nullable().default(null),
        replace: z.boolean().default(false),
      })
      .refine(({ experiment, checkpoint }) => (experiment === null) !== (checkpoint === null), {
        path: ['experiment'],
        error: 'either an experiment or a checkpoint',
      }),
    output: jobStarted,
  },
  /** Every halting criterion on one recorded pass, and the setting that fulfils a wish. */
  'halting.start': {
    input: z.object({
      model: modelReference,
      weights: z.enum(['ema', 'raw']).default('ema'),
      /** The dataset of the model's run when null. */
      dataset: nameSchema.nullable().default(null),
      ...haltingChoiceSchema.shape,
    }),
    output: jobStarted,
  },
  /** Strategies that spend more steps for more accuracy, side by side. */
  'rollouts.start': {
    input: z.object({
      model: modelReference,
      weights: z.enum(['ema', 'raw']).default('ema'),
      dataset: nameSchema.nullable().default(null),
      ...rolloutsChoiceSchema.shape,
    }),
    output: jobStarted,
  },
  /** A TRM with a helper for what it is not sure of. Nothing leaves the machine unless the endpoint allows it. */
  'hybrid.start': {
    input: z.object({
      model: modelReference,
      weights: z.enum(['ema', 'raw']).default('ema'),
      /** The dataset of the model's run when null. */
      dataset: nameSchema.nullable().default(null),
      ...hybridChoiceSchema.shape,
    }),
    output: jobStarted,
  },
  /** A language model beside a TRM on the same puzzles. */
  'compare-llm.start': {
    input: z.object({
      model: modelReference,
      weights: z.enum(['ema', 'raw']).default('ema'),
      dataset: nameSchema.nullable().default(null),
      endpoint: endpointSchema,
      ...puzzleChoiceSchema.shape,
    }),
    output: jobStarted,
  },
  /** Puzzles unlike those of the training, and whether the model knows when it is wrong. */
  'robustness.start': {
    input: z.object({
      model: modelReference,
      weights: z.enum(['ema', 'raw']).default('ema'),
      /** The dataset of the model's run when null. */
      dataset: nameSchema.nullable().default(null),
      ...robustnessChoiceSchema.shape,
    }),
    output: jobStarted,
  },
  'job.list': { input: z.object({}), output: z.array(jobRowSchema) },
  'job.show': { input: z.object({ jobId: z.string() }), output: jobRowSchema },
  'job.stop': { input: z.object({ jobId: z.string() }), output: z.object({ stopping: z.boolean() }) },
  'doctor.inspect': {
    input: z.object({}),
    output: z.object({
      ok: z.boolean(),
      parts: z.array(
        z.object({
          name: z.string(),
          status: z.enum(['ok', 'warning', 'missing']),
          version: z.string().nullable(),
          origin: z.string().nullable(),
          detail: z.string().nullable(),
          remedy: z.string().nullable(),
        }),
      ),
    }),
  },
} as const satisfies Record<string, { input: z.ZodType; output: z.ZodType }>;

export type CallName = keyof typeof calls;
export type CallInput<Name extends CallName> = z.input<(typeof calls)[Name]['input']>;
export type CallParsedInput<Name extends CallName> = z.output<(typeof calls)[Name]['input']>;
export type CallOutput<Name extends CallName> = z.output<(typeof calls)[Name]['output']>;

/**
 * What the engine tells every client as it happens: a job's new state, or what its worker said. A worker's last
 * word (result, failed, cancelled) comes as the job's new state.
 */
export const engineEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('job'), job: jobRowSchema }),
  z.object({ type: z.literal('worker'), jobId: z.string(), event: workerEventSchema }),
]);
export type EngineEvent = z.infer<typeof engineEventSchema>;
